// PeerGroupCreate: what a new group is, and what it refuses to be made of.

import assert from 'node:assert/strict';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import {
  E_INVALIDARG,
  ERROR_DELETE_PENDING,
  PEER_E_INVALID_CLASSIFIER,
  PEER_E_INVALID_GROUP_PROPERTIES,
  PEER_E_INVALID_PEER_NAME,
  PEER_E_NO_CLOUD,
  PEER_E_NO_KEY_ACCESS,
  PEER_E_NOT_FOUND,
  PEER_E_PASSWORD_DOES_NOT_MEET_POLICY,
  type PEER_GROUP_PROPERTIES,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_MEMBER,
  PEER_GROUP_VERSION,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { type Machine, nearMachine } from '../support/machine.ts';
import { given, newUser, ok, refusedAs } from '../support/test-peer.ts';
import { membersOf, propertiesOf } from './support.ts';

contract(
  'a group has a generated name, the documented defaults, and its creator as owner and only administrator',
  [
    'PeerGroupCreate S_OK',
    'PeerGroupCreate 1',
    'PeerGroupCreate 2',
    'PeerGroupCreate 3',
    'PeerGroupCreate 12',
    'PeerGroupGetProperties S_OK',
    'PeerGroupGetProperties 3',
    'PeerGroupGetProperties 4',
    'PeerGroupEnumMembers S_OK',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    const identity = given(ok(await p2p.PeerIdentityCreate(null, 'Ann', null)).pwzIdentity);

    const { hGroup } = ok(await p2p.PeerGroupCreate({ pwzCreatorPeerName: identity }));

    const properties = await propertiesOf(p2p, given(hGroup));
    assert.match(properties.pwzGroupPeerName ?? '', /^[0-9a-f]{40}$/);
    assert.deepEqual(properties, {
      dwFlags: 0,
      pwzCloud: 'Global_',
      pwzClassifier: null,
      pwzGroupPeerName: properties.pwzGroupPeerName,
      pwzCreatorPeerName: identity,
      pwzFriendlyName: properties.pwzGroupPeerName,
      pwzComment: null,
      ulMemberDataLifetime: 2_419_200,
      ulPresenceLifetime: 300,
      dwAuthenticationSchemes: 1,
      pwzGroupPassword: null,
      groupPasswordRole: null,
    });
    ok(await p2p.PeerFreeData(properties));
    const members = await membersOf(p2p, given(hGroup));
    assert.deepEqual(
      members.map(({ pwzIdentity, pCredentialInfo: { pRoles, pwzIssuerPeerName } }) => ({
        pwzIdentity,
        pRoles,
        pwzIssuerPeerName,
      })),
      [{ pwzIdentity: identity, pRoles: [PEER_GROUP_ROLE_ADMIN], pwzIssuerPeerName: identity }],
    );
  },
);

contract(
  'the membership of a creator lasts for a thousand years',
  ['PeerGroupCreate 4'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const identity = await newUser(machine, 'Ann');
    const { hGroup } = ok(await p2p.PeerGroupCreate({ pwzCreatorPeerName: identity }));
    const [{ pCredentialInfo } = assert.fail()] = await membersOf(p2p, given(hGroup));
    const { ftValidityStart, ftValidityEnd } = pCredentialInfo;
    assert.equal(ftValidityEnd - ftValidityStart, 365_250n * 86_400n * 10_000_000n);
  },
);

contract('what is said at creation is what members read', ['PeerGroupCreate 2'], async (t) => {
  const machine = await nearMachine(t);
  const { p2p } = machine;
  const identity = await newUser(machine, 'Ann');
  const said = {
    pwzCreatorPeerName: identity,
    pwzCloud: 'Global_',
    pwzClassifier: 'chess.club',
    pwzFriendlyName: 'ß'.repeat(255),
    pwzComment: '\u{1}'.repeat(255),
    dwFlags: 7,
    ulMemberDataLifetime: 0,
    ulPresenceLifetime: 0xffff_ffff,
    dwAuthenticationSchemes: 1,
  };
  const { hGroup } = ok(await p2p.PeerGroupCreate(said));
  const properties = await propertiesOf(p2p, given(hGroup));
  assert.match(properties.pwzGroupPeerName ?? '', /^[0-9a-f]{40}\.chess\.club$/);
  for (const [name, value] of Object.entries(said)) {
    assert.equal(Reflect.get(properties, name), value, name);
  }
});

contract('without a creator it is the default identity', ['PeerGroupCreate 2'], async (t) => {
  const { p2p } = await nearMachine(t);
  ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
  refusedAs(await p2p.PeerGroupCreate({}), PEER_E_NOT_FOUND);
  const first = given(ok(await p2p.PeerIdentityCreate(null, 'Ann', null)).pwzIdentity);
  ok(await p2p.PeerIdentityCreate(null, 'Ben', null));
  const { hGroup } = ok(await p2p.PeerGroupCreate({ pwzCreatorPeerName: null }));
  assert.equal((await propertiesOf(p2p, given(hGroup))).pwzCreatorPeerName, first);
});

contract(
  'properties that no group can have are refused, each with its code',
  [
    'PeerGroupCreate E_INVALIDARG',
    'PeerGroupCreate PEER_E_INVALID_CLASSIFIER',
    'PeerGroupCreate PEER_E_INVALID_PEER_NAME',
    'PeerGroupCreate PEER_E_NO_CLOUD',
    'PeerGroupCreate PEER_E_PASSWORD_DOES_NOT_MEET_POLICY',
    'PeerGroupCreate ERROR_DELETE_PENDING',
    'PeerGroupCreate 1',
    'PeerGroupCreate 8',
    'PeerGroupCreate 9',
    'PeerGroupCreate 10',
    'PeerGroupCreate 11',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const identity = await newUser(machine, 'Ann');
    const deleted = given(ok(await p2p.PeerIdentityCreate(null, 'Ben', null)).pwzIdentity);
    ok(await p2p.PeerIdentityDelete(deleted));
    const hostile = {
      get dwFlags(): number {
        throw new Error('hostile');
      },
    };
    const noStructures = [
      null,
      undefined,
      'x',
      hostile,
      new Proxy({}, { get: () => assert.fail('hostile') }),
    ];
    const faults: readonly (readonly [object, number])[] = [
      [{ pwzCreatorPeerName: '' }, E_INVALIDARG],
      [{ pwzCreatorPeerName: 7 }, E_INVALIDARG],
      [{ dwFlags: '1' }, E_INVALIDARG],
      [{ pwzComment: 1 }, E_INVALIDARG],
      [{ pwzCreatorPeerName: 'nobody' }, PEER_E_INVALID_PEER_NAME],
      [{ pwzCreatorPeerName: deleted }, ERROR_DELETE_PENDING],
      [{ pwzGroupPeerName: `${'0'.repeat(40)}.mine` }, PEER_E_INVALID_PEER_NAME],
      [{ pwzClassifier: 'x'.repeat(150) }, PEER_E_INVALID_CLASSIFIER],
      [{ pwzClassifier: 'a\0b' }, PEER_E_INVALID_CLASSIFIER],
      [{ pwzClassifier: '\ud800' }, PEER_E_INVALID_CLASSIFIER],
      [{ pwzCloud: 'LinkLocal_ff00' }, PEER_E_NO_CLOUD],
      ...[
        { pwzFriendlyName: 'x'.repeat(256) },
        { pwzFriendlyName: 'a\0b' },
        { pwzComment: 'x'.repeat(256) },
        { pwzComment: '\udfff' },
        { dwFlags: 8 },
        { dwFlags: -1 },
        { dwFlags: 0.5 },
        { dwFlags: 2 ** 32 + 1 },
        { ulMemberDataLifetime: 28_799 },
        { ulMemberDataLifetime: 315_576_001 },
        { ulPresenceLifetime: 299 },
        { dwAuthenticationSchemes: 4 },
        { ...passwordGroup('Abcdefg1'), groupPasswordRole: PEER_GROUP_ROLE_ADMIN },
      ].map((properties): [object, number] => [properties, PEER_E_INVALID_GROUP_PROPERTIES]),
      [passwordGroup('short'), PEER_E_PASSWORD_DOES_NOT_MEET_POLICY],
      [passwordGroup(null), PEER_E_PASSWORD_DOES_NOT_MEET_POLICY],
    ];
    for (const [properties, hr] of faults) {
      const wished = { pwzCreatorPeerName: identity, ...properties };
      refusedAs(await p2p.PeerGroupCreate(wished as Partial<PEER_GROUP_PROPERTIES>), hr);
    }
    for (const none of noStructures) {
      refusedAs(await p2p.PeerGroupCreate(none as Partial<PEER_GROUP_PROPERTIES>), E_INVALIDARG);
    }
    const { hPeerEnum } = ok(await p2p.PeerEnumGroups(identity));
    assert.equal(ok(await p2p.PeerGetItemCount(given(hPeerEnum))).pCount, 0);
  },
);

contract(
  'a group cannot be made, opened or deleted while others could read the key of the identity',
  [
    'PeerGroupCreate PEER_E_NO_KEY_ACCESS',
    'PeerGroupOpen PEER_E_NO_KEY_ACCESS',
    'PeerGroupDelete PEER_E_NO_KEY_ACCESS',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const identity = await newUser(machine, 'Ann');
    const { hGroup } = ok(await p2p.PeerGroupCreate({ pwzCreatorPeerName: identity }));
    const { pwzGroupPeerName } = await propertiesOf(p2p, given(hGroup));
    const name = given(pwzGroupPeerName ?? undefined);
    await showKeys(machine);
    refusedAs(await p2p.PeerGroupCreate({ pwzCreatorPeerName: identity }), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerGroupOpen(identity, name, null), PEER_E_NO_KEY_ACCESS);
    refusedAs(await p2p.PeerGroupDelete(identity, name), PEER_E_NO_KEY_ACCESS);
  },
);

function passwordGroup(pwzGroupPassword: string | null): Partial<PEER_GROUP_PROPERTIES> {
  return {
    dwAuthenticationSchemes: 3,
    pwzGroupPassword,
    groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
  };
}

/** As careless copying does. */
async function showKeys({ directory }: Machine): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  await Promise.all(files.map(({ parentPath, name }) => chmod(join(parentPath, name), 0o644)));
}
