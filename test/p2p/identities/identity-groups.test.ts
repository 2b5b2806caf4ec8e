// Identities and the groups they are in: what is listed, what holds up a deletion, and where a default identity counts.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  ERROR_DELETE_PENDING,
  type P2P,
  PEER_E_GROUPS_EXIST,
  PEER_E_NOT_FOUND,
  PEER_GROUP_ROLE_MEMBER,
  PEER_GROUP_VERSION,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  given,
  invited,
  items,
  newGroup,
  newUser,
  ok,
  refusedAs,
  type TestPeer,
} from '../support/test-peer.ts';

contract(
  'an identity without groups is deleted for good',
  [
    'PeerIdentityDelete S_OK',
    'PeerIdentityDelete 1',
    'PeerIdentityDelete 4',
    'PeerIdentityDelete PEER_E_NOT_FOUND',
    'PeerIdentityDelete E_INVALIDARG',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const identity = await newUser(machine, 'Bob');
    ok(await p2p.PeerIdentityDelete(identity));
    refusedAs(await p2p.PeerIdentityGetCryptKey(identity), PEER_E_NOT_FOUND);
    for (const unknown of [identity, `${'0'.repeat(40)}.x`, 'nobody']) {
      refusedAs(await p2p.PeerIdentityDelete(unknown), PEER_E_NOT_FOUND);
    }
    for (const none of [null, undefined, '', 5]) {
      refusedAs(await Reflect.apply(p2p.PeerIdentityDelete, p2p, [none]), E_INVALIDARG);
    }
    await machine.close();
    const again = await nearMachine(t, { directory: machine.directory });
    refusedAs(await again.p2p.PeerIdentityGetDefault(), PEER_E_NOT_FOUND);
    // Its name is remembered: a group of it is refused in another way than that of a name nobody had.
    ok(await again.p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    refusedAs(
      await again.p2p.PeerGroupCreate({ pwzCreatorPeerName: identity }),
      ERROR_DELETE_PENDING,
    );
  },
);

contract(
  'an identity with groups stays until each of them is deleted',
  ['PeerIdentityDelete PEER_E_GROUPS_EXIST', 'PeerIdentityDelete 2', 'PeerIdentityDelete 3'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { p2p, identity } = ann;
    const second = ok(await p2p.PeerGroupCreate({ pwzCreatorPeerName: identity }));
    ok(await p2p.PeerGroupClose(given(second.hGroup)));
    const groups = await groupsOf(p2p, identity);
    assert.equal(groups.length, 2);
    for (const { pwzPeerName } of groups) {
      refusedAs(await p2p.PeerIdentityDelete(identity), PEER_E_GROUPS_EXIST);
      ok(await p2p.PeerGroupDelete(identity, pwzPeerName));
    }
    ok(await p2p.PeerIdentityDelete(identity));
    refusedAs(await p2p.PeerEnumGroups(identity), PEER_E_NOT_FOUND);
  },
);

contract(
  'the groups of an identity are those that it made or joined',
  [
    'PeerEnumGroups S_OK',
    'PeerEnumGroups 1',
    'PeerEnumGroups 2',
    'PeerEnumGroups 4',
    'PeerEnumGroups E_INVALIDARG',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    const group = await groupName(ann);
    const pair = { pwzPeerName: group, pwzFriendlyName: 'Chess club' };
    // Joined, and never connected.
    assert.deepEqual(await groupsOf(bob.p2p, bob.identity), [pair]);
    assert.deepEqual(await groupsOf(ann.p2p, ann.identity), [pair]);
    const other = await newUser(bob.machine, 'Carol');
    assert.deepEqual(await groupsOf(bob.p2p, other), []);
    const unnamed = ok(await bob.p2p.PeerGroupCreate({ pwzCreatorPeerName: other }));
    const { hPeerEnum } = ok(await bob.p2p.PeerEnumGroups(other));
    assert.equal(ok(await bob.p2p.PeerGetItemCount(given(hPeerEnum))).pCount, 1);
    const [found] = await items(bob.p2p, given(hPeerEnum));
    const { pProperties } = ok(await bob.p2p.PeerGroupGetProperties(given(unnamed.hGroup)));
    assert.equal(found?.pwzPeerName, pProperties?.pwzGroupPeerName);
    assert.equal(found?.pwzFriendlyName, found?.pwzPeerName);
    refusedAs(await ann.p2p.PeerEnumGroups(''), E_INVALIDARG);
    refusedAs(await Reflect.apply(ann.p2p.PeerEnumGroups, ann.p2p, [null]), E_INVALIDARG);
  },
);

contract('a group is called by its properties, open or not', ['PeerEnumGroups 2'], async (t) => {
  const ann = await newGroup(await nearMachine(t));
  const { p2p, hGroup, identity } = ann;
  const properties = given(ok(await p2p.PeerGroupGetProperties(hGroup)).pProperties);
  ok(await p2p.PeerGroupSetProperties(hGroup, { ...properties, pwzFriendlyName: 'Go club' }));
  const called = async (of: P2P) => (await groupsOf(of, identity))[0]?.pwzFriendlyName;
  assert.equal(await called(p2p), 'Go club');
  ok(await p2p.PeerGroupClose(hGroup));
  assert.equal(await called(p2p), 'Go club');
  await ann.machine.close();
  const again = await nearMachine(t, { directory: ann.machine.directory });
  assert.equal(await called(again.p2p), 'Go club');
});

contract('an export leaves the groups out', ['PeerIdentityExport 2'], async (t) => {
  const { p2p, identity } = await newGroup(await nearMachine(t));
  const { pwzExportXML } = ok(await p2p.PeerIdentityExport(identity, ''));
  const elsewhere = await nearMachine(t);
  ok(await elsewhere.p2p.PeerIdentityImport(given(pwzExportXML), ''));
  assert.deepEqual(await groupsOf(elsewhere.p2p, identity), []);
});

contract(
  'NULL is the default identity where a group is made, joined or deleted',
  ['PeerIdentityGetDefault 2'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    refusedAs(await p2p.PeerGroupCreate({}), PEER_E_NOT_FOUND);
    const identity = await newUser(machine, 'Ann');
    await newUser(machine, 'Second');
    const made = ok(await p2p.PeerGroupCreate({ pwzCreatorPeerName: null }));
    const [own] = await groupsOf(p2p, identity);
    ok(await p2p.PeerGroupClose(given(made.hGroup)));
    ok(await p2p.PeerGroupDelete(null, given(own).pwzPeerName));
    assert.deepEqual(await groupsOf(p2p, identity), []);
    const host = await newGroup(await nearMachine(t));
    const { pwzIdentityXML } = ok(await p2p.PeerIdentityGetXML(null));
    const roles = [PEER_GROUP_ROLE_MEMBER];
    const xml = given(pwzIdentityXML);
    const { pwzInvitation } = ok(
      await host.p2p.PeerGroupCreateInvitation(host.hGroup, xml, null, 1, roles),
    );
    ok(await p2p.PeerGroupJoin(null, given(pwzInvitation), null));
    assert.equal((await groupsOf(p2p, identity)).length, 1);
  },
);

contract(
  'a description is what an invitation is made of, unchanged',
  ['PeerIdentityGetXML 4', 'PeerIdentityGetXML 5'],
  async (t) => {
    const { p2p, hGroup } = await newGroup(await nearMachine(t));
    const bob = await nearMachine(t);
    const identity = await newUser(bob, 'Bob');
    const xml = given(ok(await bob.p2p.PeerIdentityGetXML(identity)).pwzIdentityXML);
    // In another document, and cut out of it as it was.
    const letter = `<letter>\n  <to>Ann</to>\n  ${xml}\n</letter>`;
    const cut = letter.slice(letter.indexOf('<PEER'), letter.indexOf('</PEER') + 19);
    assert.equal(cut, xml);
    const roles = [PEER_GROUP_ROLE_MEMBER];
    const { pwzInvitation } = ok(await p2p.PeerGroupCreateInvitation(hGroup, cut, null, 1, roles));
    ok(await bob.p2p.PeerGroupJoin(identity, given(pwzInvitation), null));
    const idcAt = xml.indexOf('</IDC>');
    const changed = [
      ` ${xml}`,
      `${xml}\n`,
      xml.replace('><', '> <'),
      xml.replace('1.0', '1.1'),
      xml.replace('IDC>', 'IDC >'),
      xml.replace('<IDC', '<GMC').replace('</IDC', '</GMC'),
      ...[300, 200, 100, 50, 10, 3].map((back) => flipped(xml, idcAt - back)),
      `${xml.slice(0, idcAt)}AAAA${xml.slice(idcAt)}`,
      '',
      'text',
    ];
    for (const text of changed) {
      assert.notEqual(text, xml);
      const answer = await p2p.PeerGroupCreateInvitation(hGroup, text, null, 1, roles);
      refusedAs(answer, E_INVALIDARG);
    }
  },
);

function flipped(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

async function groupsOf(p2p: P2P, identity: string) {
  return await items(p2p, given(ok(await p2p.PeerEnumGroups(identity)).hPeerEnum));
}

async function groupName({ p2p, hGroup }: TestPeer): Promise<string> {
  const { pProperties } = ok(await p2p.PeerGroupGetProperties(hGroup));
  return given(given(pProperties).pwzGroupPeerName ?? undefined);
}
