// PeerGroupCreateInvitation: how long a chain of those who invited each other may be, and when it is over.

import assert from 'node:assert/strict';

import {
  PEER_E_CHAIN_TOO_LONG,
  PEER_E_NOT_AUTHORIZED,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_MEMBER,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { connectedPair, given, newGroup, refusedAs, type TestPeer } from '../support/test-peer.ts';
import {
  credentialsOf,
  eventually,
  infoOf,
  inSeconds,
  invitationFor,
  isPast,
  newGuest,
  onlineMember,
} from './support.ts';

contract(
  'a chain has 24 members at most, the creator counted, and the last one invites nobody',
  [
    'PeerGroupCreateInvitation PEER_E_CHAIN_TOO_LONG',
    'PeerGroupCreateInvitation 8',
    'PeerGroupCreateInvitation 9',
    'PeerGroupCreatePasswordInvitation PEER_E_CHAIN_TOO_LONG',
    'PeerGroupCreatePasswordInvitation 6',
    'PeerGroupIssueCredentials 11',
    'credentials and invitations 1',
    'credentials and invitations 2',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t), {
      dwAuthenticationSchemes: 3,
      pwzGroupPassword: 'Passw0rd',
      groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
    });
    await ann.connect();
    const machine = await nearMachine(t);
    let last: TestPeer = ann;
    // The creator, A, B, M: M is the fourth.
    for (let length = 2; length <= 24; length += 1) {
      last = await onlineMember(last, machine, [PEER_GROUP_ROLE_ADMIN]);
    }
    const { p2p, hGroup } = last;
    const { xml, identity } = await newGuest(machine, 'Zoe');
    const invitation = p2p.PeerGroupCreateInvitation(hGroup, xml, null, 1, [
      PEER_GROUP_ROLE_MEMBER,
    ]);
    refusedAs(await invitation, PEER_E_CHAIN_TOO_LONG);
    refusedAs(await p2p.PeerGroupCreatePasswordInvitation(hGroup), PEER_E_CHAIN_TOO_LONG);
    const { pSubjectPublicKey } = await infoOf(ann, await invitationFor(ann, { xml }));
    const info = { pPublicKey: given(pSubjectPublicKey ?? undefined) };
    const issued = await p2p.PeerGroupIssueCredentials(hGroup, identity, info, 0);
    refusedAs(issued, PEER_E_CHAIN_TOO_LONG);
  },
);

contract(
  'a member that has never shown itself is known to the others once it has invited somebody',
  ['PeerGroupCreateInvitation 14'],
  async (t) => {
    // PEER_MEMBER_DATA_OPTIONAL and PEER_DISABLE_PRESENCE: nobody publishes anything of itself before it acts.
    const ann = await newGroup(await nearMachine(t), { dwFlags: 3 });
    await ann.connect();
    const bob = await onlineMember(ann, await nearMachine(t), [PEER_GROUP_ROLE_ADMIN]);
    assert.equal(await ann.member(bob.identity), undefined);
    await onlineMember(bob, await nearMachine(t));
    await eventually(async () => (await ann.member(bob.identity)) !== undefined);
  },
);

contract(
  'an administrator whose membership has ended invites nobody',
  ['PeerGroupCreateInvitation PEER_E_NOT_AUTHORIZED'],
  async (t) => {
    const { bob } = await connectedPair(await nearMachine(t), await nearMachine(t), {
      roles: [PEER_GROUP_ROLE_ADMIN],
      ftExpiration: inSeconds(4),
    });
    const { ftValidityEnd } = await credentialsOf(bob, bob.identity);
    const { xml } = await newGuest(await nearMachine(t), 'Cleo');
    await isPast(ftValidityEnd);
    const { p2p, hGroup } = bob;
    const invitation = p2p.PeerGroupCreateInvitation(hGroup, xml, null, 1, [
      PEER_GROUP_ROLE_MEMBER,
    ]);
    refusedAs(await invitation, PEER_E_NOT_AUTHORIZED);
  },
);
