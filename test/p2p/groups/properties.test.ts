// PeerGroupGetProperties and PeerGroupSetProperties.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type HGROUP,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_GROUP_PROPERTIES,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_PASSWORD_DOES_NOT_MEET_POLICY,
  PEER_GROUP_EVENT_TYPE,
  type PEER_GROUP_PROPERTIES,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_MEMBER,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { connectedPair, invited, newGroup, ok, refusedAs, TestPeer } from '../support/test-peer.ts';
import { propertiesOf } from './support.ts';

const { PEER_GROUP_EVENT_PROPERTY_CHANGED } = PEER_GROUP_EVENT_TYPE;

contract(
  'the creator changes the properties, all members are told, and read the new ones',
  [
    'PeerGroupSetProperties S_OK',
    'PeerGroupSetProperties 3',
    'PeerGroupSetProperties 4',
    'PeerGroupSetProperties 7',
    'PeerGroupGetProperties 5',
    'events 3',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const before = await propertiesOf(ann.p2p, ann.hGroup);
    const changed = {
      ...before,
      pwzFriendlyName: 'Go club',
      pwzComment: 'Fridays',
      dwFlags: 1,
      ulMemberDataLifetime: 28_800,
      ulPresenceLifetime: 600,
      dwAuthenticationSchemes: 3,
      groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
    };
    const wished = { ...changed, pwzGroupPassword: 'Correct Horse 7' };
    ok(await ann.p2p.PeerGroupSetProperties(ann.hGroup, wished));
    for (const peer of [ann, bob]) {
      const event = await peer.next(PEER_GROUP_EVENT_PROPERTY_CHANGED);
      assert.deepEqual(event, { eventType: PEER_GROUP_EVENT_PROPERTY_CHANGED });
      assert.deepEqual(await propertiesOf(peer.p2p, peer.hGroup), changed);
    }
    const same = await propertiesOf(ann.p2p, ann.hGroup);
    ok(await ann.p2p.PeerGroupSetProperties(ann.hGroup, same));
    for (const peer of [ann, bob]) await peer.next(PEER_GROUP_EVENT_PROPERTY_CHANGED);
    assert.deepEqual(await propertiesOf(bob.p2p, bob.hGroup), changed);
  },
);

contract(
  'a member reads what was changed while it was away, when it comes back',
  ['PeerGroupGetProperties 5', 'PeerGroupSetProperties 7'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { pwzGroupPeerName } = await propertiesOf(bob.p2p, bob.hGroup);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    ok(await ann.p2p.PeerGroupSetProperties(ann.hGroup, { pwzFriendlyName: 'Go club' } as never));
    const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, pwzGroupPeerName ?? '', null));
    assert.ok(hGroup !== undefined);
    const again = await TestPeer.of(bob.machine, {
      identity: bob.identity,
      hGroup,
    });
    assert.equal((await propertiesOf(bob.p2p, hGroup)).pwzFriendlyName, 'Chess club');
    ok(await again.p2p.PeerGroupConnect(hGroup));
    await again.next(PEER_GROUP_EVENT_PROPERTY_CHANGED);
    assert.equal((await propertiesOf(bob.p2p, hGroup)).pwzFriendlyName, 'Go club');
  },
);

contract(
  'nobody but the creator may change them, administrators included, and nobody before it is ready',
  [
    'PeerGroupSetProperties PEER_E_NOT_AUTHORIZED',
    'PeerGroupSetProperties PEER_E_GROUP_NOT_READY',
    'PeerGroupSetProperties 1',
    'PeerGroupSetProperties 5',
  ],
  async (t) => {
    const roles = [PEER_GROUP_ROLE_ADMIN];
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t), { roles });
    const properties = await propertiesOf(bob.p2p, bob.hGroup);
    refusedAs(await bob.p2p.PeerGroupSetProperties(bob.hGroup, properties), PEER_E_NOT_AUTHORIZED);
    const eve = await invited(ann, await nearMachine(t), { roles });
    refusedAs(await eve.p2p.PeerGroupSetProperties(eve.hGroup, properties), PEER_E_GROUP_NOT_READY);
    refusedAs(await eve.p2p.PeerGroupGetProperties(eve.hGroup), PEER_E_GROUP_NOT_READY);
  },
);

contract(
  'what is fixed cannot be changed, and what no group can have is refused',
  [
    'PeerGroupSetProperties PEER_E_INVALID_GROUP_PROPERTIES',
    'PeerGroupSetProperties PEER_E_PASSWORD_DOES_NOT_MEET_POLICY',
    'PeerGroupSetProperties PEER_E_INVALID_GROUP',
    'PeerGroupSetProperties 2',
    'PeerGroupSetProperties 6',
    'PeerGroupGetProperties PEER_E_INVALID_GROUP',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t), { pwzClassifier: 'chess' });
    const { p2p, hGroup } = ann;
    const before = await propertiesOf(p2p, hGroup);
    const set = (change: object): Promise<{ hr: number }> =>
      p2p.PeerGroupSetProperties(hGroup, change as PEER_GROUP_PROPERTIES);
    const faults: readonly object[] = [
      { pwzCloud: 'Other_' },
      { pwzClassifier: 'go' },
      { pwzClassifier: null },
      { pwzGroupPeerName: 'x' },
      { pwzCreatorPeerName: 'x' },
      { pwzFriendlyName: 'x'.repeat(256) },
      { pwzComment: 'x\0' },
      { dwFlags: 8 },
      { ulMemberDataLifetime: 1 },
      { ulPresenceLifetime: 1 },
      { dwAuthenticationSchemes: 4 },
    ];
    for (const fault of faults) {
      refusedAs(await set({ ...before, ...fault }), PEER_E_INVALID_GROUP_PROPERTIES);
    }
    const weak = {
      dwAuthenticationSchemes: 2,
      pwzGroupPassword: 'weak',
      groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
    };
    refusedAs(await set({ ...before, ...weak }), PEER_E_PASSWORD_DOES_NOT_MEET_POLICY);
    for (const none of [null, undefined, 'x']) refusedAs(await set(none as never), E_INVALIDARG);
    for (const strange of [null, {}, ann.hPeerEvent]) {
      const no = strange as unknown as HGROUP;
      refusedAs(await p2p.PeerGroupSetProperties(no, before), PEER_E_INVALID_GROUP);
      refusedAs(await p2p.PeerGroupGetProperties(no), PEER_E_INVALID_GROUP);
    }
    assert.deepEqual(await propertiesOf(p2p, hGroup), before);
    assert.deepEqual(await ann.drain(), []);
    ok(await set({ pwzCloud: null }));
    assert.deepEqual(await propertiesOf(p2p, hGroup), before);
  },
);
