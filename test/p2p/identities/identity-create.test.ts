// PeerIdentityCreate: names, keys, limits, and what stays on the disk.

import assert from 'node:assert/strict';
import { createHash, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import {
  E_INVALIDARG,
  ERROR_INVALID_HANDLE,
  type P2P,
  PEER_E_ALREADY_EXISTS,
  PEER_E_NO_KEY_ACCESS,
  PEER_E_TOO_MANY_IDENTITIES,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine, newDirectory } from '../support/machine.ts';
import { given, items, ok, refusedAs } from '../support/test-peer.ts';

contract(
  'an identity is named by its authority, and behind a dot by its classifier',
  [
    'PeerIdentityCreate S_OK',
    'PeerIdentityCreate 1',
    'PeerIdentityCreate 3',
    'identities and peer names 1',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    assert.match(await created(p2p, 'chess.club'), /^[0-9a-f]{40}\.chess\.club$/);
    for (const classifier of [null, '']) {
      assert.match(await created(p2p, classifier), /^[0-9a-f]{40}$/);
    }
  },
);

contract(
  'the authority is 40 digits of a hash of the public key, SHA-256 in place of SHA-1',
  ['PeerIdentityCreate 2', 'PeerIdentityCreate 4', 'identities and peer names 5'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const authority = createHash('sha256').update(spki).digest('hex').slice(0, 40);
    const { pwzIdentity } = ok(await p2p.PeerIdentityCreate('bob', null, privateKey));
    assert.equal(pwzIdentity, `${authority}.bob`);
    const { hCryptProv } = ok(await p2p.PeerIdentityGetCryptKey(`${authority}.bob`));
    assert.ok(createPublicKey(given(hCryptProv).key).equals(publicKey));
  },
);

contract(
  'a handle of a key makes the same identity elsewhere, and is not needed afterwards',
  ['PeerIdentityCreate 4', 'PeerIdentityCreate 15'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = await created(p2p, 'bob');
    const { hCryptProv } = ok(await p2p.PeerIdentityGetCryptKey(name));
    ok(await p2p.PeerIdentityDelete(name));
    const again = ok(await p2p.PeerIdentityCreate('bob', null, given(hCryptProv)));
    assert.equal(again.pwzIdentity, name);
    ok(await p2p.PeerFreeData(hCryptProv));
    ok(await p2p.PeerIdentityExport(name, 'a password'));
  },
);

contract(
  'classifiers have up to 149 characters, and friendly names up to 255',
  ['PeerIdentityCreate 5', 'PeerIdentityCreate 6', 'PeerIdentityCreate E_INVALIDARG'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    assert.ok((await created(p2p, 'c'.repeat(149))).endsWith(`.${'c'.repeat(149)}`));
    await refused(p2p, [`${'c'.repeat(148)}\u{1f600}`], E_INVALIDARG);
    await refused(p2p, ['c'.repeat(150)], E_INVALIDARG);
    const longest = 'é'.repeat(255);
    const { pwzIdentity } = ok(await p2p.PeerIdentityCreate(null, longest, null));
    assert.equal(await friendlyName(p2p, given(pwzIdentity)), longest);
    await refused(p2p, [null, 'f'.repeat(256)], E_INVALIDARG);
    for (const text of ['a\0b', '\ud800']) {
      await refused(p2p, [text], E_INVALIDARG);
      await refused(p2p, [null, text], E_INVALIDARG);
    }
  },
);

contract(
  'without a friendly name it is called by its name, and several may be called alike',
  ['PeerIdentityCreate 7', 'PeerIdentityCreate 8'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    for (const none of [null, '']) {
      const { pwzIdentity } = ok(await p2p.PeerIdentityCreate('bob', none, null));
      assert.equal(await friendlyName(p2p, given(pwzIdentity)), pwzIdentity);
    }
    const one = given(ok(await p2p.PeerIdentityCreate(null, 'Bob', null)).pwzIdentity);
    const other = given(ok(await p2p.PeerIdentityCreate(null, 'Bob', null)).pwzIdentity);
    assert.notEqual(one, other);
    assert.deepEqual(
      [await friendlyName(p2p, one), await friendlyName(p2p, other)],
      ['Bob', 'Bob'],
    );
  },
);

contract(
  'one key and classifier is one identity',
  ['PeerIdentityCreate PEER_E_ALREADY_EXISTS', 'PeerIdentityCreate 9', 'PeerIdentityCreate 14'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const { privateKey } = generateKeyPairSync('ed25519');
    ok(await p2p.PeerIdentityCreate('bob', 'Bob', privateKey));
    const again = await p2p.PeerIdentityCreate('bob', 'Robert', privateKey);
    refusedAs(again, PEER_E_ALREADY_EXISTS);
    assert.equal(again.pwzIdentity, undefined);
  },
);

contract(
  'keys that cannot be used are refused, and so is what is no key',
  [
    'PeerIdentityCreate 10',
    'PeerIdentityCreate ERROR_INVALID_HANDLE',
    'PeerIdentityCreate E_INVALIDARG',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const other = await nearMachine(t);
    const unfit = [
      generateKeyPairSync('ed25519').publicKey,
      generateKeyPairSync('x25519').privateKey,
      generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey,
      createSecretKey(Buffer.alloc(32)),
    ];
    for (const key of unfit) await refused(p2p, [null, null, key], E_INVALIDARG);
    const { privateKey } = generateKeyPairSync('ed25519');
    const foreign = await other.p2p.PeerIdentityGetCryptKey(await created(other.p2p, null));
    const noKeys = [foreign.hCryptProv, { key: privateKey }, new Proxy(privateKey, {}), 1, '', {}];
    for (const key of noKeys) await refused(p2p, [null, null, key], ERROR_INVALID_HANDLE);
    const { hPeerEnum } = ok(await p2p.PeerEnumIdentities());
    assert.deepEqual(await items(p2p, given(hPeerEnum)), []);
  },
);

contract(
  'there are 256 identities at most, until some are deleted',
  ['PeerIdentityCreate PEER_E_TOO_MANY_IDENTITIES', 'PeerIdentityCreate 11'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const first = await created(p2p, null);
    const exported = given(ok(await p2p.PeerIdentityExport(first, '')).pwzExportXML);
    ok(await p2p.PeerIdentityDelete(first));
    // All at once: the limit holds for those that are being made as well.
    const answers = await Promise.all(
      Array.from({ length: 258 }, () => p2p.PeerIdentityCreate(null, null, null)),
    );
    for (const answer of answers.slice(0, 256)) ok(answer);
    for (const answer of answers.slice(256)) refusedAs(answer, PEER_E_TOO_MANY_IDENTITIES);
    refusedAs(await p2p.PeerIdentityImport(exported, ''), PEER_E_TOO_MANY_IDENTITIES);
    ok(await p2p.PeerIdentityDelete(given(answers[7]?.pwzIdentity)));
    ok(await p2p.PeerIdentityImport(exported, ''));
    await refused(p2p, [null], PEER_E_TOO_MANY_IDENTITIES);
  },
);

contract(
  'an identity is on the disk when its name comes, whatever happens then',
  ['PeerIdentityCreate 12', 'PeerIdentityCreate 13'],
  async (t) => {
    const directory = await newDirectory(t);
    const far = await farMachine(t, { directory });
    const { pwzIdentity } = ok(await far.p2p.PeerIdentityCreate('bob', 'Bob', null));
    ok(await far.p2p.PeerFreeData(pwzIdentity));
    await far.kill();
    const { p2p } = await nearMachine(t, { directory });
    assert.equal(await friendlyName(p2p, given(pwzIdentity)), 'Bob');
  },
);

contract(
  'keys that others could read are not used',
  ['PeerIdentityCreate PEER_E_NO_KEY_ACCESS'],
  async (t) => {
    const { p2p, directory } = await nearMachine(t);
    await chmod(join(directory, 'vault.key'), 0o644);
    await refused(p2p, [null], PEER_E_NO_KEY_ACCESS);
    await chmod(join(directory, 'vault.key'), 0o600);
    await created(p2p, null);
  },
);

async function created(p2p: P2P, classifier: string | null): Promise<string> {
  return given(ok(await p2p.PeerIdentityCreate(classifier, null, null)).pwzIdentity);
}

async function refused(
  p2p: P2P,
  [classifier = null, friendlyName = null, key = null]: readonly unknown[],
  hr: number,
): Promise<void> {
  const values = [classifier, friendlyName, key];
  refusedAs(await Reflect.apply(p2p.PeerIdentityCreate, p2p, values), hr);
}

async function friendlyName(p2p: P2P, identity: string): Promise<string | undefined> {
  return ok(await p2p.PeerIdentityGetFriendlyName(identity)).pwzFriendlyName;
}
