// Going online by a password: it is proved to a member that may admit us, when the group is connected.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type PEER_ADDRESS,
  PEER_E_GROUP_NOT_READY,
  PEER_E_NO_MEMBER_CONNECTIONS,
  PEER_E_NO_MEMBERS_FOUND,
  PEER_E_NOT_AUTHORIZED,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_ROLE_MEMBER,
  PEER_S_ALREADY_A_MEMBER,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { type Machine, nearMachine } from '../support/machine.ts';
import {
  given,
  invited,
  newGroup,
  newUser,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import { deadAddress, membersOf, propertiesOf, statusOf } from './support.ts';

const PASSWORD = 'Correct Horse 7';
const { PEER_GROUP_EVENT_CONNECTION_FAILED } = PEER_GROUP_EVENT_TYPE;

contract(
  'who has the password is let in when it connects, is a member from then on, and needs it no more',
  ['PeerGroupConnect 3'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    await ann.connect();
    const bob = await prepared(ann, await nearMachine(t), PASSWORD);
    assert.equal(await statusOf(bob), 0);
    refusedAs(await bob.p2p.PeerGroupGetProperties(bob.hGroup), PEER_E_GROUP_NOT_READY);
    const [self, ...others] = await membersOf(bob.p2p, bob.hGroup);
    assert.deepEqual([self?.pwzIdentity, others], [bob.identity, []]);

    await bob.connect(ONLINE_WITH_OTHERS);
    const { pwzGroupPeerName } = await propertiesOf(bob.p2p, bob.hGroup);
    const [, member] = await membersOf(ann.p2p, ann.hGroup);
    assert.equal(member?.pwzIdentity, bob.identity);
    assert.deepEqual(member?.pCredentialInfo.pRoles, [PEER_GROUP_ROLE_MEMBER]);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const { hGroup } = ok(
      await bob.p2p.PeerGroupOpen(bob.identity, given(pwzGroupPeerName ?? undefined), null),
    );
    const again = await TestPeer.of(bob.machine, { ...bob, hGroup: given(hGroup) });
    await again.connect(ONLINE_WITH_OTHERS);
  },
);

contract(
  'a wrong password shows when connecting, and may be corrected',
  ['PeerGroupConnect 4'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    await ann.connect();
    const bob = await prepared(ann, await nearMachine(t), 'Wrong Horse 7');
    ok(await bob.p2p.PeerGroupConnect(bob.hGroup));
    await failed(bob, PEER_E_NOT_AUTHORIZED);
    assert.equal(await statusOf(bob), 0);
    const { pwzInvitation } = ok(await ann.p2p.PeerGroupCreatePasswordInvitation(ann.hGroup));
    const again = await bob.p2p.PeerGroupPasswordJoin(
      bob.identity,
      given(pwzInvitation),
      PASSWORD,
      null,
    );
    refusedAs(again, PEER_S_ALREADY_A_MEMBER);
    await bob.connect(ONLINE_WITH_OTHERS);
  },
);

contract(
  'a password with nobody there, and with members alone who may not admit',
  ['PeerGroupConnect 4', 'PeerGroupConnectByAddress 1'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    await ann.connect();
    const member = await invited(ann, await nearMachine(t), { friendlyName: 'Mel' });
    await member.connect(ONLINE_WITH_OTHERS);
    const bob = await prepared(ann, await nearMachine(t), PASSWORD);
    await by(bob, await deadAddress());
    await failed(bob, PEER_E_NO_MEMBERS_FOUND);
    const address = await member.address();
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    await member.untilStatus(1);
    await by(bob, address);
    await failed(bob, PEER_E_NO_MEMBER_CONNECTIONS);
  },
);

contract(
  'a group that is only prepared is closed, opened and deleted like any other',
  ['PeerGroupDelete 1', 'PeerGroupOpen 1'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    await ann.connect();
    const { pwzGroupPeerName } = await propertiesOf(ann.p2p, ann.hGroup);
    const name = given(pwzGroupPeerName ?? undefined);
    const bob = await prepared(ann, await nearMachine(t), PASSWORD);
    const { p2p } = bob;
    ok(await p2p.PeerGroupConnect(bob.hGroup));
    ok(await p2p.PeerGroupClose(bob.hGroup));
    ok(await p2p.PeerGroupOpen(bob.identity, name, null));
    ok(await p2p.PeerGroupDelete(bob.identity, name));
    assert.notEqual((await p2p.PeerGroupOpen(bob.identity, name, null)).hr, E_INVALIDARG);
  },
);

async function passwordGroup(machine: Machine): Promise<TestPeer> {
  return await newGroup(machine, {
    dwAuthenticationSchemes: 3,
    pwzGroupPassword: PASSWORD,
    groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
  });
}

async function prepared(ann: TestPeer, machine: Machine, password: string): Promise<TestPeer> {
  const identity = await newUser(machine, 'Bob');
  const { pwzInvitation } = ok(await ann.p2p.PeerGroupCreatePasswordInvitation(ann.hGroup));
  const { hGroup } = ok(
    await machine.p2p.PeerGroupPasswordJoin(identity, given(pwzInvitation), password, null),
  );
  return await TestPeer.of(machine, { identity, hGroup: given(hGroup) });
}

async function by({ p2p, hGroup }: TestPeer, ...addresses: readonly PEER_ADDRESS[]): Promise<void> {
  ok(await p2p.PeerGroupConnectByAddress(hGroup, addresses.length, addresses));
}

async function failed(peer: TestPeer, reason: number): Promise<void> {
  const { hrConnectionFailedReason } = await peer.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
  refusedAs({ hr: hrConnectionFailedReason }, reason);
}
