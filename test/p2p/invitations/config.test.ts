// PeerGroupExportConfig and PeerGroupImportConfig: a membership is carried to another machine of the same user.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';

import {
  E_INVALIDARG,
  PEER_E_ALREADY_EXISTS,
  PEER_E_GROUP_IN_USE,
  PEER_E_GROUP_NOT_READY,
  PEER_E_IDENTITY_NOT_FOUND,
  PEER_E_INVALID_GROUP,
  PEER_GROUP_ROLE_ADMIN,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { type Machine, nearMachine } from '../support/machine.ts';
import {
  given,
  newGroup,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import {
  changedTexts,
  credentialsOf,
  infoOf,
  invitationFor,
  joined,
  newGuest,
  onlineMember,
  passwordGroup,
  passwordInvitationOf,
  preparedJoin,
  started,
} from './support.ts';

async function exported({ p2p, hGroup }: TestPeer, password = 'a password'): Promise<string> {
  return given(ok(await p2p.PeerGroupExportConfig(hGroup, password)).pwzXML);
}

/** Another machine to which the identity was brought. */
async function otherMachineOf(peer: TestPeer, machine: Machine): Promise<Machine> {
  const p2p = await started(machine);
  const { pwzExportXML } = ok(await peer.p2p.PeerIdentityExport(peer.identity, 'x'));
  ok(await p2p.PeerIdentityImport(given(pwzExportXML), 'x'));
  return machine;
}

function contentOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1];
}

contract(
  'a configuration has the documented elements, and the key of the group when its owner exports it',
  [
    'PeerGroupExportConfig S_OK',
    'PeerGroupExportConfig 1',
    'PeerGroupExportConfig 2',
    'PeerGroupExportConfig 6',
    'PeerGroupExportConfig 7',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    // Also before it was connected for the first time.
    const bob = await joined(guest, await invitationFor(ann, guest));
    const group = (await infoOf(ann, await invitationFor(ann, guest))).pwzGroupPeerName;
    for (const [peer, isOwner, depth] of [
      [ann, true, 2],
      [bob, false, 3],
    ] as const) {
      const xml = await exported(peer);
      assert.match(xml, /^<PEERGROUPCONFIG VERSION="1\.0">.*<\/PEERGROUPCONFIG>$/);
      assert.equal(contentOf(xml, 'IDENTITYPEERNAME'), peer.identity);
      assert.equal(contentOf(xml, 'GROUPPEERNAME'), group);
      assert.equal(contentOf(xml, 'CLOUDNAME'), 'Global_');
      assert.equal(contentOf(xml, 'SCOPE'), 'global');
      assert.equal(contentOf(xml, 'CLOUDFLAGS'), '0');
      assert.equal(contentOf(xml, 'GROUPKEY') !== undefined, isOwner);
      const chain = certificatesOf(Buffer.from(given(contentOf(xml, 'GMC')), 'base64'));
      assert.equal(chain.length, depth);
      for (const [at, { publicKey }] of chain.slice(1).entries()) {
        assert.ok(chain[at]?.verify(publicKey), 'each is issued by the next one');
      }
    }
  },
);

/** One after the other, as DER says how long each is. */
function certificatesOf(bytes: Buffer): readonly X509Certificate[] {
  const all: X509Certificate[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    assert.equal(rest.readUInt16BE(0), 0x3082);
    const length = 4 + rest.readUInt16BE(2);
    all.push(new X509Certificate(rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return all;
}

contract(
  'what was exported is opened on another machine of the same user, which is the same member',
  [
    'PeerGroupExportConfig 5',
    'PeerGroupImportConfig S_OK',
    'PeerGroupImportConfig 1',
    'PeerGroupImportConfig 4',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const bob = await onlineMember(ann, await nearMachine(t), [PEER_GROUP_ROLE_ADMIN]);
    const xml = await exported(bob);
    const machine = await nearMachine(t);
    const stranger = await started(machine);
    const missing = stranger.PeerGroupImportConfig(xml, 'a password', false);
    refusedAs(await missing, PEER_E_IDENTITY_NOT_FOUND);
    const { p2p } = await otherMachineOf(bob, machine);
    const { pwzIdentity, pwzGroup } = ok(await p2p.PeerGroupImportConfig(xml, 'a password', false));
    assert.equal(pwzIdentity, bob.identity);
    ok(await p2p.PeerFreeData(pwzGroup));
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const { hGroup } = ok(await p2p.PeerGroupOpen(given(pwzIdentity), given(pwzGroup), null));
    const there = await TestPeer.of(machine, { identity: bob.identity, hGroup: given(hGroup) });
    await there.connect(ONLINE_WITH_OTHERS);
    const { pRoles } = await credentialsOf(there, bob.identity);
    assert.deepEqual(pRoles, [PEER_GROUP_ROLE_ADMIN]);
  },
);

contract(
  'the owner is the owner on the other machine, too',
  ['PeerGroupExportConfig 2', 'PeerGroupImportConfig 6'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const xml = await exported(ann);
    const { p2p } = await otherMachineOf(ann, await nearMachine(t));
    const { pwzGroup } = ok(await p2p.PeerGroupImportConfig(xml, 'a password', false));
    const { hGroup } = ok(await p2p.PeerGroupOpen(ann.identity, given(pwzGroup), null));
    const { pProperties } = ok(await p2p.PeerGroupGetProperties(given(hGroup)));
    const changed = { ...given(pProperties), pwzFriendlyName: 'Go club' };
    ok(await p2p.PeerGroupSetProperties(given(hGroup), changed));
    const again = ok(await p2p.PeerGroupGetProperties(given(hGroup)));
    assert.equal(again.pProperties?.pwzFriendlyName, 'Go club');
  },
);

contract(
  'another password opens nothing, any password will do, and nothing may be changed',
  [
    'PeerGroupExportConfig 3',
    'PeerGroupExportConfig 4',
    'PeerGroupImportConfig E_INVALIDARG',
    'PeerGroupImportConfig 5',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { p2p } = await otherMachineOf(ann, await nearMachine(t));
    const xml = await exported(ann);
    for (const wrong of ['', 'A password', 'a password ']) {
      refusedAs(await p2p.PeerGroupImportConfig(xml, wrong, false), E_INVALIDARG);
    }

    // Those that read well cost a stretched password each.
    for (const changed of changedTexts(xml, 97)) {
      const { hr } = await p2p.PeerGroupImportConfig(changed, 'a password', false);
      assert.equal(hr, E_INVALIDARG, changed);
    }
    const other = await newGroup(await nearMachine(t));
    const otherXml = await exported(other);
    for (const name of ['IDENTITYPEERNAME', 'GROUPPEERNAME', 'GMC']) {
      const [mine, theirs] = [given(contentOf(xml, name)), given(contentOf(otherXml, name))];
      const changed = xml.replace(mine, theirs);
      refusedAs(await p2p.PeerGroupImportConfig(changed, 'a password', false), E_INVALIDARG);
    }
    const asMember = xml.replaceAll('GROUPKEY', 'GROUPDATA');
    refusedAs(await p2p.PeerGroupImportConfig(asMember, 'a password', false), E_INVALIDARG);
    for (const password of ['', 'x', 'ß\u{1f511}', 'x'.repeat(10_000)]) {
      const text = await exported(ann, password);
      ok(await p2p.PeerGroupImportConfig(text, password, true));
    }
  },
);

contract(
  'a group that is there is replaced only if that is wanted, and not while it is open',
  [
    'PeerGroupImportConfig PEER_E_ALREADY_EXISTS',
    'PeerGroupImportConfig 2',
    'PeerGroupImportConfig 3',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const xml = await exported(ann);
    const { p2p } = ann;
    refusedAs(await p2p.PeerGroupImportConfig(xml, 'a password', false), PEER_E_ALREADY_EXISTS);
    refusedAs(await p2p.PeerGroupImportConfig(xml, 'a password', true), PEER_E_GROUP_IN_USE);
    ok(await p2p.PeerGroupClose(ann.hGroup));
    refusedAs(await p2p.PeerGroupImportConfig(xml, 'a password', false), PEER_E_ALREADY_EXISTS);
    const { pwzGroup } = ok(await p2p.PeerGroupImportConfig(xml, 'a password', true));
    ok(await p2p.PeerGroupOpen(ann.identity, given(pwzGroup), null));
  },
);

contract(
  'faulty arguments of configurations are refused',
  ['PeerGroupExportConfig E_INVALIDARG', 'PeerGroupImportConfig E_INVALIDARG'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    type Call = (...values: readonly unknown[]) => Promise<{ readonly hr: number }>;
    const exportConfig = ann.p2p.PeerGroupExportConfig as Call;
    const importConfig = ann.p2p.PeerGroupImportConfig as Call;
    refusedAs(await exportConfig(null, 7), PEER_E_INVALID_GROUP);
    const xml = await exported(ann, 'x');
    for (const none of [null, undefined, 7, {}, 'a\0b', '\ud800']) {
      refusedAs(await exportConfig(ann.hGroup, none), E_INVALIDARG);
      refusedAs(await importConfig(none, 'x', true), E_INVALIDARG);
      refusedAs(await importConfig(xml, none, true), E_INVALIDARG);
    }
    for (const none of [null, undefined, 1, 'true']) {
      refusedAs(await importConfig(xml, 'x', none), E_INVALIDARG);
    }
    for (const text of ['', 'x', '<PEERGROUPCONFIG VERSION="1.0"/>', 'x'.repeat(2_000_000)]) {
      refusedAs(await importConfig(text, 'x', true), E_INVALIDARG);
    }
    // A join that is only prepared has no membership yet that could be carried anywhere.
    const guest = await newGuest(await nearMachine(t));
    const bob = await preparedJoin(guest, await passwordInvitationOf(ann), 'x');
    const answer = bob.p2p.PeerGroupExportConfig(bob.hGroup, 'x');
    refusedAs(await answer, PEER_E_GROUP_NOT_READY);
  },
);
