// Groups with a password: invitations for whoever knows it, joining, and what becomes of it when it changes.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_GROUP_PROPERTIES,
  PEER_E_INVALID_TIME_PERIOD,
  PEER_E_NO_MEMBER_CONNECTIONS,
  PEER_E_NO_MEMBERS_FOUND,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_PASSWORD_DOES_NOT_MEET_POLICY,
  PEER_GROUP_EVENT_TYPE,
  type PEER_GROUP_PROPERTIES,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_INVITING_MEMBER,
  PEER_GROUP_ROLE_MEMBER,
  PEER_S_ALREADY_A_MEMBER,
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
  eventually,
  filetimeOf,
  infoOf,
  inSeconds,
  invitationFor,
  isPast,
  joined,
  newGuest,
  onlineMember,
  PASSWORD,
  passwordGroup,
  passwordInvitationOf,
  preparedJoin,
  SECOND,
} from './support.ts';

const { PEER_GROUP_EVENT_CONNECTION_FAILED } = PEER_GROUP_EVENT_TYPE;

async function failureOf(peer: TestPeer): Promise<number> {
  ok(await peer.p2p.PeerGroupConnect(peer.hGroup));
  const failed = await peer.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
  return failed.hrConnectionFailedReason;
}

function changed(peer: TestPeer, properties: object) {
  return peer.p2p.PeerGroupSetProperties(peer.hGroup, properties as PEER_GROUP_PROPERTIES);
}

contract(
  'whoever knows the password joins by an invitation for nobody in particular',
  [
    'PeerGroupCreatePasswordInvitation S_OK',
    'PeerGroupCreatePasswordInvitation 1',
    'PeerGroupCreatePasswordInvitation 3',
    'PeerGroupCreatePasswordInvitation 4',
    'PeerGroupCreatePasswordInvitation 7',
    'PeerGroupPasswordJoin S_OK',
    'PeerGroupPasswordJoin 1',
    'PeerGroupPasswordJoin 2',
    'PeerGroupPasswordJoin 3',
    'PeerGroupParseInvitation 4',
  ],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t), {
      groupPasswordRole: PEER_GROUP_ROLE_INVITING_MEMBER,
    });
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const xml = await passwordInvitationOf(ann);
    const { ftValidityStart, ftValidityEnd, ...info } = await infoOf(guest.machine, xml);
    const { pProperties } = ok(await ann.p2p.PeerGroupGetProperties(ann.hGroup));
    assert.deepEqual(info, {
      dwFlags: 0,
      pwzCloudName: 'Global_',
      dwScope: 1,
      dwCloudFlags: 0,
      pwzGroupPeerName: pProperties?.pwzGroupPeerName,
      pwzGroupFriendlyName: 'Chess club',
      pwzIssuerPeerName: ann.identity,
      pwzIssuerFriendlyName: 'Ann',
      pwzSubjectPeerName: null,
      pwzSubjectFriendlyName: null,
      pSubjectPublicKey: null,
      authScheme: 2,
      cRoles: 1,
      pRoles: [PEER_GROUP_ROLE_INVITING_MEMBER],
      cClassifiers: 0,
      ppwzClassifiers: [],
    });
    assert.ok(ftValidityStart <= filetimeOf(Date.now()));
    assert.equal(ftValidityEnd, (await credentialsOf(ann, ann.identity)).ftValidityEnd);
    const { hGroup } = ok(await p2p.PeerGroupPasswordJoin(null, xml, PASSWORD, null));
    const bob = await TestPeer.of(guest.machine, { ...guest, hGroup: given(hGroup) });
    assert.deepEqual(await bob.drain(), []);
    assert.equal(ok(await p2p.PeerGroupGetStatus(bob.hGroup)).dwStatus, 0);
    await bob.connect(ONLINE_WITH_OTHERS);
    const member = await credentialsOf(bob, bob.identity);
    assert.deepEqual(member.pRoles, [PEER_GROUP_ROLE_INVITING_MEMBER]);
    assert.equal(member.pwzIssuerPeerName, ann.identity);
    // A password invitation for nobody: the next one uses it, too.
    const cleo = await preparedJoin(await newGuest(await nearMachine(t), 'Cleo'), xml, PASSWORD);
    await cleo.connect(ONLINE_WITH_OTHERS);
    ok(await p2p.PeerFreeData(xml));
  },
);

contract(
  'a wrong password shows when connecting, and can be corrected by joining once more',
  [
    'PeerGroupPasswordJoin PEER_S_ALREADY_A_MEMBER',
    'PeerGroupPasswordJoin 4',
    'PeerGroupPasswordJoin 5',
  ],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const xml = await passwordInvitationOf(ann);
    for (const wrong of ['', 'passw0rd', 'x'.repeat(300)]) {
      const peer = await preparedJoin(await newGuest(guest.machine, 'Cleo'), xml, wrong);
      assert.equal(await failureOf(peer), PEER_E_NOT_AUTHORIZED);
      ok(await p2p.PeerGroupDelete(peer.identity, (await infoOf(ann, xml)).pwzGroupPeerName));
    }
    const bob = await preparedJoin(guest, xml, 'Passw0rt');
    assert.equal(await failureOf(bob), PEER_E_NOT_AUTHORIZED);
    const again = await p2p.PeerGroupPasswordJoin(guest.identity, xml, PASSWORD, null);
    refusedAs(again, PEER_S_ALREADY_A_MEMBER);
    assert.notEqual(given(again.hGroup), bob.hGroup);
    await bob.connect(ONLINE_WITH_OTHERS);
    const last = await p2p.PeerGroupPasswordJoin(guest.identity, xml, 'whatever', null);
    refusedAs(last, PEER_S_ALREADY_A_MEMBER);
    assert.equal(ok(await p2p.PeerGroupGetStatus(given(last.hGroup))).dwStatus, ONLINE_WITH_OTHERS);
  },
);

contract(
  'a member that has joined by its own invitation is a member already',
  ['PeerGroupPasswordJoin 4'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    // The password flag alone keeps nobody out who is invited.
    const bob = await joined(guest, await invitationFor(ann, guest));
    const xml = await passwordInvitationOf(ann);
    const answer = await bob.p2p.PeerGroupPasswordJoin(guest.identity, xml, 'wrong', null);
    refusedAs(answer, PEER_S_ALREADY_A_MEMBER);
    await bob.connect(ONLINE_WITH_OTHERS);
  },
);

contract(
  'the other way round an invitation ends what a password has prepared',
  ['PeerGroupJoin 4'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const prepared = await preparedJoin(guest, await passwordInvitationOf(ann), 'wrong');
    const roles = [PEER_GROUP_ROLE_ADMIN];
    const bob = await joined(guest, await invitationFor(ann, guest, roles));
    await prepared.connect(ONLINE_WITH_OTHERS);
    await bob.untilStatus(ONLINE_WITH_OTHERS);
    assert.deepEqual((await credentialsOf(bob, bob.identity)).pRoles, roles);
  },
);

contract(
  'password invitations are made by administrators, of groups that have a password',
  [
    'PeerGroupCreatePasswordInvitation PEER_E_NOT_AUTHORIZED',
    'PeerGroupCreatePasswordInvitation 1',
    'PeerGroupCreatePasswordInvitation 2',
  ],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const machine = await nearMachine(t);
    const end = inSeconds(600);
    const admin = await onlineMember(ann, machine, [PEER_GROUP_ROLE_ADMIN], end);
    const inviting = await onlineMember(ann, machine, [PEER_GROUP_ROLE_INVITING_MEMBER]);
    const plain = await onlineMember(ann, machine);
    const make = ({ p2p, hGroup }: TestPeer) => p2p.PeerGroupCreatePasswordInvitation(hGroup);
    refusedAs(await make(inviting), PEER_E_NOT_AUTHORIZED);
    refusedAs(await make(plain), PEER_E_NOT_AUTHORIZED);
    const info = await infoOf(ann, await passwordInvitationOf(admin));
    assert.equal(info.pwzIssuerPeerName, admin.identity);
    assert.equal(info.ftValidityEnd, end);
    const none = await newGroup(await nearMachine(t));
    refusedAs(await make(none), PEER_E_INVALID_GROUP_PROPERTIES);
    refusedAs(await none.p2p.PeerGroupCreatePasswordInvitation({} as never), PEER_E_INVALID_GROUP);
  },
);

contract(
  'the password is proven to whoever is online and may give the role, the creator or not',
  ['PeerGroupPasswordJoin 3'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const machine = await nearMachine(t);
    const inviting = await onlineMember(ann, machine, [PEER_GROUP_ROLE_INVITING_MEMBER]);
    const plain = await onlineMember(ann, await nearMachine(t));
    const xml = await passwordInvitationOf(ann);
    // Whoever made the password lets those that came later check it, within a moment.
    await isPast(filetimeOf(Date.now() + 1_000));
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    const bob = await preparedJoin(await newGuest(await nearMachine(t)), xml, PASSWORD);
    ok(await bob.p2p.PeerGroupConnectByAddress(bob.hGroup, 1, [await inviting.address()]));
    await bob.untilStatus(ONLINE_WITH_OTHERS);
    const { pwzIssuerPeerName } = await credentialsOf(bob, bob.identity);
    assert.equal(pwzIssuerPeerName, inviting.identity);
    // Plain members can neither check the password nor let anybody in: they can only say who may.
    const dora = await preparedJoin(await newGuest(await nearMachine(t), 'Dora'), xml, PASSWORD);
    ok(await dora.p2p.PeerGroupConnectByAddress(dora.hGroup, 1, [await plain.address()]));
    await dora.untilStatus(ONLINE_WITH_OTHERS);
    ok(await inviting.p2p.PeerGroupClose(inviting.hGroup));
    const cleo = await preparedJoin(await newGuest(await nearMachine(t), 'Cleo'), xml, PASSWORD);
    ok(await cleo.p2p.PeerGroupConnectByAddress(cleo.hGroup, 1, [await plain.address()]));
    const { hrConnectionFailedReason } = await cleo.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
    assert.equal(hrConnectionFailedReason, PEER_E_NO_MEMBER_CONNECTIONS);
  },
);

contract(
  'with nobody there a password join finds no members',
  ['PeerGroupPasswordJoin 6'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const xml = await passwordInvitationOf(ann);
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    const bob = await preparedJoin(await newGuest(await nearMachine(t)), xml, PASSWORD);
    assert.equal(await failureOf(bob), PEER_E_NO_MEMBERS_FOUND);
  },
);

contract(
  'a clock that is slow joins, and one beyond the end does not',
  ['PeerGroupPasswordJoin 6'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const machine = await nearMachine(t);
    const admin = await onlineMember(ann, machine, [PEER_GROUP_ROLE_ADMIN], inSeconds(4));
    const xml = await passwordInvitationOf(admin);
    const guest = await newGuest(await nearMachine(t));
    const { ftValidityEnd } = await infoOf(ann, xml);
    t.mock.method(
      Date,
      'now',
      () => Number(ftValidityEnd / 10_000n - 11_644_473_600_000n) - 3_600_000,
    );
    const bob = await preparedJoin(guest, xml, PASSWORD);
    t.mock.restoreAll();
    assert.ok(bob.hGroup);
    await isPast(ftValidityEnd);
    const late = await newGuest(guest.machine, 'Cleo');
    const answer = guest.machine.p2p.PeerGroupPasswordJoin(late.identity, xml, PASSWORD, null);
    refusedAs(await answer, PEER_E_INVALID_TIME_PERIOD);
    assert.ok(ftValidityEnd % SECOND === 0n);
  },
);

contract(
  'passwords have 8 to 255 characters of three kinds at least',
  ['PeerGroupCreate PEER_E_PASSWORD_DOES_NOT_MEET_POLICY', 'PeerGroupCreate 10'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const withPassword = (pwzGroupPassword: unknown) =>
      ann.p2p.PeerGroupCreate({
        dwAuthenticationSchemes: 3,
        pwzGroupPassword: pwzGroupPassword as string,
        groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
      });
    const short = ['', null, undefined, 'Pass0rd', `P0${'a'.repeat(254)}`];
    const simple = ['password', 'Password', 'passw0rd', 'PASSW0RD', '12345678', 'a b c d e f'];
    for (const weak of [...short, ...simple, 'Passw0rd\0', 'Passw0rd\ud800']) {
      refusedAs(await withPassword(weak), PEER_E_PASSWORD_DOES_NOT_MEET_POLICY);
    }
    refusedAs(await withPassword(7), E_INVALIDARG);
    for (const strong of ['Passw0rd', 'pass w0rd', `P0${'a'.repeat(253)}`, 'ÄÖÜäöü12']) {
      ok(await withPassword(strong));
    }
  },
);

contract(
  'a password comes, changes and goes with the properties, and the former invitations with it',
  ['PeerGroupSetProperties S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const make = () => ann.p2p.PeerGroupCreatePasswordInvitation(ann.hGroup);
    const flag = { dwAuthenticationSchemes: 3 };
    const role = { groupPasswordRole: PEER_GROUP_ROLE_MEMBER };
    const refusals: readonly (readonly [object, number])[] = [
      [flag, PEER_E_INVALID_GROUP_PROPERTIES],
      [{ ...flag, groupPasswordRole: PEER_GROUP_ROLE_ADMIN }, PEER_E_INVALID_GROUP_PROPERTIES],
      [{ ...flag, groupPasswordRole: 'x' }, E_INVALIDARG],
      [{ ...flag, ...role }, PEER_E_PASSWORD_DOES_NOT_MEET_POLICY],
      [{ ...flag, ...role, pwzGroupPassword: 'x' }, PEER_E_PASSWORD_DOES_NOT_MEET_POLICY],
      [{ ...flag, ...role, pwzGroupPassword: 7 }, E_INVALIDARG],
    ];
    for (const [properties, hr] of refusals) refusedAs(await changed(ann, properties), hr);
    // Without the flag they mean nothing.
    ok(await changed(ann, { ...role, pwzGroupPassword: 'x' }));
    refusedAs(await make(), PEER_E_INVALID_GROUP_PROPERTIES);
    ok(await changed(ann, { ...flag, ...role, pwzGroupPassword: PASSWORD }));
    const first = await passwordInvitationOf(ann);
    const { pProperties } = ok(await ann.p2p.PeerGroupGetProperties(ann.hGroup));
    assert.equal(pProperties?.pwzGroupPassword, null);
    assert.equal(pProperties?.groupPasswordRole, PEER_GROUP_ROLE_MEMBER);
    // As it was read: the password stays.
    ok(await changed(ann, given(pProperties)));
    const bob = await preparedJoin(await newGuest(await nearMachine(t)), first, PASSWORD);
    await bob.connect(ONLINE_WITH_OTHERS);
    ok(await changed(ann, { pwzGroupPassword: 'An0ther one' }));
    const second = await passwordInvitationOf(ann);
    const stale = await preparedJoin(await newGuest(await nearMachine(t), 'Cleo'), first, PASSWORD);
    assert.equal(await failureOf(stale), PEER_E_NOT_AUTHORIZED);
    const dora = await preparedJoin(
      await newGuest(await nearMachine(t), 'Dora'),
      second,
      'An0ther one',
    );
    await dora.connect(ONLINE_WITH_OTHERS);
    ok(await changed(ann, { dwAuthenticationSchemes: 1 }));
    refusedAs(await make(), PEER_E_INVALID_GROUP_PROPERTIES);
    // Whoever has come stays.
    await eventually(async () => (await ann.member(bob.identity)) !== undefined);
  },
);
