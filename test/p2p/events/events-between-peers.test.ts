// Which events of other peers reach a registration: connections, data, and what comes of an attempt to connect.

import assert from 'node:assert/strict';

import {
  PEER_CONNECTION_FLAGS,
  type PEER_CONNECTION_INFO,
  PEER_CONNECTION_STATUS,
  PEER_E_CONNECTION_REFUSED,
  PEER_E_NO_MEMBERS_FOUND,
  type PEER_GROUP_EVENT_DATA,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
  given,
  invited,
  items,
  newGroup,
  ok,
  TestPeer,
} from '../support/test-peer.ts';

const {
  PEER_GROUP_EVENT_CONNECTION_FAILED,
  PEER_GROUP_EVENT_DIRECT_CONNECTION,
  PEER_GROUP_EVENT_INCOMING_DATA,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
  PEER_GROUP_EVENT_STATUS_CHANGED,
} = PEER_GROUP_EVENT_TYPE;
const { PEER_CONNECTED, PEER_DISCONNECTED, PEER_CONNECTION_FAILED } = PEER_CONNECTION_STATUS;
const ONE = '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0001';
const OTHER = '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0002';

contract(
  'a neighbor connection is told when it begins and when it ends',
  ['events 5'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const begun = await ann.next(PEER_GROUP_EVENT_NEIGHBOR_CONNECTION);
    assert.equal(begun.connectionChangeData.status, PEER_CONNECTED);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const ended = await ann.next(PEER_GROUP_EVENT_NEIGHBOR_CONNECTION);
    assert.equal(ended.connectionChangeData.status, PEER_DISCONNECTED);
    assert.equal(
      ended.connectionChangeData.ullConnectionId,
      begun.connectionChangeData.ullConnectionId,
    );
  },
);

contract(
  'data comes to those that ask for its type and for connections as well',
  ['PeerGroupRegisterEvent 5', 'PeerGroupRegisterEvent 9'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    await sendBoth(ann);
    const types = [];
    for (let at = 0; at < 2; at += 1) {
      types.push((await bob.next(PEER_GROUP_EVENT_INCOMING_DATA)).incomingData.type);
    }
    assert.deepEqual(types, [ONE, OTHER]);
    // The same with a type.
    ok(await bob.p2p.PeerGroupUnregisterEvent(bob.hPeerEvent));
    const picky = await registered(bob, [
      { eventType: PEER_GROUP_EVENT_INCOMING_DATA, pType: OTHER },
      { eventType: PEER_GROUP_EVENT_NEIGHBOR_CONNECTION },
    ]);
    await sendBoth(ann);
    const [only, ...more] = await untilLastWord(ann, bob, picky);
    assert.deepEqual(more, []);
    assert.ok(only?.eventType === PEER_GROUP_EVENT_INCOMING_DATA);
    assert.equal(only.incomingData.type, OTHER);
  },
);

contract(
  'neither connections alone nor data alone bring data',
  ['events 6', 'PeerGroupRegisterEvent 9'],
  async (t) => {
    for (const eventTypes of [
      [PEER_GROUP_EVENT_INCOMING_DATA],
      [PEER_GROUP_EVENT_NEIGHBOR_CONNECTION, PEER_GROUP_EVENT_DIRECT_CONNECTION],
    ]) {
      const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
      ok(await bob.p2p.PeerGroupUnregisterEvent(bob.hPeerEvent));
      const wishes = eventTypes.map((eventType) => ({ eventType }));
      const quiet = await registered(bob, wishes);
      await sendBoth(ann);
      assert.deepEqual(await untilLastWord(ann, bob, quiet), []);
    }
  },
);

contract(
  'a direct connection is taken by those that are registered for such',
  ['PeerGroupRegisterEvent 8'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    ok(await bob.p2p.PeerGroupUnregisterEvent(bob.hPeerEvent));
    const address = await bob.address();
    const open = () => ann.p2p.PeerGroupOpenDirectConnection(ann.hGroup, bob.identity, address);
    ok(await open());
    const refused = await ann.next(PEER_GROUP_EVENT_DIRECT_CONNECTION);
    assert.equal(refused.connectionChangeData.status, PEER_CONNECTION_FAILED);
    assert.equal(refused.connectionChangeData.hrConnectionFailedReason, PEER_E_CONNECTION_REFUSED);
    await registered(bob, [{ eventType: PEER_GROUP_EVENT_DIRECT_CONNECTION }]);
    ok(await open());
    const taken = await ann.next(PEER_GROUP_EVENT_DIRECT_CONNECTION);
    assert.equal(taken.connectionChangeData.status, PEER_CONNECTED);
  },
);

contract('a failed connect carries its reason', ['PeerGroupGetEventData 7'], async (t) => {
  const bob = await invited(await newGroup(await nearMachine(t)), await nearMachine(t));
  ok(await bob.p2p.PeerGroupConnect(bob.hGroup));
  const failed = await bob.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
  assert.equal(failed.hrConnectionFailedReason, PEER_E_NO_MEMBERS_FOUND);
});

type Wishes = Parameters<TestPeer['p2p']['PeerGroupRegisterEvent']>[3];

async function registered(peer: TestPeer, wishes: Wishes) {
  const event = await peer.machine.createEvent();
  const { p2p, hGroup } = peer;
  const answer = ok(await p2p.PeerGroupRegisterEvent(hGroup, event, wishes.length, wishes));
  return { hPeerEvent: given(answer.hPeerEvent) };
}

/** Over the neighbor connection: one message of each type. */
async function sendBoth({ p2p, hGroup }: TestPeer): Promise<void> {
  const { hPeerEnum } = ok(
    await p2p.PeerGroupEnumConnections(hGroup, PEER_CONNECTION_FLAGS.PEER_CONNECTION_NEIGHBOR),
  );
  const [found] = await items<PEER_CONNECTION_INFO>(p2p, given(hPeerEnum));
  const { ullConnectionId } = given(found);
  for (const type of [ONE, OTHER]) {
    ok(await p2p.PeerGroupSendData(hGroup, ullConnectionId, type, 2, Uint8Array.of(1, 2)));
  }
}

/**
 * What a registration has got when both have gone offline and nothing is under way any more: what was sent on a
 * connection arrives before its end.
 */
async function untilLastWord(
  from: TestPeer,
  to: TestPeer,
  { hPeerEvent }: Awaited<ReturnType<typeof registered>>,
): Promise<readonly PEER_GROUP_EVENT_DATA[]> {
  const watch = await TestPeer.of(to.machine, to, [PEER_GROUP_EVENT_STATUS_CHANGED]);
  ok(await from.p2p.PeerGroupClose(from.hGroup));
  await watch.next(PEER_GROUP_EVENT_STATUS_CHANGED, ({ dwStatus }) => dwStatus === 1);
  const events: PEER_GROUP_EVENT_DATA[] = [];
  for (;;) {
    const { pEventData } = await to.p2p.PeerGroupGetEventData(hPeerEvent);
    if (pEventData === null || pEventData === undefined) break;
    if (pEventData.eventType === PEER_GROUP_EVENT_INCOMING_DATA) events.push(pEventData);
  }
  return events;
}
