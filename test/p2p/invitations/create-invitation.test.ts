// PeerGroupCreateInvitation: who may invite whom, as what, and until when.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_E_CIRCULAR_CHAIN_DETECTED,
  PEER_E_GROUP_NOT_READY,
  PEER_E_IDENTITY_DELETED,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_ROLE_PROPERTY,
  PEER_E_INVALID_TIME_PERIOD,
  PEER_E_NO_KEY_ACCESS,
  PEER_E_NOT_AUTHORIZED,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_INVITING_MEMBER,
  PEER_GROUP_ROLE_MEMBER,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { given, newGroup, ok, refusedAs, type TestPeer } from '../support/test-peer.ts';
import {
  changedTexts,
  credentialsOf,
  filetimeOf,
  infoOf,
  inSeconds,
  invitationFor,
  joined,
  newGuest,
  onlineMember,
  SECOND,
  showKeys,
} from './support.ts';

contract(
  'an invitation is for the identity that was described, says so, and lets it join',
  [
    'PeerGroupCreateInvitation S_OK',
    'PeerGroupCreateInvitation 4',
    'PeerGroupCreateInvitation 5',
    'PeerGroupCreateInvitation 7',
    'PeerGroupCreateInvitation 13',
    'PeerGroupCreateInvitation 15',
    'PeerGroupParseInvitation S_OK',
    'PeerGroupParseInvitation 1',
    'PeerGroupParseInvitation 5',
    'credentials and invitations 5',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const elsewhere = await nearMachine(t);
    const bob = await newGuest(elsewhere);
    const before = inSeconds(0);
    const xml = await invitationFor(ann, bob);
    const info = await infoOf(elsewhere, xml);
    const { ftValidityStart, ftValidityEnd, pSubjectPublicKey, ...rest } = info;
    const { pProperties } = ok(await ann.p2p.PeerGroupGetProperties(ann.hGroup));
    assert.deepEqual(rest, {
      dwFlags: 0,
      pwzCloudName: 'Global_',
      dwScope: 1,
      dwCloudFlags: 0,
      pwzGroupPeerName: pProperties?.pwzGroupPeerName,
      pwzGroupFriendlyName: 'Chess club',
      pwzIssuerPeerName: ann.identity,
      pwzIssuerFriendlyName: 'Ann',
      pwzSubjectPeerName: bob.identity,
      pwzSubjectFriendlyName: 'Bob',
      authScheme: 1,
      cRoles: 1,
      pRoles: [PEER_GROUP_ROLE_MEMBER],
      cClassifiers: 0,
      ppwzClassifiers: [],
    });
    assert.equal(pSubjectPublicKey?.Algorithm.pszObjId, '1.3.101.112');
    assert.equal(pSubjectPublicKey.PublicKey.length, 32);
    assert.ok(ftValidityStart >= before && ftValidityStart <= filetimeOf(Date.now()));
    // Without an expiration as long as the creator's own: a thousand years.
    const own = await credentialsOf(ann, ann.identity);
    assert.equal(ftValidityEnd, own.ftValidityEnd);
    assert.equal(own.ftValidityEnd - own.ftValidityStart, 365_250n * 86_400n * SECOND);
    ok(await elsewhere.p2p.PeerFreeData(xml));
    ok(await elsewhere.p2p.PeerFreeData(info));
    await joined(bob, xml);
  },
);

contract(
  'an expiration is UTC in whole seconds, at most the end of whoever invites, and to come',
  [
    'PeerGroupCreateInvitation 3',
    'PeerGroupCreateInvitation 4',
    'PeerGroupCreateInvitation 6',
    'credentials and invitations 3',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const end = inSeconds(3_600);
    const elsewhere = await nearMachine(t);
    const bob = await onlineMember(ann, elsewhere, [PEER_GROUP_ROLE_ADMIN], end + SECOND / 2n);
    const cleo = await newGuest(await nearMachine(t), 'Cleo');
    const endOf = async (expiration: bigint | null) =>
      (await infoOf(bob.machine, await invitationFor(bob, cleo, undefined, expiration)))
        .ftValidityEnd;
    assert.equal((await credentialsOf(bob, bob.identity)).ftValidityEnd, end);
    assert.equal(await endOf(null), end);
    assert.equal(await endOf(end), end);
    assert.equal(await endOf(end + SECOND - 1n), end);
    assert.equal(await endOf(end - SECOND - 1n), end - 2n * SECOND);
    for (const wrong of [end + SECOND, inSeconds(0), inSeconds(-60), 0n, 2n ** 63n - 1n]) {
      const invitation = bob.p2p.PeerGroupCreateInvitation(bob.hGroup, cleo.xml, wrong, 1, [
        PEER_GROUP_ROLE_MEMBER,
      ]);
      refusedAs(await invitation, PEER_E_INVALID_TIME_PERIOD);
    }
  },
);

contract(
  'of several roles the highest counts, and a role may stand twice',
  ['PeerGroupCreateInvitation S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await newGuest(await nearMachine(t));
    const [admin, inviting, member] = [
      PEER_GROUP_ROLE_ADMIN,
      PEER_GROUP_ROLE_INVITING_MEMBER,
      PEER_GROUP_ROLE_MEMBER,
    ];
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[member, member], member],
      [[member, inviting], inviting],
      [[inviting, admin.toUpperCase(), member], admin],
    ];
    for (const [roles, highest] of cases) {
      const { pRoles, cRoles } = await infoOf(ann, await invitationFor(ann, bob, roles));
      assert.deepEqual({ pRoles, cRoles }, { pRoles: [highest], cRoles: 1 });
    }
  },
);

contract(
  'faulty arguments are refused before anything else',
  ['PeerGroupCreateInvitation E_INVALIDARG'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { xml } = await newGuest(await nearMachine(t));
    const member = [PEER_GROUP_ROLE_MEMBER];
    const invite = ann.p2p.PeerGroupCreateInvitation as (
      ...values: readonly unknown[]
    ) => Promise<{ hr: number }>;
    const { hGroup } = ann;
    refusedAs(await invite(null, xml, null, 1, member), PEER_E_INVALID_GROUP);
    refusedAs(await invite({}, 7, 7, 7, 7), PEER_E_INVALID_GROUP);
    for (const none of [null, undefined, 7, '', 'x', '<PEERIDENTITYINFO VERSION="1.0"/>', {}]) {
      refusedAs(await invite(hGroup, none, null, 1, member), E_INVALIDARG);
    }
    for (const time of [7, '7', -1n, 2n ** 63n, {}]) {
      refusedAs(await invite(hGroup, xml, time, 1, member), E_INVALIDARG);
    }
    for (const [count, roles] of [
      [0, []],
      [0, member],
      [2, member],
      [1, []],
      [1, null],
      [-1, member],
      [0.5, member],
      ['1', member],
      [1, 'x'],
      [1, [7]],
      [1, ['member']],
      [1, [`{${PEER_GROUP_ROLE_MEMBER}}`]],
    ]) {
      refusedAs(await invite(hGroup, xml, null, count, roles), E_INVALIDARG);
    }
    const unknown = [PEER_GROUP_ROLE_MEMBER, '00000000-0000-0000-0000-000000000000'];
    refusedAs(await invite(hGroup, xml, null, 2, unknown), PEER_E_INVALID_ROLE_PROPERTY);
    ok(await invite(hGroup, xml, null, 1, unknown));
  },
);

contract(
  'no change of a description passes, wherever it is',
  ['PeerGroupCreateInvitation E_INVALIDARG', 'PeerGroupCreateInvitation 12'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { xml } = await newGuest(await nearMachine(t));
    for (const changed of changedTexts(xml, 3)) {
      const answer = await ann.p2p.PeerGroupCreateInvitation(ann.hGroup, changed, null, 1, [
        PEER_GROUP_ROLE_MEMBER,
      ]);
      assert.equal(answer.hr, E_INVALIDARG, changed);
    }
  },
);

contract(
  'administrators give every role, inviting members make plain members, and plain members invite nobody',
  [
    'PeerGroupCreateInvitation PEER_E_NOT_AUTHORIZED',
    'PeerGroupCreateInvitation 1',
    'PeerGroupCreateInvitation 2',
    'credentials and invitations 8',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const guest = await newGuest(await nearMachine(t), 'Cleo');
    const all = [PEER_GROUP_ROLE_MEMBER, PEER_GROUP_ROLE_INVITING_MEMBER, PEER_GROUP_ROLE_ADMIN];
    const allowed = async (peer: TestPeer, xml = guest.xml): Promise<readonly number[]> => {
      const answers = all.map((role) =>
        peer.p2p.PeerGroupCreateInvitation(peer.hGroup, xml, null, 1, [role]),
      );
      return (await Promise.all(answers)).map(({ hr }) => hr);
    };
    const refused = PEER_E_NOT_AUTHORIZED;
    const here = await nearMachine(t);
    const admin = await onlineMember(ann, here, [PEER_GROUP_ROLE_ADMIN]);
    const inviting = await onlineMember(ann, here, [PEER_GROUP_ROLE_INVITING_MEMBER]);
    const plain = await onlineMember(ann, here, [PEER_GROUP_ROLE_MEMBER]);
    assert.deepEqual(await allowed(ann), [0, 0, 0]);
    assert.deepEqual(await allowed(admin), [0, 0, 0]);
    assert.deepEqual(await allowed(inviting), [0, refused, refused]);
    assert.deepEqual(await allowed(plain), [refused, refused, refused]);
    // Not even a lesser role for somebody who is more.
    const { pwzIdentityXML } = ok(await here.p2p.PeerIdentityGetXML(admin.identity));
    assert.deepEqual(await allowed(inviting, given(pwzIdentityXML)), [refused, refused, refused]);
  },
);

contract(
  'whoever is above the inviter in its chain is not invited',
  ['PeerGroupCreateInvitation PEER_E_NOT_AUTHORIZED'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const bob = await onlineMember(ann, await nearMachine(t), [PEER_GROUP_ROLE_ADMIN]);
    for (const [by, whom] of [
      [ann, ann],
      [bob, ann],
      [bob, bob],
    ] as const) {
      const { pwzIdentityXML } = ok(await whom.p2p.PeerIdentityGetXML(whom.identity));
      const answer = await by.p2p.PeerGroupCreateInvitation(
        by.hGroup,
        given(pwzIdentityXML),
        null,
        1,
        [PEER_GROUP_ROLE_MEMBER],
      );
      refusedAs(answer, PEER_E_CIRCULAR_CHAIN_DETECTED);
    }
  },
);

contract(
  'an identity that was deleted here is not invited, and is again when it came back',
  ['PeerGroupCreateInvitation PEER_E_IDENTITY_DELETED', 'PeerGroupCreateInvitation 10'],
  async (t) => {
    const machine = await nearMachine(t);
    const ann = await newGroup(machine);
    const { xml, identity } = await newGuest(machine);
    const { pwzExportXML } = ok(await ann.p2p.PeerIdentityExport(identity, 'x'));
    const invite = () =>
      ann.p2p.PeerGroupCreateInvitation(ann.hGroup, xml, null, 1, [PEER_GROUP_ROLE_MEMBER]);
    ok(await invite());
    ok(await ann.p2p.PeerIdentityDelete(identity));
    refusedAs(await invite(), PEER_E_IDENTITY_DELETED);
    ok(await ann.p2p.PeerIdentityImport(given(pwzExportXML), 'x'));
    ok(await invite());
  },
);

contract(
  'a group that was joined and never connected invites nobody, and one that was created does',
  [
    'PeerGroupCreateInvitation PEER_E_GROUP_NOT_READY',
    'PeerGroupCreateInvitation 11',
    'PeerGroupCreatePasswordInvitation PEER_E_GROUP_NOT_READY',
    'PeerGroupCreatePasswordInvitation 5',
    'PeerGroupIssueCredentials S_OK',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const elsewhere = await nearMachine(t);
    const guest = await newGuest(elsewhere);
    const bob = await joined(guest, await invitationFor(ann, guest, [PEER_GROUP_ROLE_ADMIN]));
    const { xml } = await newGuest(elsewhere, 'Cleo');
    const { p2p, hGroup } = bob;
    const invitation = p2p.PeerGroupCreateInvitation(hGroup, xml, null, 1, [
      PEER_GROUP_ROLE_MEMBER,
    ]);
    refusedAs(await invitation, PEER_E_GROUP_NOT_READY);
    refusedAs(await p2p.PeerGroupCreatePasswordInvitation(hGroup), PEER_E_GROUP_NOT_READY);
    const issued = await p2p.PeerGroupIssueCredentials(hGroup, ann.identity, null, 0);
    refusedAs(issued, PEER_E_GROUP_NOT_READY);
    ok(
      await ann.p2p.PeerGroupIssueCredentials(
        ann.hGroup,
        bob.identity,
        {
          pPublicKey: given(
            (await infoOf(ann, await invitationFor(ann, guest))).pSubjectPublicKey ?? undefined,
          ),
        },
        0,
      ),
    );
  },
);

contract(
  'nobody is invited while others could read the keys of the inviter',
  [
    'PeerGroupCreateInvitation PEER_E_NO_KEY_ACCESS',
    'PeerGroupCreatePasswordInvitation PEER_E_NO_KEY_ACCESS',
    'PeerGroupIssueCredentials PEER_E_NO_KEY_ACCESS',
    'PeerGroupExportConfig PEER_E_NO_KEY_ACCESS',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const ann = await newGroup(machine, {
      dwAuthenticationSchemes: 3,
      pwzGroupPassword: 'Passw0rd',
      groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
    });
    const { xml, identity } = await newGuest(await nearMachine(t));
    await showKeys(machine);
    const { p2p, hGroup } = ann;
    const invitation = p2p.PeerGroupCreateInvitation(hGroup, xml, null, 1, [
      PEER_GROUP_ROLE_MEMBER,
    ]);
    refusedAs(await invitation, PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerGroupCreatePasswordInvitation(hGroup), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerGroupIssueCredentials(hGroup, identity, {}, 0), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerGroupExportConfig(hGroup, 'x'), PEER_E_NO_KEY_ACCESS);
  },
);
