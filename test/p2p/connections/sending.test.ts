// Data over direct and neighbor connections between two processes: what is sent, to whom it is given, in which order.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import {
  E_INVALIDARG,
  PEER_CONNECTION_FLAGS,
  PEER_E_CONNECTION_NOT_FOUND,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { ok, refusedAs, TestPeer } from '../support/test-peer.ts';
import {
  bytesOf,
  connected,
  connectionsOf,
  incoming,
  OTHER_TYPE,
  TYPE,
  twoProcesses,
} from './support.ts';

const {
  PEER_GROUP_EVENT_DIRECT_CONNECTION,
  PEER_GROUP_EVENT_INCOMING_DATA,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
} = PEER_GROUP_EVENT_TYPE;
const { PEER_CONNECTION_DIRECT } = PEER_CONNECTION_FLAGS;
const LONGEST = 16_777_216;

async function send(peer: TestPeer, id: bigint, data: Uint8Array, type = TYPE) {
  return await peer.p2p.PeerGroupSendData(peer.hGroup, id, type, data.length, data);
}

contract(
  'type and bytes arrive as they were sent, over a direct connection and over one to a neighbor',
  [
    'PeerGroupSendData S_OK',
    'PeerGroupSendData 1',
    'PeerGroupSendData 4',
    'PeerGroupSendData 6',
    'PeerGroupGetEventData 4',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [direct, directAtBob] = await connected(ann, bob);
    const [neighbor] = await connectionsOf(ann, 1);
    const [neighborAtBob] = await connectionsOf(bob, 1);
    const ways = [
      [direct, directAtBob],
      [neighbor?.ullConnectionId ?? 0n, neighborAtBob?.ullConnectionId ?? 0n],
    ] as const;
    for (const [id, atBob] of ways) {
      for (const data of [bytesOf(''), bytesOf('\0\u{1f600}'), new Uint8Array(300_000).fill(7)]) {
        ok(await send(ann, id, data, OTHER_TYPE.toUpperCase()));
        const event = await incoming(bob);
        assert.equal(event.ullConnectionId, atBob);
        assert.equal(event.type, OTHER_TYPE);
        assert.ok(Buffer.from(event.data).equals(Buffer.from(data)));
      }
    }
  },
);

contract(
  'the side that was connected to answers on the ID of its event',
  ['PeerGroupSendData i1', 'PeerGroupOpenDirectConnection 10'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [atAnn, atBob] = await connected(ann, bob);
    ok(await send(bob, atBob, bytesOf('from Bob')));
    const { ullConnectionId, data } = await incoming(ann);
    assert.equal(ullConnectionId, atAnn);
    assert.equal(Buffer.from(data).toString(), 'from Bob');
  },
);

contract(
  'a transmission in many parts keeps its order, waited for or not',
  ['PeerGroupSendData 5'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [direct] = await connected(ann, bob);
    const [neighbor] = await connectionsOf(ann, 1);
    for (const id of [direct, neighbor?.ullConnectionId ?? 0n]) {
      const answers = Array.from({ length: 200 }, (_, at) =>
        send(ann, id, bytesOf(`${at} ${'x'.repeat(at % 7 === 0 ? 100_000 : 3)}`)),
      );
      for (let at = 0; at < 200; at += 1) {
        const { data } = await incoming(bob);
        assert.ok(Buffer.from(data).toString().startsWith(`${at} x`));
      }
      for (const answer of await Promise.all(answers)) ok(answer);
    }
  },
);

contract(
  'only the first bytes of the count are sent, up to 16 MiB',
  ['PeerGroupSendData E_INVALIDARG', 'PeerGroupSendData 4'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id] = await connected(ann, bob);
    const { p2p, hGroup } = ann;
    const longest = new Uint8Array(LONGEST).fill(3);
    ok(await p2p.PeerGroupSendData(hGroup, id, TYPE, 4, bytesOf('four and more')));
    assert.equal(Buffer.from((await incoming(bob)).data).toString(), 'four');
    ok(await p2p.PeerGroupSendData(hGroup, id, TYPE, LONGEST, longest));
    const { data } = await incoming(bob);
    assert.ok(data.length === LONGEST && data.at(-1) === 3);
    const over = new Uint8Array(LONGEST + 1);
    refusedAs(await p2p.PeerGroupSendData(hGroup, id, TYPE, LONGEST + 1, over), E_INVALIDARG);
    refusedAs(await p2p.PeerGroupSendData(hGroup, id, TYPE, 5, bytesOf('four')), E_INVALIDARG);
    refusedAs(await p2p.PeerGroupSendData(hGroup, id, 'no type', 1, bytesOf('x')), E_INVALIDARG);
    assert.deepEqual(
      await bob.drain().then((events) => events.filter((e) => 'incomingData' in e)),
      [],
    );
  },
);

contract(
  'an ID that is no connection sends nothing',
  ['PeerGroupSendData PEER_E_CONNECTION_NOT_FOUND', 'PeerGroupSendData 2'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [, atBob] = await connected(ann, bob);
    for (const id of [0n, 77_777n, 2n ** 64n - 1n]) {
      refusedAs(await send(ann, id, bytesOf('x')), PEER_E_CONNECTION_NOT_FOUND);
    }
    // IDs are those of one side.
    assert.equal((await connectionsOf(bob, 2))[0]?.ullConnectionId, atBob);
  },
);

contract(
  'data is for those who are registered for data of its type, and for such connections',
  [
    'PeerGroupSendData 3',
    'PeerGroupRegisterEvent 5',
    'PeerGroupRegisterEvent 7',
    'PeerGroupRegisterEvent 9',
    'PeerGroupRegisterEvent i1',
    'PeerGroupRegisterEvent i2',
    'events 1',
    'events 6',
  ],
  async (t) => {
    const { ann, bob, there } = await twoProcesses(t);
    const { p2p, hGroup } = bob;
    const [id] = await connected(ann, bob);
    const typed = await there.createEvent();
    const wishes = [
      { eventType: PEER_GROUP_EVENT_INCOMING_DATA, pType: OTHER_TYPE },
      { eventType: PEER_GROUP_EVENT_DIRECT_CONNECTION },
    ];
    const { hPeerEvent } = ok(await p2p.PeerGroupRegisterEvent(hGroup, typed, 2, wishes));
    ok(await send(ann, id, bytesOf('not for the second'), TYPE));
    ok(await send(ann, id, bytesOf('for both'), OTHER_TYPE));
    assert.equal(Buffer.from((await incoming(bob)).data).toString(), 'not for the second');
    assert.equal(Buffer.from((await incoming(bob)).data).toString(), 'for both');
    assert.ok(hPeerEvent !== undefined && (await there.wait(typed, 5_000)));
    const { pEventData } = ok(await p2p.PeerGroupGetEventData(hPeerEvent));
    assert.equal(
      pEventData && 'incomingData' in pEventData && pEventData.incomingData.type,
      OTHER_TYPE,
    );

    // Connections alone bring no data, and data alone none either.
    const alone = await TestPeer.of(there, bob, [
      PEER_GROUP_EVENT_DIRECT_CONNECTION,
      PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
    ]);
    ok(await p2p.PeerGroupUnregisterEvent(bob.hPeerEvent));
    ok(await send(ann, id, bytesOf('dropped'), TYPE));
    ok(await send(ann, id, bytesOf('marker'), OTHER_TYPE));
    assert.ok(await there.wait(typed, 5_000));
    assert.deepEqual(
      (await alone.drain()).filter((event) => 'incomingData' in event),
      [],
    );
    ok(await p2p.PeerGroupUnregisterEvent(alone.hPeerEvent));
    ok(await p2p.PeerGroupUnregisterEvent(hPeerEvent));
    const dataAlone = await TestPeer.of(there, bob, [PEER_GROUP_EVENT_INCOMING_DATA]);
    ok(await send(ann, id, bytesOf('dropped as well'), TYPE));
    ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, id));
    // What was sent comes before the end.
    while ((await connectionsOf(bob, PEER_CONNECTION_DIRECT)).length > 0) await setTimeout(10);
    assert.deepEqual(await dataAlone.drain(), []);
  },
);
