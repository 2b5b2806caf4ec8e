// Records between peers: they reach everybody, those who were away too, and all end with the same.

import assert from 'node:assert/strict';

import {
  PEER_E_INVALID_RECORD_EXPIRATION,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_RECORD_NOT_FOUND,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_PROPERTY_FLAGS,
  PEER_RECORD_CHANGE_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import {
  added,
  bytes,
  changesOf,
  filetimeIn,
  groupNameOf,
  listed,
  NOTE,
  nextChange,
  note,
  OTHER,
  offline,
  read,
  updated,
} from '../support/record-peer.ts';
import {
  connectedPair,
  given,
  newGroup,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';

contract(
  'what one peer publishes, changes and deletes, the other has too',
  [
    'PeerGroupAddRecord 6',
    'PeerGroupAddRecord 8',
    'PeerGroupAddRecord 17',
    'PeerGroupUpdateRecord 11',
    'PeerGroupDeleteRecord 4',
    'PeerGroupGetRecord 5',
    'records 1',
    'records 4',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await farMachine(t));
    const id = await added(bob, { data: Uint8Array.of(0, 1, 254, 255) });
    const change = await nextChange(ann, 'PEER_RECORD_ADDED');
    assert.deepEqual([change.recordId, change.recordType], [id, NOTE]);
    const first = await read(ann, id);
    assert.deepEqual(first, await read(bob, id));
    assert.deepEqual(
      [first.pwzCreatorId, first.data],
      [bob.identity, Uint8Array.of(0, 1, 254, 255)],
    );
    await updated(bob, id, { data: bytes('two') });
    await nextChange(ann, 'PEER_RECORD_UPDATED', id);
    const second = await read(ann, id);
    assert.deepEqual(second, await read(bob, id));
    // What was signed is of the version.
    assert.ok(first.securityData.length >= 32);
    assert.notDeepEqual(second.securityData, first.securityData);
    ok(await bob.p2p.PeerGroupDeleteRecord(bob.hGroup, id));
    await nextChange(ann, 'PEER_RECORD_DELETED', id);
    refusedAs(await ann.p2p.PeerGroupGetRecord(ann.hGroup, id), PEER_E_RECORD_NOT_FOUND);
    assert.deepEqual(await listed(ann), []);
    await nextChange(bob, 'PEER_RECORD_ADDED', id);
    await nextChange(bob, 'PEER_RECORD_UPDATED', id);
    await nextChange(bob, 'PEER_RECORD_DELETED', id);
    assert.deepEqual([await changesOf(ann, id), await changesOf(bob, id)], [[], []]);
  },
);

contract(
  'a peer that was away learns at its next connection what has become of all',
  [
    'PeerGroupAddRecord 7',
    'PeerGroupUpdateRecord 11',
    'PeerGroupDeleteRecord 4',
    'PeerGroupDeleteRecord 7',
    'records 2',
  ],
  async (t) => {
    const pair = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { ann } = pair;
    const changed = await added(ann, { data: bytes('one') });
    const gone = await added(ann);
    for (const id of [changed, gone]) await nextChange(pair.bob, 'PEER_RECORD_ADDED', id);
    const bob = await offline(pair.bob, await groupNameOf(ann));
    const fresh = await added(ann, { type: OTHER });
    await updated(ann, changed, { data: bytes('two') });
    await updated(ann, changed, { data: bytes('three') });
    ok(await ann.p2p.PeerGroupDeleteRecord(ann.hGroup, gone));
    assert.equal((await listed(bob)).length, 2);
    await bob.connect(ONLINE_WITH_OTHERS);
    // One event for each, however much has happened.
    await nextChange(bob, 'PEER_RECORD_ADDED', fresh);
    await nextChange(bob, 'PEER_RECORD_UPDATED', changed);
    await nextChange(bob, 'PEER_RECORD_DELETED', gone);
    for (const id of [fresh, changed, gone]) assert.deepEqual(await changesOf(bob, id), []);
    assert.deepEqual((await read(bob, changed)).data, bytes('three'));
    assert.deepEqual((await listed(bob)).map(({ id }) => id).sort(), [fresh, changed].sort());
  },
);

contract('two that changed one record apart end with the same one', ['records 2'], async (t) => {
  const pair = await connectedPair(await nearMachine(t), await nearMachine(t));
  const { ann } = pair;
  const [higher, equal, deleted] = [
    await added(pair.bob),
    await added(pair.bob),
    await added(pair.bob),
  ];
  for (const id of [higher, equal, deleted]) await nextChange(ann, 'PEER_RECORD_ADDED', id);
  const bob = await offline(pair.bob, await groupNameOf(ann));
  await ann.next(
    PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED,
    ({ dwStatus }) => dwStatus === 1,
  );
  await updated(ann, higher, { data: bytes('by Ann') });
  await updated(bob, higher, { data: bytes('by Bob') });
  await updated(bob, higher, { data: bytes('by Bob again') });
  await updated(ann, equal, { data: bytes('by Ann') });
  await updated(bob, equal, { data: bytes('by Bob') });
  await updated(bob, deleted, { data: bytes('by Bob') });
  ok(await ann.p2p.PeerGroupDeleteRecord(ann.hGroup, deleted));
  await ann.drain();
  await bob.drain();
  await bob.connect(ONLINE_WITH_OTHERS);
  await nextChange(ann, 'PEER_RECORD_UPDATED', higher);
  await nextChange(bob, 'PEER_RECORD_DELETED', deleted);
  // Whichever of the two it is: the one that loses is told of.
  const atAnn = (await changesOf(ann, equal)).length;
  const atBob = (await changesOf(bob, equal)).length;
  assert.equal(atAnn + atBob, 1);
  assert.deepEqual((await read(ann, higher)).data, bytes('by Bob again'));
  for (const id of [higher, equal]) assert.deepEqual(await read(ann, id), await read(bob, id));
  for (const peer of [ann, bob]) assert.equal((await listed(peer)).length, 2);
});

contract('the expiration is peer time at every member', ['PeerGroupAddRecord 2'], async (t) => {
  const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
  const { ftPeerTime } = ok(
    await bob.p2p.PeerGroupUniversalTimeToPeerTime(bob.hGroup, filetimeIn(60_000)),
  );
  const ftExpiration = given(ftPeerTime);
  const id = await added(bob, { ftExpiration });
  await nextChange(ann, 'PEER_RECORD_ADDED', id);
  const atAnn = await read(ann, id);
  assert.equal(atAnn.ftExpiration, ftExpiration);
  assert.equal((await read(bob, id)).ftExpiration, ftExpiration);
  const { ftUniversalTime } = ok(
    await ann.p2p.PeerGroupPeerTimeToUniversalTime(ann.hGroup, atAnn.ftExpiration),
  );
  const leftMs = Number(given(ftUniversalTime) - filetimeIn(0)) / 10_000;
  assert.ok(55_000 < leftMs && leftMs < 62_000, `${leftMs} ms`);
});

contract(
  'a record whose time is over is removed everywhere, and everybody is told',
  ['records 5'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const ftExpiration = filetimeIn(1_500);
    const id = await added(ann, { ftExpiration });
    for (const peer of [ann, bob]) {
      await nextChange(peer, 'PEER_RECORD_ADDED', id);
      const change = await nextChange(peer, 'PEER_RECORD_EXPIRED', id);
      const lateMs = Number(filetimeIn(0) - ftExpiration) / 10_000;
      assert.ok(-20 <= lateMs && lateMs <= 1_000, `${lateMs} ms after the end`);
      assert.equal(change.recordType, NOTE);
      refusedAs(await peer.p2p.PeerGroupGetRecord(peer.hGroup, id), PEER_E_RECORD_NOT_FOUND);
      assert.deepEqual(await listed(peer), []);
      assert.deepEqual(await changesOf(peer, id), []);
    }
  },
);

contract(
  'records expire offline, unless the group defers that until the peer is online',
  ['records 5', 'records 6'],
  async (t) => {
    const machine = await nearMachine(t);
    const plain = await newGroup(machine);
    const { hGroup } = ok(
      await machine.p2p.PeerGroupCreate({
        pwzCreatorPeerName: plain.identity,
        dwFlags: PEER_GROUP_PROPERTY_FLAGS.PEER_DEFER_EXPIRATION,
      }),
    );
    const deferring = await TestPeer.of(machine, {
      identity: plain.identity,
      hGroup: given(hGroup),
    });
    const early = await added(deferring, { ftExpiration: filetimeIn(500) });
    const late = await added(plain, { ftExpiration: filetimeIn(1_000) });
    await nextChange(plain, 'PEER_RECORD_ADDED', late);
    await nextChange(plain, 'PEER_RECORD_EXPIRED', late);
    // By now the other one is over for half a second.
    await nextChange(deferring, 'PEER_RECORD_ADDED', early);
    assert.deepEqual(await changesOf(deferring, early), []);
    assert.equal((await listed(deferring)).length, 1);
    assert.equal((await read(deferring, early)).id, early);
    await deferring.connect();
    await nextChange(deferring, 'PEER_RECORD_EXPIRED', early);
    assert.deepEqual(await listed(deferring), []);
  },
);

contract(
  'whoever is no member any more publishes nothing',
  ['PeerGroupAddRecord 13', 'credentials and invitations 4'],
  async (t) => {
    const end = (filetimeIn(4_000) / 10_000_000n) * 10_000_000n;
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t), {
      ftExpiration: end,
    });
    const own = await added(bob, { ftExpiration: end });
    // The last second of a membership counts whole.
    const clock = await added(ann, { ftExpiration: end + 10_000_000n });
    const lasting = await added(ann);
    for (const id of [clock, lasting]) await nextChange(bob, 'PEER_RECORD_ADDED', id);
    await nextChange(bob, 'PEER_RECORD_EXPIRED', clock);
    const { p2p, hGroup } = bob;
    const before = await read(bob, lasting);
    refusedAs(await p2p.PeerGroupAddRecord(hGroup, note()), PEER_E_NOT_AUTHORIZED);
    // The right to publish is asked for before the expiration.
    refusedAs(
      await p2p.PeerGroupAddRecord(hGroup, note({ ftExpiration: 1n })),
      PEER_E_NOT_AUTHORIZED,
    );
    refusedAs(await p2p.PeerGroupUpdateRecord(hGroup, before), PEER_E_NOT_AUTHORIZED);
    refusedAs(
      await p2p.PeerGroupUpdateRecord(hGroup, { ...before, id: own }),
      PEER_E_NOT_AUTHORIZED,
    );
    refusedAs(await p2p.PeerGroupDeleteRecord(hGroup, lasting), PEER_E_NOT_AUTHORIZED);
    refusedAs(
      await ann.p2p.PeerGroupAddRecord(ann.hGroup, note({ ftExpiration: 1n })),
      PEER_E_INVALID_RECORD_EXPIRATION,
    );
  },
);

contract(
  'a registration for one type of records hears of that type only',
  ['PeerGroupAddRecord 8'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { p2p, hGroup } = ann;
    const event = await ann.machine.createEvent();
    const { hPeerEvent } = ok(
      await p2p.PeerGroupRegisterEvent(hGroup, event, 1, [
        {
          eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED,
          pType: OTHER.toUpperCase(),
        },
      ]),
    );
    await added(ann);
    const id = await added(ann, { type: OTHER });
    await added(ann);
    const { pEventData } = ok(await p2p.PeerGroupGetEventData(given(hPeerEvent)));
    assert.deepEqual(pEventData, {
      eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED,
      recordChangeData: {
        changeType: PEER_RECORD_CHANGE_TYPE.PEER_RECORD_ADDED,
        recordId: id,
        recordType: OTHER,
      },
    });
    const { pEventData: none } = await p2p.PeerGroupGetEventData(given(hPeerEvent));
    assert.equal(none, null);
    await nextChange(ann, 'PEER_RECORD_ADDED', id);
  },
);
