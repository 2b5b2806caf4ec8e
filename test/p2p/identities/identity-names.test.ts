// The default identity, friendly names, keys, and peer names made of other names.

import assert from 'node:assert/strict';
import { createPublicKey, KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { chmod, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  E_INVALIDARG,
  type P2P,
  PEER_E_CERT_STORE_CORRUPTED,
  PEER_E_NO_KEY_ACCESS,
  PEER_E_NOT_FOUND,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { given, ok, refusedAs } from '../support/test-peer.ts';

const NOBODY = `${'0'.repeat(40)}.nobody`;

contract(
  'the default identity is the oldest one that is still there',
  [
    'PeerIdentityGetDefault S_OK',
    'PeerIdentityGetDefault 1',
    'PeerIdentityGetDefault 3',
    'PeerIdentityGetDefault PEER_E_NOT_FOUND',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    refusedAs(await p2p.PeerIdentityGetDefault(), PEER_E_NOT_FOUND);
    const names: string[] = [];
    for (let at = 0; at < 20; at += 1) names.push(await newIdentity(p2p));
    const [first = '', second = ''] = names;
    assert.equal(await defaultName(p2p), first);
    const exported = given(ok(await p2p.PeerIdentityExport(first, '')).pwzExportXML);
    ok(await p2p.PeerIdentityDelete(first));
    assert.equal(await defaultName(p2p), second);
    // An import counts by its own time.
    ok(await p2p.PeerIdentityImport(exported, ''));
    assert.equal(await defaultName(p2p), second);
    await machine.close();
    const again = await nearMachine(t, { directory: machine.directory });
    for (const name of [...names.slice(1), first]) {
      assert.equal(await defaultName(again.p2p), name);
      ok(await again.p2p.PeerIdentityDelete(name));
    }
    refusedAs(await again.p2p.PeerIdentityGetDefault(), PEER_E_NOT_FOUND);
  },
);

contract(
  'a friendly name is read, changed, and reset to the peer name',
  [
    'PeerIdentityGetFriendlyName S_OK',
    'PeerIdentityGetFriendlyName 1',
    'PeerIdentityGetFriendlyName 2',
    'PeerIdentitySetFriendlyName S_OK',
    'PeerIdentitySetFriendlyName 1',
    'PeerIdentitySetFriendlyName 2',
    'PeerIdentitySetFriendlyName 3',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const name = await newIdentity(machine.p2p);
    assert.equal(await friendlyName(machine.p2p, name), name);
    for (const none of [null, '']) {
      ok(await machine.p2p.PeerIdentitySetFriendlyName(name, 'Robert\tÉ <&>'));
      assert.equal(await friendlyName(machine.p2p, name), 'Robert\tÉ <&>');
      ok(await machine.p2p.PeerIdentitySetFriendlyName(name, none));
      assert.equal(await friendlyName(machine.p2p, name), name);
    }
    ok(await machine.p2p.PeerIdentitySetFriendlyName(name, 'r'.repeat(255)));
    await machine.close();
    const { p2p } = await nearMachine(t, { directory: machine.directory });
    assert.equal(await friendlyName(p2p, name), 'r'.repeat(255));
    assert.equal(await defaultName(p2p), name);
  },
);

contract(
  'names that are not taken leave the friendly name as it was',
  ['PeerIdentitySetFriendlyName E_INVALIDARG', 'PeerIdentityGetFriendlyName E_INVALIDARG'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = await newIdentity(p2p);
    ok(await p2p.PeerIdentitySetFriendlyName(name, 'Bob'));
    for (const text of ['r'.repeat(256), 'a\0b', '\udc00']) {
      refusedAs(await p2p.PeerIdentitySetFriendlyName(name, text), E_INVALIDARG);
    }
    assert.equal(await friendlyName(p2p, name), 'Bob');
    refusedAs(await p2p.PeerIdentitySetFriendlyName('', 'Bob'), E_INVALIDARG);
    refusedAs(await p2p.PeerIdentityGetFriendlyName(''), E_INVALIDARG);
    refusedAs(await Reflect.apply(p2p.PeerIdentityGetFriendlyName, p2p, [null]), E_INVALIDARG);
  },
);

contract(
  'an identity that is not here is not found',
  [
    'PeerIdentityGetFriendlyName PEER_E_NOT_FOUND',
    'PeerIdentityGetFriendlyName 3',
    'PeerIdentitySetFriendlyName PEER_E_NOT_FOUND',
    'PeerIdentitySetFriendlyName 4',
    'PeerIdentityGetCryptKey PEER_E_NOT_FOUND',
    'PeerIdentityGetCryptKey 3',
    'PeerEnumGroups PEER_E_NOT_FOUND',
    'PeerEnumGroups 3',
    'identities and peer names 4',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = given(ok(await p2p.PeerIdentityCreate('Bob', null, null)).pwzIdentity);
    const authority = name.slice(0, 40);
    for (const unknown of [NOBODY, 'Bob', authority, `${authority}.bob`, name.toUpperCase()]) {
      refusedAs(await p2p.PeerIdentityGetFriendlyName(unknown), PEER_E_NOT_FOUND);
      refusedAs(await p2p.PeerIdentitySetFriendlyName(unknown, 'Bob'), PEER_E_NOT_FOUND);
      refusedAs(await p2p.PeerIdentityGetCryptKey(unknown), PEER_E_NOT_FOUND);
      refusedAs(await p2p.PeerEnumGroups(unknown), PEER_E_NOT_FOUND);
    }
  },
);

contract(
  'the key pair of an identity is handed out, and signs as the identity',
  [
    'PeerIdentityGetCryptKey S_OK',
    'PeerIdentityGetCryptKey 1',
    'PeerIdentityGetCryptKey 2',
    'PeerIdentityGetCryptKey 4',
    'PeerIdentityGetCryptKey E_INVALIDARG',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = await newIdentity(p2p);
    const { hCryptProv } = ok(await p2p.PeerIdentityGetCryptKey(name));
    const { key } = given(hCryptProv);
    assert.ok(key instanceof KeyObject && key.type === 'private');
    assert.equal(key.asymmetricKeyType, 'ed25519');
    const { pwzIdentityXML } = ok(await p2p.PeerIdentityGetXML(name));
    const [, idc = ''] = /<IDC[^>]*>([^<]*)</.exec(given(pwzIdentityXML)) ?? [];
    const { publicKey } = new X509Certificate(Buffer.from(idc, 'base64'));
    assert.ok(createPublicKey(key).equals(publicKey));
    assert.ok(verify(null, Buffer.from('hello'), publicKey, sign(null, Buffer.from('hello'), key)));
    ok(await p2p.PeerFreeData(hCryptProv));
    refusedAs(await p2p.PeerIdentityGetCryptKey(''), E_INVALIDARG);
  },
);

contract(
  'keys that others could read are neither handed out nor used',
  [
    'PeerIdentityGetCryptKey PEER_E_NO_KEY_ACCESS',
    'PeerIdentityExport PEER_E_NO_KEY_ACCESS',
    'PeerIdentityImport PEER_E_NO_KEY_ACCESS',
    'PeerIdentityGetFriendlyName PEER_E_NO_KEY_ACCESS',
    'PeerIdentitySetFriendlyName PEER_E_NO_KEY_ACCESS',
  ],
  async (t) => {
    const { p2p, directory } = await nearMachine(t);
    const name = await newIdentity(p2p);
    const exported = given(ok(await p2p.PeerIdentityExport(name, '')).pwzExportXML);
    const file = join(directory, 'identities', `${name}.key`);
    await chmod(file, 0o640);
    refusedAs(await p2p.PeerIdentityGetCryptKey(name), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerIdentityExport(name, ''), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerIdentityGetFriendlyName(name), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerIdentitySetFriendlyName(name, 'Bob'), PEER_E_NO_KEY_ACCESS);
    await chmod(file, 0o600);
    ok(await p2p.PeerIdentityDelete(name));
    await chmod(join(directory, 'vault.key'), 0o604);
    refusedAs(await p2p.PeerIdentityImport(exported, ''), PEER_E_NO_KEY_ACCESS);
    await chmod(join(directory, 'vault.key'), 0o600);
    ok(await p2p.PeerIdentityImport(exported, ''));
  },
);

test('a key file that is not what was written is a corrupted store', async (t) => {
  const { p2p, directory } = await nearMachine(t);
  const name = await newIdentity(p2p);
  await truncate(join(directory, 'identities', `${name}.key`), 20);
  refusedAs(await p2p.PeerIdentityGetCryptKey(name), PEER_E_CERT_STORE_CORRUPTED);
});

contract(
  'a peer name is made of an authority and another classifier',
  [
    'PeerCreatePeerName S_OK',
    'PeerCreatePeerName 1',
    'PeerCreatePeerName 2',
    'PeerCreatePeerName 3',
    'PeerCreatePeerName 4',
    'PeerCreatePeerName 6',
    'PeerCreatePeerName 8',
    'identities and peer names 1',
    'identities and peer names 2',
    'identities and peer names 3',
    'identities and peer names 4',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = given(ok(await p2p.PeerIdentityCreate('old.one', null, null)).pwzIdentity);
    const authority = name.slice(0, 40);
    const cases: readonly (readonly [string | null, string | null, string])[] = [
      [name, 'New.Two', `${authority}.New.Two`],
      [authority, 'x', `${authority}.x`],
      [NOBODY, 'Chess', `${'0'.repeat(40)}.Chess`],
      [null, 'Chess', '0.Chess'],
      ['0.checkers.v2', 'Chess', '0.Chess'],
      [name, null, name],
      [name, '', name],
      ['0.checkers.v2', null, '0.checkers.v2'],
      [name, 'c'.repeat(149), `${authority}.${'c'.repeat(149)}`],
    ];
    for (const [identity, classifier, expected] of cases) {
      const { pwzPeerName } = ok(await p2p.PeerCreatePeerName(identity, classifier));
      assert.equal(pwzPeerName, expected);
    }
    // No identity was made.
    refusedAs(await p2p.PeerIdentityGetFriendlyName(`${authority}.New.Two`), PEER_E_NOT_FOUND);
  },
);

contract(
  'without a name and a classifier there is no peer name, and none of malformed ones',
  ['PeerCreatePeerName E_INVALIDARG', 'PeerCreatePeerName 5'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    refusedAs(await p2p.PeerCreatePeerName(null, null), E_INVALIDARG);
    refusedAs(await p2p.PeerCreatePeerName(null, ''), E_INVALIDARG);
    refusedAs(await p2p.PeerCreatePeerName(null, 'c'.repeat(150)), E_INVALIDARG);
    const malformed = [
      '',
      '0',
      '0.',
      '1.chess',
      'chess',
      '.chess',
      `${'a'.repeat(39)}.chess`,
      `${'a'.repeat(41)}.chess`,
      `${'g'.repeat(40)}.chess`,
      `${'a'.repeat(40)}.`,
      `${'a'.repeat(40)}.${'c'.repeat(150)}`,
      `${'a'.repeat(40)}.a\0b`,
    ];
    for (const name of malformed) {
      refusedAs(await p2p.PeerCreatePeerName(name, 'x'), E_INVALIDARG);
      refusedAs(await p2p.PeerCreatePeerName(name, null), E_INVALIDARG);
    }
  },
);

async function newIdentity(p2p: P2P): Promise<string> {
  return given(ok(await p2p.PeerIdentityCreate(null, null, null)).pwzIdentity);
}

async function defaultName(p2p: P2P): Promise<string | undefined> {
  return ok(await p2p.PeerIdentityGetDefault()).pwzPeerName;
}

async function friendlyName(p2p: P2P, identity: string): Promise<string | undefined> {
  return ok(await p2p.PeerIdentityGetFriendlyName(identity)).pwzFriendlyName;
}
