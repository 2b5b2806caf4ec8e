// PeerGroupEnumMembers: who belongs, who is online, and where.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type HGROUP,
  PEER_E_INVALID_GROUP,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_PROPERTY_FLAGS,
  PEER_GROUP_ROLE_MEMBER,
  type PEER_MEMBER,
  PEER_MEMBER_CHANGE_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
  given,
  invited,
  newGroup,
  newUser,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import { filetime, groupNameOf, membersOf } from './support.ts';

const { PEER_MEMBER_DATA_OPTIONAL, PEER_DISABLE_PRESENCE } = PEER_GROUP_PROPERTY_FLAGS;
const { PEER_GROUP_EVENT_MEMBER_CHANGED } = PEER_GROUP_EVENT_TYPE;
const { PEER_MEMBER_DISCONNECTED } = PEER_MEMBER_CHANGE_TYPE;

contract(
  'everybody who has connected is listed, ourselves first, with credentials, and those online with addresses',
  [
    'PeerGroupEnumMembers S_OK',
    'PeerGroupEnumMembers 1',
    'PeerGroupEnumMembers 2',
    'PeerGroupEnumMembers 3',
    'PeerGroupEnumMembers 4',
    'PeerGroupEnumMembers 5',
    'PeerGroupEnumMembers 8',
    'PeerGroupEnumMembers 9',
    'PeerGroupEnumMembers 10',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const never = await invited(ann, await nearMachine(t), { friendlyName: 'Eve' });
    for (const [peer, other] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      await untilReachable(peer, other);
      for (const flags of [0, 1]) {
        const members = await membersOf(peer.p2p, peer.hGroup, flags);
        assert.deepEqual(namesOf(members), [peer.identity, other.identity]);
        assert.deepEqual(
          members.map(({ dwFlags }) => dwFlags),
          [1, 1],
        );
      }
      const single = await membersOf(peer.p2p, peer.hGroup, 0, other.identity);
      assert.deepEqual(namesOf(single), [other.identity]);
      assert.deepEqual(await membersOf(peer.p2p, peer.hGroup, 0, never.identity), []);
    }
    const [here] = await membersOf(ann.p2p, ann.hGroup, 0, bob.identity);
    const [there] = await membersOf(bob.p2p, bob.hGroup, 0, bob.identity);
    assert.deepEqual(here, there);
    const { pCredentialInfo, ullNodeId, pwzAttributes, cAddresses, pAddresses } = given(here);
    assert.equal(pCredentialInfo.pwzFriendlyName, 'Bob');
    assert.equal(pCredentialInfo.pwzIssuerPeerName, ann.identity);
    assert.equal(pCredentialInfo.pwzIssuerFriendlyName, 'Ann');
    assert.equal(pCredentialInfo.pPublicKey.PublicKey.length, 32);
    assert.deepEqual(pCredentialInfo.pRoles, [PEER_GROUP_ROLE_MEMBER]);
    assert.notEqual(ullNodeId, 0n);
    assert.equal(pwzAttributes, null);
    assert.equal(cAddresses, pAddresses.length);
  },
);

contract(
  'offline the database is listed and nobody is present; before the first synchronisation we are alone',
  ['PeerGroupEnumMembers 1', 'PeerGroupEnumMembers 2'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const name = await groupNameOf(ann);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const hGroup = given(ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null)).hGroup);
    const members = await membersOf(bob.p2p, hGroup);
    assert.deepEqual(namesOf(members), [bob.identity, ann.identity]);
    assert.ok(members.every(({ dwFlags, pAddresses }) => dwFlags === 0 && pAddresses.length === 0));
    assert.deepEqual(await membersOf(bob.p2p, hGroup, 1), []);
    await ann.next(
      PEER_GROUP_EVENT_MEMBER_CHANGED,
      ({ memberChangeData: { changeType, pwzIdentity } }) =>
        changeType === PEER_MEMBER_DISCONNECTED && pwzIdentity === bob.identity,
    );
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup, 1)), [ann.identity]);
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup)), [ann.identity, bob.identity]);

    const eve = await invited(ann, await nearMachine(t), { friendlyName: 'Eve' });
    assert.deepEqual(namesOf(await membersOf(eve.p2p, eve.hGroup)), [eve.identity]);
  },
);

contract(
  'a member that vanishes is not present any more, and still a member',
  ['PeerGroupEnumMembers 2', 'events 4'],
  async (t) => {
    const machine = await farMachine(t);
    const { ann, bob } = await connectedPair(await nearMachine(t), machine);
    await machine.kill();
    await ann.next(
      PEER_GROUP_EVENT_MEMBER_CHANGED,
      ({ memberChangeData: { changeType, pwzIdentity } }) =>
        changeType === PEER_MEMBER_DISCONNECTED && pwzIdentity === bob.identity,
    );
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup, 1)), [ann.identity]);
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup)), [ann.identity, bob.identity]);
  },
);

contract(
  'a member whose credentials end before its presence does has no addresses',
  ['PeerGroupEnumMembers 6'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const machine = await nearMachine(t);
    const identity = await newUser(machine, 'Bob');
    const { pwzIdentityXML } = ok(await machine.p2p.PeerIdentityGetXML(identity));
    const { pwzInvitation } = ok(
      await ann.p2p.PeerGroupCreateInvitation(
        ann.hGroup,
        given(pwzIdentityXML),
        filetime(Date.now() + 250_000),
        1,
        [PEER_GROUP_ROLE_MEMBER],
      ),
    );
    const { hGroup } = ok(await machine.p2p.PeerGroupJoin(identity, given(pwzInvitation), null));
    const bob = await TestPeer.of(machine, { identity, hGroup: given(hGroup) });
    await bob.connect(ONLINE_WITH_OTHERS);
    await untilReachable(bob, ann);
    const [member] = await membersOf(ann.p2p, ann.hGroup, 0, identity);
    assert.deepEqual(member?.pAddresses, []);
  },
);

contract(
  'where presence is switched off nobody is seen by others, and nobody is where',
  ['PeerGroupEnumMembers 2'],
  async (t) => {
    const creator = await nearMachine(t);
    const ann = await newGroup(creator, { dwFlags: PEER_DISABLE_PRESENCE });
    await ann.connect();
    const bob = await invited(ann, await nearMachine(t));
    await bob.connect(ONLINE_WITH_OTHERS);
    await ann.untilStatus(ONLINE_WITH_OTHERS);
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup, 1)), [ann.identity]);
    const members = await membersOf(ann.p2p, ann.hGroup);
    assert.deepEqual(namesOf(members), [ann.identity, bob.identity]);
    assert.ok(members.every(({ pAddresses }) => pAddresses.length === 0));
  },
);

contract(
  'where member data is optional and presence is off, a member is listed once it has acted',
  ['PeerGroupEnumMembers 7'],
  async (t) => {
    const dwFlags = PEER_MEMBER_DATA_OPTIONAL | PEER_DISABLE_PRESENCE;
    const ann = await newGroup(await nearMachine(t), { dwFlags });
    await ann.connect();
    const bob = await invited(ann, await nearMachine(t));
    await bob.connect(ONLINE_WITH_OTHERS);
    await ann.untilStatus(ONLINE_WITH_OTHERS);
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup)), [ann.identity]);
    ok(
      await bob.p2p.PeerGroupAddRecord(bob.hGroup, {
        type: '11111111-2222-3333-4444-555555555555',
        ftExpiration: filetime(Date.now() + 60_000),
      }),
    );
    await ann.next(
      PEER_GROUP_EVENT_MEMBER_CHANGED,
      ({ memberChangeData: { changeType, pwzIdentity } }) =>
        changeType === PEER_MEMBER_CHANGE_TYPE.PEER_MEMBER_JOINED && pwzIdentity === bob.identity,
    );
    assert.deepEqual(namesOf(await membersOf(ann.p2p, ann.hGroup)), [ann.identity, bob.identity]);
  },
);

contract(
  'flags and identities that are none are refused',
  ['PeerGroupEnumMembers E_INVALIDARG', 'PeerGroupEnumMembers PEER_E_INVALID_GROUP'],
  async (t) => {
    const { p2p, hGroup, hPeerEvent } = await newGroup(await nearMachine(t));
    for (const flags of [2, -1, 0.5, '1', null, undefined]) {
      refusedAs(await p2p.PeerGroupEnumMembers(hGroup, flags as number, null), E_INVALIDARG);
    }
    for (const identity of ['', 7, {}, 'a\0b']) {
      refusedAs(await p2p.PeerGroupEnumMembers(hGroup, 0, identity as string), E_INVALIDARG);
    }
    for (const strange of [null, {}, hPeerEvent]) {
      const no = strange as unknown as HGROUP;
      refusedAs(await p2p.PeerGroupEnumMembers(no, 2, null), PEER_E_INVALID_GROUP);
    }
  },
);

function namesOf(members: readonly PEER_MEMBER[]): readonly string[] {
  return members.map(({ pwzIdentity }) => pwzIdentity);
}

/** Where a member listens comes with its presence, a moment after the connection. */
async function untilReachable(peer: TestPeer, other: TestPeer): Promise<void> {
  for (;;) {
    const member = await peer.member(other.identity);
    if (member !== undefined && member.cAddresses > 0) return;
    await peer.next(PEER_GROUP_EVENT_MEMBER_CHANGED);
  }
}
