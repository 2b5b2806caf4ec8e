// PeerGroupIssueCredentials: renewals, other roles, and those who are no members yet.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type PEER_CREDENTIAL_INFO,
  PEER_E_CIRCULAR_CHAIN_DETECTED,
  PEER_E_IDENTITY_NOT_FOUND,
  PEER_E_INVALID_CREDENTIAL_INFO,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_ROLE_PROPERTY,
  PEER_E_INVALID_TIME_PERIOD,
  PEER_E_NOT_AUTHORIZED,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_ISSUE_CREDENTIAL_FLAGS,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_INVITING_MEMBER,
  PEER_GROUP_ROLE_MEMBER,
  PEER_MEMBER_CHANGE_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
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
  SECOND,
} from './support.ts';

const { PEER_GROUP_STORE_CREDENTIALS } = PEER_GROUP_ISSUE_CREDENTIAL_FLAGS;
const { PEER_GROUP_EVENT_MEMBER_CHANGED } = PEER_GROUP_EVENT_TYPE;

async function issued(
  by: TestPeer,
  subject: string,
  info: Partial<PEER_CREDENTIAL_INFO> | null,
  dwFlags = 0,
): Promise<string> {
  const answer = await by.p2p.PeerGroupIssueCredentials(by.hGroup, subject, info, dwFlags);
  return given(ok(answer).pwzInvitation);
}

async function isTold(peer: TestPeer, identity: string): Promise<void> {
  await peer.next(
    PEER_GROUP_EVENT_MEMBER_CHANGED,
    ({ memberChangeData: { changeType, pwzIdentity } }) =>
      changeType === PEER_MEMBER_CHANGE_TYPE.PEER_MEMBER_JOINED && pwzIdentity === identity,
  );
}

async function reconnected(peer: TestPeer, group: string): Promise<TestPeer> {
  const { p2p, machine, identity } = peer;
  ok(await p2p.PeerGroupClose(peer.hGroup));
  const { hGroup } = ok(await p2p.PeerGroupOpen(identity, group, null));
  const again = await TestPeer.of(machine, { identity, hGroup: given(hGroup) });
  await again.connect(ONLINE_WITH_OTHERS);
  return again;
}

contract(
  'without information credentials are renewed as they are, from now on for as long as before',
  [
    'PeerGroupIssueCredentials S_OK',
    'PeerGroupIssueCredentials 2',
    'PeerGroupIssueCredentials 5',
    'credentials and invitations 7',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const guest = await newGuest(await nearMachine(t));
    const roles = [PEER_GROUP_ROLE_INVITING_MEMBER];
    const bob = await joined(guest, await invitationFor(ann, guest, roles, inSeconds(3_600)));
    await bob.connect(ONLINE_WITH_OTHERS);
    const before = await credentialsOf(ann, bob.identity);
    const asked = filetimeOf(Date.now());
    const info = await infoOf(ann, await issued(ann, bob.identity, null));
    assert.equal(
      info.ftValidityEnd - info.ftValidityStart,
      before.ftValidityEnd - before.ftValidityStart,
    );
    assert.ok(info.ftValidityStart > before.ftValidityStart);
    assert.ok(
      info.ftValidityStart > asked - SECOND && info.ftValidityStart <= filetimeOf(Date.now()),
    );
    assert.deepEqual(info.pRoles, roles);
    assert.equal(info.pwzSubjectFriendlyName, 'Bob');
    assert.equal(info.pwzIssuerPeerName, ann.identity);
    // Nothing is stored: the group knows what it has known.
    assert.deepEqual(await credentialsOf(ann, bob.identity), before);
  },
);

contract(
  'a renewal is cut at the end of whoever renews, and a date beyond it is refused',
  ['PeerGroupIssueCredentials 10', 'credentials and invitations 3'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const end = inSeconds(600);
    const admin = await onlineMember(ann, await nearMachine(t), [PEER_GROUP_ROLE_ADMIN], end);
    const bob = await onlineMember(ann, await nearMachine(t));
    await eventually(async () => (await admin.member(bob.identity)) !== undefined);
    assert.equal((await infoOf(ann, await issued(admin, bob.identity, null))).ftValidityEnd, end);
    assert.equal((await infoOf(ann, await issued(admin, bob.identity, {}))).ftValidityEnd, end);
    const withEnd = (ftValidityEnd: bigint) =>
      admin.p2p.PeerGroupIssueCredentials(admin.hGroup, bob.identity, { ftValidityEnd }, 0);
    ok(await withEnd(end));
    for (const wrong of [end + SECOND, inSeconds(0), inSeconds(-5)]) {
      refusedAs(await withEnd(wrong), PEER_E_INVALID_TIME_PERIOD);
    }
  },
);

contract(
  'stored credentials are told to all members and taken up by themselves; a new role counts from the next connect on',
  [
    'PeerGroupIssueCredentials 6',
    'PeerGroupIssueCredentials 7',
    'PeerGroupIssueCredentials 8',
    'PeerGroupIssueCredentials 12',
    'PeerGroupIssueCredentials 13',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    await isTold(ann, bob.identity);
    const { xml } = await newGuest(await nearMachine(t), 'Cleo');
    const group = (await infoOf(ann, await invitationFor(ann, { xml }))).pwzGroupPeerName;
    await Promise.all([ann.drain(), bob.drain()]);
    const asked = { pRoles: [PEER_GROUP_ROLE_ADMIN], ftValidityEnd: inSeconds(900) };
    await issued(ann, bob.identity, asked, PEER_GROUP_STORE_CREDENTIALS);
    const seen = await credentialsOf(ann, bob.identity);
    assert.deepEqual(seen.pRoles, [PEER_GROUP_ROLE_ADMIN]);
    assert.equal(seen.ftValidityEnd, asked.ftValidityEnd);
    await Promise.all([isTold(ann, bob.identity), isTold(bob, bob.identity)]);
    assert.deepEqual(await credentialsOf(bob, bob.identity), seen);
    const invite = (peer: TestPeer) =>
      peer.p2p.PeerGroupCreateInvitation(peer.hGroup, xml, null, 1, [PEER_GROUP_ROLE_MEMBER]);
    refusedAs(await invite(bob), PEER_E_NOT_AUTHORIZED);
    const again = await reconnected(bob, group);
    ok(await invite(again));
    // Taken back, also for one that is away meanwhile.
    ok(await again.p2p.PeerGroupClose(again.hGroup));
    await issued(
      ann,
      bob.identity,
      { pRoles: [PEER_GROUP_ROLE_MEMBER] },
      PEER_GROUP_STORE_CREDENTIALS,
    );
    const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, group, null));
    const last = await TestPeer.of(bob.machine, { identity: bob.identity, hGroup: given(hGroup) });
    await last.connect(ONLINE_WITH_OTHERS);
    await eventually(async () => (await invite(last)).hr === PEER_E_NOT_AUTHORIZED);
    assert.deepEqual((await credentialsOf(last, bob.identity)).pRoles, [PEER_GROUP_ROLE_MEMBER]);
  },
);

contract(
  'who is not known yet gets credentials by its key, with a name and role of its own or none',
  [
    'PeerGroupIssueCredentials PEER_E_IDENTITY_NOT_FOUND',
    'PeerGroupIssueCredentials 3',
    'PeerGroupIssueCredentials 4',
    'PeerGroupIssueCredentials 14',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await newGuest(await nearMachine(t));
    const cleo = await newGuest(await nearMachine(t), 'Cleo');
    const keyOf = async (guest: { readonly xml: string }) =>
      given((await infoOf(ann, await invitationFor(ann, guest))).pSubjectPublicKey ?? undefined);
    const pPublicKey = await keyOf(bob);
    const call = (info: Partial<PEER_CREDENTIAL_INFO> | null, subject = bob.identity) =>
      ann.p2p.PeerGroupIssueCredentials(ann.hGroup, subject, info, 0);
    refusedAs(await call(null), PEER_E_IDENTITY_NOT_FOUND);
    refusedAs(await call(null, 'nobody'), PEER_E_IDENTITY_NOT_FOUND);
    refusedAs(await call({}), PEER_E_INVALID_CREDENTIAL_INFO);
    refusedAs(await call({ pPublicKey: await keyOf(cleo) }), PEER_E_INVALID_CREDENTIAL_INFO);
    refusedAs(await call({ pPublicKey }, 'nobody'), PEER_E_INVALID_CREDENTIAL_INFO);
    const rsa = { ...pPublicKey, Algorithm: { pszObjId: '1.2.840.113549.1.1.1' } };
    refusedAs(await call({ pPublicKey: rsa }), PEER_E_INVALID_CREDENTIAL_INFO);
    const short = { ...pPublicKey, PublicKey: pPublicKey.PublicKey.slice(1) };
    refusedAs(await call({ pPublicKey: short }), PEER_E_INVALID_CREDENTIAL_INFO);
    const plain = await infoOf(ann, given(ok(await call({ pPublicKey })).pwzInvitation));
    assert.equal(plain.pwzSubjectFriendlyName, bob.identity);
    assert.deepEqual(plain.pRoles, [PEER_GROUP_ROLE_MEMBER]);
    const own = await credentialsOf(ann, ann.identity);
    assert.equal(plain.ftValidityEnd, own.ftValidityEnd);
    const said = await call({
      pPublicKey,
      pwzFriendlyName: 'Robert',
      pwzIssuerPeerName: 'somebody',
      pwzIssuerFriendlyName: 'else',
      cRoles: 1,
      pRoles: [PEER_GROUP_ROLE_INVITING_MEMBER, PEER_GROUP_ROLE_ADMIN],
    });
    const info = await infoOf(ann, given(ok(said).pwzInvitation));
    assert.equal(info.pwzSubjectFriendlyName, 'Robert');
    assert.deepEqual(info.pRoles, [PEER_GROUP_ROLE_INVITING_MEMBER]);
    assert.equal(info.pwzIssuerPeerName, ann.identity);
    assert.equal(info.pwzIssuerFriendlyName, 'Ann');
  },
);

contract(
  'credentials begin later than those that are there, to the second',
  ['PeerGroupIssueCredentials 9'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { ftValidityStart } = await credentialsOf(ann, bob.identity);
    const starting = (start: bigint) =>
      ann.p2p.PeerGroupIssueCredentials(ann.hGroup, bob.identity, { ftValidityStart: start }, 0);
    for (const early of [
      ftValidityStart,
      ftValidityStart + SECOND - 1n,
      ftValidityStart - SECOND,
    ]) {
      refusedAs(await starting(early), PEER_E_INVALID_TIME_PERIOD);
    }
    const next = given(ok(await starting(ftValidityStart + SECOND)).pwzInvitation);
    assert.equal((await infoOf(ann, next)).ftValidityStart, ftValidityStart + SECOND);
    const inAnHour = inSeconds(3_600);
    const later = given(ok(await starting(inAnHour + 1n)).pwzInvitation);
    assert.equal((await infoOf(ann, later)).ftValidityStart, inAnHour);
    // One that is left out is late enough, also in the second in which the last ones were issued.
    for (const left of [null, {}, { ftValidityStart: 0n }]) {
      await issued(ann, bob.identity, left, PEER_GROUP_STORE_CREDENTIALS);
    }
  },
);

contract(
  'of credentials that are stored the last ones count, also when they are shorter',
  ['PeerGroupIssueCredentials 6'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    for (const seconds of [7_200, 3_600, 5_400]) {
      const ftValidityEnd = inSeconds(seconds);
      await issued(ann, bob.identity, { ftValidityEnd }, PEER_GROUP_STORE_CREDENTIALS);
      assert.equal((await credentialsOf(ann, bob.identity)).ftValidityEnd, ftValidityEnd);
      await eventually(
        async () => (await credentialsOf(bob, bob.identity)).ftValidityEnd === ftValidityEnd,
      );
    }
  },
);

contract(
  'administrators issue everything, inviting members plain memberships of plain members, others nothing',
  ['PeerGroupIssueCredentials 1', 'credentials and invitations 8'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const machine = await nearMachine(t);
    const admin = await onlineMember(ann, machine, [PEER_GROUP_ROLE_ADMIN]);
    const inviting = await onlineMember(ann, machine, [PEER_GROUP_ROLE_INVITING_MEMBER]);
    const plain = await onlineMember(ann, machine);
    const call = async (
      by: TestPeer,
      whom: TestPeer,
      info: Partial<PEER_CREDENTIAL_INFO> | null,
    ) => {
      await eventually(async () => (await by.member(whom.identity)) !== undefined);
      return await by.p2p.PeerGroupIssueCredentials(by.hGroup, whom.identity, info, 0);
    };
    ok(await call(ann, admin, null));
    ok(await call(admin, plain, { pRoles: [PEER_GROUP_ROLE_ADMIN] }));
    ok(await call(admin, inviting, null));
    ok(await call(inviting, plain, null));
    const asAdmin = { pRoles: [PEER_GROUP_ROLE_ADMIN] };
    const asMember = { pRoles: [PEER_GROUP_ROLE_MEMBER] };
    refusedAs(await call(inviting, plain, asAdmin), PEER_E_NOT_AUTHORIZED);
    refusedAs(await call(inviting, admin, asMember), PEER_E_NOT_AUTHORIZED);
    refusedAs(await call(plain, inviting, null), PEER_E_NOT_AUTHORIZED);
    // Whoever is above in the chain gets nothing from below, and nobody from itself.
    refusedAs(await call(admin, ann, null), PEER_E_CIRCULAR_CHAIN_DETECTED);
    refusedAs(await call(ann, ann, null), PEER_E_CIRCULAR_CHAIN_DETECTED);
    refusedAs(await call(admin, admin, null), PEER_E_CIRCULAR_CHAIN_DETECTED);
  },
);

contract(
  'faulty arguments of credentials are refused before anything else',
  ['PeerGroupIssueCredentials E_INVALIDARG'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    type Call = (...values: readonly unknown[]) => Promise<{ readonly hr: number }>;
    const issue = ann.p2p.PeerGroupIssueCredentials as Call;
    const { hGroup } = ann;
    refusedAs(await issue(null, 7, 7, 7), PEER_E_INVALID_GROUP);
    for (const none of [null, undefined, '', 7, 'a\0b', {}]) {
      refusedAs(await issue(hGroup, none, null, 0), E_INVALIDARG);
    }
    for (const flags of [2, -1, 0.5, '0', null, 2 ** 32]) {
      refusedAs(await issue(hGroup, bob.identity, null, flags), E_INVALIDARG);
    }
    for (const info of [
      7,
      'x',
      { pwzFriendlyName: 7 },
      { pwzFriendlyName: 'x'.repeat(256) },
      { pwzFriendlyName: '\ud800' },
      { pPublicKey: 7 },
      { pPublicKey: {} },
      { pPublicKey: { Algorithm: { pszObjId: '1.3.101.112' }, PublicKey: 'x' } },
      { ftValidityStart: 7 },
      { ftValidityEnd: 2n ** 63n },
      { cRoles: 1 },
      { cRoles: 2, pRoles: [PEER_GROUP_ROLE_MEMBER] },
      { pRoles: 'x' },
      { pRoles: ['x'] },
      {
        get pRoles() {
          throw new Error('hostile');
        },
      },
    ]) {
      refusedAs(await issue(hGroup, bob.identity, info, 0), E_INVALIDARG);
    }
    const unknown = { pRoles: ['00000000-0000-0000-0000-000000000001'] };
    refusedAs(await issue(hGroup, bob.identity, unknown, 0), PEER_E_INVALID_ROLE_PROPERTY);
    ok(await issue(hGroup, bob.identity, { cRoles: 0, pRoles: [], pwzFriendlyName: '' }, 0));
  },
);

contract(
  'whose membership ends publishes nothing any more, and an administrator can renew it before',
  ['credentials and invitations 4', 'credentials and invitations 7'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const machine = await nearMachine(t);
    const end = inSeconds(5);
    const bob = await onlineMember(ann, machine, [PEER_GROUP_ROLE_MEMBER], end);
    const cleo = await onlineMember(ann, machine, [PEER_GROUP_ROLE_MEMBER], end);
    await issued(
      ann,
      cleo.identity,
      { ftValidityEnd: inSeconds(600) },
      PEER_GROUP_STORE_CREDENTIALS,
    );
    await isTold(cleo, cleo.identity);
    // The last second counts in full.
    await isPast(end + SECOND);
    const record = { type: '11111111-2222-3333-4444-555555555555', ftExpiration: inSeconds(60) };
    refusedAs(await bob.p2p.PeerGroupAddRecord(bob.hGroup, record), PEER_E_NOT_AUTHORIZED);
    ok(await cleo.p2p.PeerGroupAddRecord(cleo.hGroup, record));
  },
);
