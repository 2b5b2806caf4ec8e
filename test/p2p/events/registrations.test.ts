// PeerGroupRegisterEvent, PeerGroupUnregisterEvent and PeerGroupGetEventData, on the events of one's own records.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  CreateEvent,
  E_INVALIDARG,
  type HGROUP,
  type HPEEREVENT,
  type P2P,
  PEER_E_INVALID_GROUP,
  type PEER_GROUP_EVENT_DATA,
  PEER_GROUP_EVENT_TYPE,
  PEER_RECORD_CHANGE_TYPE,
  PEER_S_NO_EVENT_DATA,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { given, newGroup, ok, refusedAs } from '../support/test-peer.ts';

const { PEER_GROUP_EVENT_RECORD_CHANGED, PEER_GROUP_EVENT_PROPERTY_CHANGED } =
  PEER_GROUP_EVENT_TYPE;
const ONE = '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0001';
const OTHER = '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0002';
const IN_2200 = 189_000_000_000_000_000n;
const PATIENCE_MS = 5_000;

contract(
  'one registration covers several types, signals its object, and is read event by event',
  [
    'PeerGroupRegisterEvent S_OK',
    'PeerGroupRegisterEvent 1',
    'PeerGroupRegisterEvent 2',
    'PeerGroupRegisterEvent 3',
    'PeerGroupGetEventData S_OK',
    'PeerGroupGetEventData 1',
    'PeerGroupGetEventData 2',
    'PeerGroupGetEventData 3',
    'PeerGroupGetEventData 4',
    'PeerGroupGetEventData 5',
    'PeerGroupGetEventData 6',
    'PeerGroupGetEventData PEER_S_NO_EVENT_DATA',
  ],
  async (t) => {
    const { p2p, hGroup } = await newGroup(await nearMachine(t));
    const event = CreateEvent();
    const registered = await p2p.PeerGroupRegisterEvent(hGroup, event, 2, [
      { eventType: PEER_GROUP_EVENT_RECORD_CHANGED },
      { eventType: PEER_GROUP_EVENT_PROPERTY_CHANGED },
    ]);
    const hPeerEvent = given(ok(registered).hPeerEvent);
    await nothingIsThere(p2p, hPeerEvent);
    assert.equal(await event.wait(0), false);
    const recordId = await added(p2p, hGroup, ONE);
    assert.equal(await event.wait(PATIENCE_MS), true);
    const properties = given(ok(await p2p.PeerGroupGetProperties(hGroup)).pProperties);
    ok(await p2p.PeerGroupSetProperties(hGroup, { ...properties, pwzComment: 'On Mondays' }));
    assert.equal(await event.wait(PATIENCE_MS), true);
    assert.deepEqual(await next(p2p, hPeerEvent), {
      eventType: PEER_GROUP_EVENT_RECORD_CHANGED,
      recordChangeData: {
        changeType: PEER_RECORD_CHANGE_TYPE.PEER_RECORD_ADDED,
        recordId,
        recordType: ONE,
      },
    });
    const changed = await next(p2p, hPeerEvent);
    assert.deepEqual(changed, { eventType: PEER_GROUP_EVENT_PROPERTY_CHANGED });
    ok(await p2p.PeerFreeData(changed));
    await nothingIsThere(p2p, hPeerEvent);
  },
);

contract(
  'a registration gives what it asks for and nothing else',
  [
    'PeerGroupRegisterEvent 4',
    'PeerGroupRegisterEvent 7',
    'PeerGroupRegisterEvent i1',
    'PeerGroupRegisterEvent i2',
    'events 1',
  ],
  async (t) => {
    const { p2p, hGroup } = await newGroup(await nearMachine(t));
    const changed = PEER_GROUP_EVENT_RECORD_CHANGED;
    const all = await registration(p2p, hGroup, [{ eventType: changed, pType: null }]);
    const one = await registration(p2p, hGroup, [{ eventType: changed, pType: ONE.toUpperCase() }]);
    const both = await registration(p2p, hGroup, [
      { eventType: changed, pType: ONE },
      { eventType: changed, pType: OTHER },
      { eventType: changed, pType: ONE },
      { eventType: changed },
    ]);
    const status = await registration(p2p, hGroup, [
      { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED },
    ]);
    await added(p2p, hGroup, ONE);
    await added(p2p, hGroup, OTHER);
    assert.deepEqual(await typesRead(p2p, all), [ONE, OTHER]);
    assert.deepEqual(await typesRead(p2p, one), [ONE]);
    // An event that fits several entries comes once.
    assert.deepEqual(await typesRead(p2p, both), [ONE, OTHER]);
    assert.deepEqual(await typesRead(p2p, status), []);
  },
);

contract(
  'a type counts for records and data only, and has to be one there',
  ['PeerGroupRegisterEvent 6', 'PeerGroupRegisterEvent E_INVALIDARG'],
  async (t) => {
    const { p2p, hGroup } = await newGroup(await nearMachine(t));
    const event = CreateEvent();
    const register = (...values: readonly unknown[]) =>
      Reflect.apply(p2p.PeerGroupRegisterEvent, p2p, values);
    for (const eventType of Object.values(PEER_GROUP_EVENT_TYPE)) {
      const isTyped = eventType === 3 || eventType === 6;
      const answer = await register(hGroup, event, 1, [{ eventType, pType: 'no GUID' }]);
      if (isTyped) refusedAs(answer, E_INVALIDARG);
      else ok(answer);
      ok(await register(hGroup, event, 1, [{ eventType, pType: ONE }]));
    }
    const good = [{ eventType: 1 }];
    for (const eventType of [0, 7, 9, 12, -1, 1.5, '1', 1n, null, undefined, {}]) {
      refusedAs(await register(hGroup, event, 1, [{ eventType }]), E_INVALIDARG);
      refusedAs(await register(hGroup, event, 2, [...good, { eventType }]), E_INVALIDARG);
      // Only as many entries are read as the count says.
      ok(await register(hGroup, event, 1, [...good, { eventType }]));
    }
    for (const count of [0, 2, 2 ** 32 - 1, -1, null, undefined, '1']) {
      refusedAs(await register(hGroup, event, count, good), E_INVALIDARG);
    }
    const huge: unknown[] = [];
    huge.length = 2 ** 32 - 1;
    refusedAs(await register(hGroup, event, huge.length, huge), E_INVALIDARG);
    for (const list of [null, undefined, {}, 'list', 5, { length: 1, 0: good[0] }]) {
      refusedAs(await register(hGroup, event, 1, list), E_INVALIDARG);
    }
    for (const none of [null, undefined, 5, {}, { set: true }]) {
      refusedAs(await register(hGroup, none, 1, good), E_INVALIDARG);
    }
  },
);

contract(
  'a group that is none has no events',
  ['PeerGroupRegisterEvent PEER_E_INVALID_GROUP'],
  async (t) => {
    const { p2p, hGroup, hPeerEvent } = await newGroup(await nearMachine(t));
    const other = await newGroup(await nearMachine(t));
    ok(await p2p.PeerGroupClose(hGroup));
    const wishes = [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }];
    for (const none of [null, undefined, {}, hGroup, other.hGroup, hPeerEvent]) {
      const values = [none, CreateEvent(), 1, wishes];
      refusedAs(await Reflect.apply(p2p.PeerGroupRegisterEvent, p2p, values), PEER_E_INVALID_GROUP);
    }
  },
);

contract(
  'a registration that was taken back gets no more, is read empty, and is none then',
  [
    'PeerGroupUnregisterEvent S_OK',
    'PeerGroupUnregisterEvent 1',
    'PeerGroupUnregisterEvent 2',
    'PeerGroupUnregisterEvent i1',
    'PeerGroupUnregisterEvent E_INVALIDARG',
    'PeerGroupGetEventData E_INVALIDARG',
  ],
  async (t) => {
    const { p2p, hGroup } = await newGroup(await nearMachine(t));
    const wishes = [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }];
    const first = await registration(p2p, hGroup, wishes);
    const second = await registration(p2p, hGroup, wishes);
    await added(p2p, hGroup, ONE);
    await added(p2p, hGroup, ONE);
    ok(await p2p.PeerGroupUnregisterEvent(first));
    await added(p2p, hGroup, OTHER);
    refusedAs(await p2p.PeerGroupUnregisterEvent(first), E_INVALIDARG);
    assert.equal((await next(p2p, first))?.eventType, PEER_GROUP_EVENT_RECORD_CHANGED);
    assert.equal((await next(p2p, first))?.eventType, PEER_GROUP_EVENT_RECORD_CHANGED);
    const answer = await p2p.PeerGroupGetEventData(first);
    refusedAs(answer, E_INVALIDARG);
    assert.equal(answer.pEventData, undefined);
    assert.deepEqual(await typesRead(p2p, second), [ONE, ONE, OTHER]);
    for (const none of [null, undefined, {}, hGroup, CreateEvent()]) {
      refusedAs(await Reflect.apply(p2p.PeerGroupUnregisterEvent, p2p, [none]), E_INVALIDARG);
      refusedAs(await Reflect.apply(p2p.PeerGroupGetEventData, p2p, [none]), E_INVALIDARG);
    }
  },
);

contract(
  'a registration that was not taken back ends with its handle, and is read empty',
  ['PeerGroupRegisterEvent 10', 'PeerGroupUnregisterEvent 3'],
  async (t) => {
    const { p2p, hGroup, identity } = await newGroup(await nearMachine(t));
    const properties = given(ok(await p2p.PeerGroupGetProperties(hGroup)).pProperties);
    const name = given(properties.pwzGroupPeerName ?? undefined);
    const other = given(ok(await p2p.PeerGroupOpen(identity, name, null)).hGroup);
    const wishes = [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }];
    const ended = await registration(p2p, hGroup, wishes);
    const lasting = await registration(p2p, other, wishes);
    await added(p2p, hGroup, ONE);
    ok(await p2p.PeerGroupClose(hGroup));
    await added(p2p, other, OTHER);
    assert.equal((await next(p2p, ended))?.eventType, PEER_GROUP_EVENT_RECORD_CHANGED);
    refusedAs(await p2p.PeerGroupGetEventData(ended), E_INVALIDARG);
    assert.deepEqual(await typesRead(p2p, lasting), [ONE, OTHER]);
    ok(await p2p.PeerGroupUnregisterEvent(lasting));
    ok(await p2p.PeerGroupClose(other));
  },
);

test('what happened before a registration is not told', async (t) => {
  const { p2p, hGroup } = await newGroup(await nearMachine(t));
  await added(p2p, hGroup, ONE);
  const late = await registration(p2p, hGroup, [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }]);
  assert.deepEqual(await typesRead(p2p, late), []);
});

test('what one application does to its event no other one sees', async (t) => {
  const { p2p, hGroup } = await newGroup(await nearMachine(t));
  const wishes = [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }];
  const first = await registration(p2p, hGroup, wishes);
  const second = await registration(p2p, hGroup, wishes);
  await added(p2p, hGroup, ONE);
  const own = await next(p2p, first);
  assert.ok(own?.eventType === PEER_GROUP_EVENT_RECORD_CHANGED);
  own.recordChangeData.recordType = OTHER;
  assert.deepEqual(await typesRead(p2p, second), [ONE]);
});

test('one event object serves several registrations, and one of the application serves as well', async (t) => {
  const { p2p, hGroup } = await newGroup(await nearMachine(t));
  let count = 0;
  const own = { ...CreateEvent(), set: () => (count += 1), reset() {}, wait: async () => true };
  const wishes = [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }];
  ok(await p2p.PeerGroupRegisterEvent(hGroup, own, 1, wishes));
  ok(await p2p.PeerGroupRegisterEvent(hGroup, own, 1, wishes));
  await added(p2p, hGroup, ONE);
  assert.equal(count, 2);
});

test('the list is read when the function is called', async (t) => {
  const { p2p, hGroup } = await newGroup(await nearMachine(t));
  const wish: { eventType: PEER_GROUP_EVENT_TYPE } = { eventType: 3 };
  const pending = p2p.PeerGroupRegisterEvent(hGroup, CreateEvent(), 1, [wish]);
  wish.eventType = 1;
  const hPeerEvent = given(ok(await pending).hPeerEvent);
  await added(p2p, hGroup, ONE);
  assert.deepEqual(await typesRead(p2p, hPeerEvent), [ONE]);
});

type Wishes = Parameters<P2P['PeerGroupRegisterEvent']>[3];

async function registration(p2p: P2P, hGroup: HGROUP, wishes: Wishes): Promise<HPEEREVENT> {
  const event = CreateEvent();
  const answer = await p2p.PeerGroupRegisterEvent(hGroup, event, wishes.length, wishes);
  return given(ok(answer).hPeerEvent);
}

async function added(p2p: P2P, hGroup: HGROUP, type: string): Promise<string> {
  const record = { type, ftExpiration: IN_2200 };
  return given(ok(await p2p.PeerGroupAddRecord(hGroup, record)).pRecordId);
}

async function next(p2p: P2P, hPeerEvent: HPEEREVENT): Promise<PEER_GROUP_EVENT_DATA | null> {
  return given(ok(await p2p.PeerGroupGetEventData(hPeerEvent)).pEventData);
}

/** The types of the records that the events are about. */
async function typesRead(p2p: P2P, hPeerEvent: HPEEREVENT): Promise<readonly string[]> {
  const types: string[] = [];
  for (;;) {
    const { hr, pEventData } = await p2p.PeerGroupGetEventData(hPeerEvent);
    if (hr === PEER_S_NO_EVENT_DATA) return types;
    assert.ok(pEventData?.eventType === PEER_GROUP_EVENT_RECORD_CHANGED);
    types.push(pEventData.recordChangeData.recordType);
  }
}

async function nothingIsThere(p2p: P2P, hPeerEvent: HPEEREVENT): Promise<void> {
  assert.equal(
    ok(await p2p.PeerGroupGetEventData(hPeerEvent), PEER_S_NO_EVENT_DATA).pEventData,
    null,
  );
}
