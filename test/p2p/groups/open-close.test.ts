// PeerGroupOpen and PeerGroupClose: handles come and go, what they stand for is shared.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type HGROUP,
  PEER_E_INVALID_GROUP,
  PEER_E_NO_CLOUD,
  PEER_E_NOT_FOUND,
  PEER_GROUP_EVENT_TYPE,
  PEER_S_ALREADY_CONNECTED,
  PEER_S_NO_EVENT_DATA,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
  given,
  invited,
  newGroup,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import { groupNameOf, membersOf, propertiesOf, statusOf } from './support.ts';

const { PEER_GROUP_EVENT_STATUS_CHANGED, PEER_GROUP_EVENT_PROPERTY_CHANGED } =
  PEER_GROUP_EVENT_TYPE;

contract(
  'a group is opened again without an invitation after it was closed, in another P2P object too',
  [
    'PeerGroupOpen S_OK',
    'PeerGroupOpen 1',
    'PeerGroupOpen 2',
    'PeerGroupOpen 5',
    'PeerGroupClose S_OK',
    'PeerGroupClose 4',
    'PeerGroupClose 5',
    'group life cycle and sharing 1',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const ann = await newGroup(machine, { pwzComment: 'Tuesdays' });
    const name = await groupNameOf(ann);
    assert.equal(await statusOf(ann), 0);
    ok(await machine.p2p.PeerGroupClose(ann.hGroup));
    const again = given(ok(await machine.p2p.PeerGroupOpen(ann.identity, name, null)).hGroup);
    assert.equal((await propertiesOf(machine.p2p, again)).pwzComment, 'Tuesdays');
    await machine.close();

    const later = await nearMachine(t, { directory: machine.directory });
    ok(await later.p2p.PeerGroupStartup(0x0101));
    const hGroup = given(ok(await later.p2p.PeerGroupOpen(ann.identity, name, 'Global_')).hGroup);
    assert.equal((await propertiesOf(later.p2p, hGroup)).pwzComment, 'Tuesdays');
    assert.equal(ok(await later.p2p.PeerGroupGetStatus(hGroup)).dwStatus, 0);
  },
);

contract(
  'a joined group is offline, knows nobody but itself, and is opened again without the invitation',
  ['PeerGroupOpen 1', 'group life cycle and sharing 1'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    assert.equal(await statusOf(bob), 0);
    const [self, ...others] = await membersOf(bob.p2p, bob.hGroup);
    assert.equal(self?.pwzIdentity, bob.identity);
    assert.deepEqual(others, []);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const name = await groupNameOf(ann);
    ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null));
  },
);

contract(
  'a group that the identity is no member of is not found, and arguments are looked at first',
  ['PeerGroupOpen E_INVALIDARG', 'PeerGroupOpen PEER_E_NO_CLOUD', 'PeerGroupOpen 1'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const ann = await newGroup(machine);
    const name = await groupNameOf(ann);
    const other = given(ok(await p2p.PeerIdentityCreate(null, null, null)).pwzIdentity);
    refusedAs(await p2p.PeerGroupOpen(other, name, null), PEER_E_NOT_FOUND);
    refusedAs(await p2p.PeerGroupOpen('nobody', name, null), PEER_E_NOT_FOUND);
    refusedAs(await p2p.PeerGroupOpen(ann.identity, 'nothing', null), PEER_E_NOT_FOUND);
    refusedAs(await p2p.PeerGroupOpen(ann.identity, name, 'Other_'), PEER_E_NO_CLOUD);
    const hostile: readonly unknown[] = [null, undefined, '', 7, {}, 'a\0b', '\ud800'];
    for (const value of hostile) {
      refusedAs(await p2p.PeerGroupOpen(value as string, name, null), E_INVALIDARG);
      refusedAs(await p2p.PeerGroupOpen(ann.identity, value as string, null), E_INVALIDARG);
    }
    refusedAs(await p2p.PeerGroupOpen(ann.identity, name, 7 as never), E_INVALIDARG);
  },
);

contract(
  'a handle that was closed, or never was one, is none',
  ['PeerGroupClose PEER_E_INVALID_GROUP', 'PeerGroupClose i1', 'PeerGroupClose 1'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const ann = await newGroup(machine);
    const other = await newGroup(await nearMachine(t));
    const second = given(
      ok(await p2p.PeerGroupOpen(ann.identity, await groupNameOf(ann), null)).hGroup,
    );
    ok(await p2p.PeerGroupClose(second));
    const strange: readonly unknown[] = [second, other.hGroup, ann.hPeerEvent, {}, null, 0, 'x'];
    for (const hGroup of strange) {
      refusedAs(await p2p.PeerGroupClose(hGroup as HGROUP), PEER_E_INVALID_GROUP);
      refusedAs(await p2p.PeerGroupGetStatus(hGroup as HGROUP), PEER_E_INVALID_GROUP);
    }
    assert.equal(await statusOf(ann), 0);
  },
);

contract(
  'applications of one identity share one peer: one connect brings all online, the last close takes it offline',
  [
    'PeerGroupOpen 4',
    'PeerGroupOpen 6',
    'PeerGroupOpen 7',
    'PeerGroupOpen 8',
    'PeerGroupOpen 9',
    'PeerGroupConnect 9',
    'PeerGroupConnect 10',
    'PeerGroupConnect 11',
    'PeerGroupClose 1',
    'PeerGroupClose 2',
    'PeerGroupClose 3',
    'PeerGroupClose 6',
    'group life cycle and sharing 2',
    'group life cycle and sharing 3',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { ann, bob } = await connectedPair(await nearMachine(t), machine);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    await ann.untilStatus(1);
    const { p2p } = machine;
    const name = await groupNameOf(ann);
    const open = async (): Promise<TestPeer> => {
      const { hGroup } = ok(await p2p.PeerGroupOpen(bob.identity, name, null));
      return await TestPeer.of(machine, { identity: bob.identity, hGroup: given(hGroup) });
    };
    const first = await open();
    const second = await open();
    assert.deepEqual([await statusOf(first), await statusOf(second)], [0, 0]);

    await second.connect(ONLINE_WITH_OTHERS);
    await first.untilStatus(ONLINE_WITH_OTHERS);
    refusedAs(await p2p.PeerGroupConnect(first.hGroup), PEER_S_ALREADY_CONNECTED);
    const third = await open();
    assert.equal(await statusOf(third), ONLINE_WITH_OTHERS);
    await ann.untilStatus(ONLINE_WITH_OTHERS);

    ok(await p2p.PeerGroupClose(second.hGroup));
    ok(await p2p.PeerGroupClose(first.hGroup));
    const latest = await open();
    assert.equal(await statusOf(third), ONLINE_WITH_OTHERS);
    assert.equal(await statusOf(latest), ONLINE_WITH_OTHERS);
    assert.equal(await statusOf(ann), ONLINE_WITH_OTHERS);

    ok(await p2p.PeerGroupClose(third.hGroup));
    ok(await p2p.PeerGroupClose(latest.hGroup));
    await ann.next(PEER_GROUP_EVENT_STATUS_CHANGED, ({ dwStatus }) => dwStatus === 1);
    const offline = await open();
    assert.equal(await statusOf(offline), 0);
  },
);

contract(
  'what was queued for a closed handle can be read, and nothing is added to it',
  ['PeerGroupClose 1'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const ann = await newGroup(machine);
    const name = await groupNameOf(ann);
    const other = given(ok(await p2p.PeerGroupOpen(ann.identity, name, null)).hGroup);
    await ann.connect();
    ok(await p2p.PeerGroupSetProperties(other, { pwzComment: 'first' } as never));
    ok(await p2p.PeerGroupClose(ann.hGroup));
    ok(await p2p.PeerGroupSetProperties(other, { pwzComment: 'second' } as never));
    const types: (number | undefined)[] = [];
    for (;;) {
      const { hr, pEventData } = await p2p.PeerGroupGetEventData(ann.hPeerEvent);
      if (hr === E_INVALIDARG) break;
      assert.notEqual(hr, PEER_S_NO_EVENT_DATA);
      types.push(pEventData?.eventType);
    }
    assert.equal(types.filter((type) => type === PEER_GROUP_EVENT_PROPERTY_CHANGED).length, 1);
  },
);

contract(
  'opening and closing side by side ends with what was asked for last',
  ['PeerGroupClose 5'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const ann = await newGroup(machine);
    const name = await groupNameOf(ann);
    await ann.connect();
    const closing = p2p.PeerGroupClose(ann.hGroup);
    const opened = await Promise.all(
      [1, 2, 3].map(() => p2p.PeerGroupOpen(ann.identity, name, null)),
    );
    ok(await closing);
    const handles = opened.map((each) => given(ok(each).hGroup));
    assert.equal(new Set(handles).size, 3);
    for (const hGroup of handles) ok(await p2p.PeerGroupConnect(hGroup), undefined);
    for (const hGroup of handles) ok(await p2p.PeerGroupClose(hGroup));
  },
);
