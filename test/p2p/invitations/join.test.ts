// PeerGroupJoin and PeerGroupParseInvitation: what is taken for an invitation, by whom, and when.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_PEER_NAME,
  PEER_E_INVALID_TIME_PERIOD,
  PEER_E_INVITATION_NOT_TRUSTED,
  PEER_E_NO_CLOUD,
  PEER_E_NO_KEY_ACCESS,
  PEER_E_NOT_FOUND,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_INVITING_MEMBER,
  PEER_GROUP_ROLE_MEMBER,
  PEER_GROUP_STATUS,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  given,
  newGroup,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import {
  credentialsOf,
  infoOf,
  inSeconds,
  invitationFor,
  isPast,
  joined,
  newGuest,
  onlineMember,
  passwordGroup,
  passwordInvitationOf,
  SECOND,
  showKeys,
  started,
} from './support.ts';

contract(
  'joining prepares the membership, and the group can be opened from then on',
  [
    'PeerGroupJoin S_OK',
    'PeerGroupJoin 2',
    'PeerGroupJoin 4',
    'PeerGroupJoin 5',
    'PeerGroupJoin 10',
    'PeerGroupJoin 11',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    await ann.connect();
    const bob = await joined(guest, await invitationFor(ann, guest));
    assert.equal(ok(await p2p.PeerGroupGetStatus(bob.hGroup)).dwStatus, 0);
    const record = { type: '11111111-2222-3333-4444-555555555555', ftExpiration: inSeconds(60) };
    refusedAs(await p2p.PeerGroupAddRecord(bob.hGroup, record), PEER_E_GROUP_NOT_READY);
    assert.deepEqual(await bob.drain(), []);
    assert.equal(
      (await ann.drain()).some(({ eventType }) => eventType === 5),
      false,
    );
    ok(await p2p.PeerGroupClose(bob.hGroup));
    const { pwzGroupPeerName } = await infoOf(ann, await invitationFor(ann, guest));
    const { hGroup } = ok(await p2p.PeerGroupOpen(guest.identity, pwzGroupPeerName, null));
    const again = await TestPeer.of(guest.machine, {
      identity: guest.identity,
      hGroup: given(hGroup),
    });
    await again.connect(ONLINE_WITH_OTHERS);
    ok(await p2p.PeerGroupAddRecord(again.hGroup, record));
  },
);

contract(
  'credentials that were issued join as an invitation does, and the default identity where none is named',
  ['PeerGroupJoin 1', 'PeerGroupJoin 4', 'PeerGroupIssueCredentials 5'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const { pSubjectPublicKey } = await infoOf(ann, await invitationFor(ann, guest));
    const issued = await ann.p2p.PeerGroupIssueCredentials(
      ann.hGroup,
      guest.identity,
      { pPublicKey: given(pSubjectPublicKey ?? undefined) },
      0,
    );
    const xml = given(ok(issued).pwzInvitation);
    const stranger = await started(await nearMachine(t));
    refusedAs(await stranger.PeerGroupJoin(null, xml, null), PEER_E_NOT_FOUND);
    ok(await p2p.PeerIdentityCreate(null, 'Not the oldest', null));
    const { hGroup } = ok(await p2p.PeerGroupJoin(null, xml, 'Global_'));
    const peer = await TestPeer.of(guest.machine, { ...guest, hGroup: given(hGroup) });
    const member = await credentialsOf(peer, guest.identity);
    // As nobody knew it: its name for a name, and a plain member.
    assert.equal(member.pwzFriendlyName, guest.identity);
    assert.deepEqual(member.pRoles, [PEER_GROUP_ROLE_MEMBER]);
  },
);

contract(
  'arguments and identities are looked at before the invitation',
  [
    'PeerGroupJoin E_INVALIDARG',
    'PeerGroupJoin PEER_E_INVALID_PEER_NAME',
    'PeerGroupJoin PEER_E_NO_CLOUD',
    'PeerGroupPasswordJoin E_INVALIDARG',
    'PeerGroupPasswordJoin PEER_E_INVALID_PEER_NAME',
    'PeerGroupPasswordJoin PEER_E_NO_CLOUD',
    'PeerGroupParseInvitation E_INVALIDARG',
  ],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const me = guest.identity;
    const member = await invitationFor(ann, guest);
    const whoever = await passwordInvitationOf(ann);
    type Call = (...values: readonly unknown[]) => Promise<{ readonly hr: number }>;
    const join = p2p.PeerGroupJoin as Call;
    const passwordJoin = p2p.PeerGroupPasswordJoin as Call;
    for (const none of [null, undefined, 7, {}, []]) {
      refusedAs(await join(me, none, null), E_INVALIDARG);
      refusedAs(await passwordJoin(me, none, 'x', null), E_INVALIDARG);
      refusedAs(await passwordJoin(me, whoever, none, null), E_INVALIDARG);
      refusedAs(await (p2p.PeerGroupParseInvitation as Call)(none), E_INVALIDARG);
    }
    for (const none of ['', 7, {}, 'a\0b']) {
      refusedAs(await join(none, member, null), E_INVALIDARG);
      refusedAs(await passwordJoin(none, whoever, 'x', null), E_INVALIDARG);
    }
    refusedAs(await passwordJoin(me, whoever, 'a\0b', null), E_INVALIDARG);
    refusedAs(await join(me, member, 7), E_INVALIDARG);
    refusedAs(await join(me, member, 'LinkLocal_ff00'), PEER_E_NO_CLOUD);
    refusedAs(await passwordJoin(me, whoever, 'x', 'LinkLocal_ff00'), PEER_E_NO_CLOUD);
    for (const nobody of ['nobody', ann.identity]) {
      refusedAs(await join(nobody, member, null), PEER_E_INVALID_PEER_NAME);
      refusedAs(await passwordJoin(nobody, whoever, 'x', null), PEER_E_INVALID_PEER_NAME);
    }
  },
);

contract(
  'nobody joins with the invitation of somebody else, or by a function that is for the other kind',
  ['PeerGroupJoin PEER_E_INVITATION_NOT_TRUSTED', 'PeerGroupParseInvitation 4'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const machine = await nearMachine(t);
    const bob = await newGuest(machine);
    const cleo = await newGuest(machine, 'Cleo');
    const member = await invitationFor(ann, bob);
    const whoever = await passwordInvitationOf(ann);
    assert.equal((await infoOf(machine, member)).authScheme, 1);
    assert.equal((await infoOf(machine, whoever)).authScheme, 2);
    const { p2p } = machine;
    refusedAs(await p2p.PeerGroupJoin(cleo.identity, member, null), PEER_E_INVITATION_NOT_TRUSTED);
    refusedAs(await p2p.PeerGroupJoin(bob.identity, whoever, null), PEER_E_INVITATION_NOT_TRUSTED);
    const joining = p2p.PeerGroupPasswordJoin(bob.identity, member, 'x', null);
    refusedAs(await joining, PEER_E_INVITATION_NOT_TRUSTED);
  },
);

contract(
  'an invitation joins from its start to its end, and can be read at any time',
  [
    'PeerGroupJoin PEER_E_INVALID_TIME_PERIOD',
    'PeerGroupJoin 6',
    'PeerGroupJoin 7',
    'PeerGroupParseInvitation 1',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const { pSubjectPublicKey } = await infoOf(ann, await invitationFor(ann, guest));
    const starts = inSeconds(3);
    const issued = await ann.p2p.PeerGroupIssueCredentials(
      ann.hGroup,
      guest.identity,
      {
        pPublicKey: given(pSubjectPublicKey ?? undefined),
        ftValidityStart: starts + SECOND / 2n,
        ftValidityEnd: starts + 2n * SECOND,
      },
      0,
    );
    const xml = given(ok(issued).pwzInvitation);
    const info = await infoOf(guest.machine, xml);
    assert.equal(info.ftValidityStart, starts);
    assert.equal(info.ftValidityEnd, starts + 2n * SECOND);
    refusedAs(await p2p.PeerGroupJoin(null, xml, null), PEER_E_INVALID_TIME_PERIOD);
    await isPast(starts);
    ok(await p2p.PeerGroupJoin(null, xml, null));
    await isPast(info.ftValidityEnd);
    refusedAs(await p2p.PeerGroupJoin(null, xml, null), PEER_E_INVALID_TIME_PERIOD);
    assert.deepEqual(await infoOf(guest.machine, xml), info);
    // A date that was changed does not pass for one that is over.
    const changed = xml.replace(/.(?=<\/GMC>)/, 'A');
    refusedAs(await p2p.PeerGroupJoin(null, changed, null), PEER_E_INVITATION_NOT_TRUSTED);
  },
);

contract(
  'joining again gives another handle, and of two credentials the one that begins later counts',
  ['PeerGroupJoin 12'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const guest = await newGuest(await nearMachine(t));
    const first = await invitationFor(ann, guest, [PEER_GROUP_ROLE_MEMBER], inSeconds(7_200));
    await isPast(inSeconds(1));
    const second = await invitationFor(ann, guest, [PEER_GROUP_ROLE_MEMBER], inSeconds(3_600));
    const { ftValidityEnd } = await infoOf(ann, second);
    const bob = await joined(guest, first);
    await bob.connect(ONLINE_WITH_OTHERS);
    // Open and online: the new handle is, too, without a connect of its own.
    const again = await joined(guest, second);
    assert.notEqual(again.hGroup, bob.hGroup);
    const { dwStatus } = ok(await guest.machine.p2p.PeerGroupGetStatus(again.hGroup));
    assert.ok(given(dwStatus) & PEER_GROUP_STATUS.PEER_GROUP_STATUS_LISTENING);
    assert.equal((await credentialsOf(again, guest.identity)).ftValidityEnd, ftValidityEnd);
    ok(await again.p2p.PeerGroupClose(again.hGroup));
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    // Closed: the older one changes nothing any more.
    const last = await joined(guest, first);
    assert.equal((await credentialsOf(last, guest.identity)).ftValidityEnd, ftValidityEnd);
  },
);

contract(
  'nobody joins while others could read its keys',
  ['PeerGroupJoin PEER_E_NO_KEY_ACCESS', 'PeerGroupPasswordJoin PEER_E_NO_KEY_ACCESS'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const member = await invitationFor(ann, guest);
    const whoever = await passwordInvitationOf(ann);
    await showKeys(guest.machine);
    refusedAs(await p2p.PeerGroupJoin(null, member, null), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerGroupPasswordJoin(null, whoever, 'x', null), PEER_E_NO_KEY_ACCESS);
  },
);

contract(
  'roles that are granted are what the member has, at every other member',
  ['PeerGroupCreateInvitation 7', 'credentials and invitations 6'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const machine = await nearMachine(t);
    const roles = [PEER_GROUP_ROLE_ADMIN, PEER_GROUP_ROLE_INVITING_MEMBER, PEER_GROUP_ROLE_MEMBER];
    for (const role of roles) {
      const peer = await onlineMember(ann, machine, [role]);
      const seen = await credentialsOf(ann, peer.identity);
      assert.deepEqual(seen, await credentialsOf(peer, peer.identity));
      assert.deepEqual(seen.pRoles, [role]);
      assert.equal(seen.pwzIssuerPeerName, ann.identity);
    }
  },
);

contract(
  'PeerGroupResumePasswordAuthentication looks at its handles and does nothing',
  [],
  async (t) => {
    const { p2p, hGroup, hPeerEvent } = await newGroup(await nearMachine(t));
    ok(await p2p.PeerGroupResumePasswordAuthentication(hGroup, hPeerEvent));
    type Call = (...values: readonly unknown[]) => Promise<{ readonly hr: number }>;
    const resume = p2p.PeerGroupResumePasswordAuthentication as Call;
    refusedAs(await resume(hGroup, hGroup), E_INVALIDARG);
    refusedAs(await resume(hPeerEvent, hPeerEvent), PEER_E_INVALID_GROUP);
  },
);
