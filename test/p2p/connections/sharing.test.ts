// Connections belong to the peer, whichever handle asks: registrations of all handles count, and what was sent outlives
// the last of them.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  hresultName,
  PEER_CONNECTION_STATUS,
  PEER_E_CONNECTION_NOT_FOUND,
  PEER_GROUP_EVENT_TYPE,
  S_OK,
} from '../../../src/p2p/index.ts';
import { groupNameOf } from '../groups/support.ts';
import { contract } from '../support/contract.ts';
import { given, ok, refusedAs, TestPeer } from '../support/test-peer.ts';
import {
  bytesOf,
  changed,
  connected,
  connectionsOf,
  down,
  incoming,
  opened,
  TYPE,
  twoProcesses,
} from './support.ts';

const { PEER_CONNECTED, PEER_DISCONNECTED } = PEER_CONNECTION_STATUS;
const { PEER_GROUP_EVENT_DIRECT_CONNECTION, PEER_GROUP_EVENT_INCOMING_DATA } =
  PEER_GROUP_EVENT_TYPE;
const MIB = 1_048_576;

/** The same peer by another handle, with registrations of its own. */
async function anotherHandle(peer: TestPeer, eventTypes: readonly PEER_GROUP_EVENT_TYPE[]) {
  const { machine, identity } = peer;
  const name = await groupNameOf(peer);
  const { hGroup } = ok(await machine.p2p.PeerGroupOpen(identity, name, null));
  return await TestPeer.of(machine, { identity, hGroup: given(hGroup) }, eventTypes);
}

contract(
  'the registration of any handle opens the door, and events go to all of them',
  [
    'PeerGroupOpenDirectConnection 7',
    'PeerGroupOpenDirectConnection 8',
    'PeerGroupRegisterEvent i2',
    'group life cycle and sharing 2',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const toBob = await bob.address();
    ok(await bob.p2p.PeerGroupUnregisterEvent(bob.hPeerEvent));
    const second = await anotherHandle(bob, [PEER_GROUP_EVENT_DIRECT_CONNECTION]);
    const third = await anotherHandle(bob, [
      PEER_GROUP_EVENT_DIRECT_CONNECTION,
      PEER_GROUP_EVENT_INCOMING_DATA,
    ]);
    const id = await opened(ann, bob, toBob);
    await changed(ann, PEER_CONNECTED, id);
    const { ullConnectionId } = await changed(second, PEER_CONNECTED);
    await changed(third, PEER_CONNECTED, ullConnectionId);
    // The handle without registrations sends, and the one without interest in data hears none.
    ok(await bob.p2p.PeerGroupSendData(bob.hGroup, ullConnectionId, TYPE, 2, bytesOf('hi')));
    assert.equal(Buffer.from((await incoming(ann)).data).toString(), 'hi');
    ok(await ann.p2p.PeerGroupSendData(ann.hGroup, id, TYPE, 2, bytesOf('ho')));
    assert.equal(Buffer.from((await incoming(third)).data).toString(), 'ho');

    // Without registrations for connections the one that is there stays, and no other is opened.
    for (const each of [second, third]) ok(await bob.p2p.PeerGroupClose(each.hGroup));
    assert.equal((await connectionsOf(bob, 2))[0]?.ullConnectionId, ullConnectionId);
    ok(await bob.p2p.PeerGroupSendData(bob.hGroup, ullConnectionId, TYPE, 2, bytesOf('he')));
    assert.equal(Buffer.from((await incoming(ann)).data).toString(), 'he');
    const answer = await bob.p2p.PeerGroupOpenDirectConnection(
      bob.hGroup,
      ann.identity,
      await ann.address(),
    );
    refusedAs(answer, E_INVALIDARG);
  },
);

contract(
  'whoever sends waits for whoever does not read, and nothing is lost by it',
  ['PeerGroupSendData 5', 'PeerGroupGetEventData 1', 'PeerGroupRegisterEvent 3'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id, atBob] = await connected(ann, bob);
    let taken = 0;
    const sending = (async () => {
      for (let at = 0; at < 60; at += 1) {
        const data = new Uint8Array(MIB).fill(at);
        ok(await ann.p2p.PeerGroupSendData(ann.hGroup, id, TYPE, MIB, data));
        taken += 1;
      }
      ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, id));
    })();
    let before = -1;
    // Until nothing moves any more.
    while (taken !== before) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.ok(taken >= 16 && taken < 45, `${taken} were taken with nobody reading`);
    for (let at = 0; at < 60; at += 1) {
      const { data } = await incoming(bob);
      assert.ok(data.length === MIB && data[0] === at && data[MIB - 1] === at);
    }
    await down(bob, atBob);
    await sending;
    await down(ann, id);
  },
);

contract(
  'what was sent before the end of everything arrives',
  ['PeerGroupCloseDirectConnection 4'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id, atBob] = await connected(ann, bob);
    const [neighbor] = await connectionsOf(ann, 1);
    const [neighborAtBob] = await connectionsOf(bob, 1);
    const answers = Array.from({ length: 40 }, (_, at) => {
      const to = at % 2 === 0 ? id : given(neighbor?.ullConnectionId);
      const data = new Uint8Array(200_000).fill(at);
      return ann.p2p.PeerGroupSendData(ann.hGroup, to, TYPE, data.length, data);
    });
    ok(await ann.p2p.PeerGroupShutdown());
    for (const answer of answers) ok(await answer);
    const seen = new Map<bigint, number[]>();
    for (let at = 0; at < 40; at += 1) {
      const { ullConnectionId, data } = await incoming(bob);
      seen.set(ullConnectionId, [...(seen.get(ullConnectionId) ?? []), data[0] ?? -1]);
    }
    const evens = Array.from({ length: 20 }, (_, at) => 2 * at);
    assert.deepEqual(seen.get(atBob), evens);
    assert.deepEqual(
      seen.get(given(neighborAtBob?.ullConnectionId)),
      evens.map((at) => at + 1),
    );
    await down(bob, atBob);
  },
);

contract(
  'one that vanishes in the middle lets nobody wait for ever',
  ['PeerGroupCloseDirectConnection 4', 'PeerGroupSendData 2'],
  async (t) => {
    const { ann, bob, there } = await twoProcesses(t);
    const [id] = await connected(ann, bob);
    const [neighbor] = await connectionsOf(ann, 1);
    const answers = [id, given(neighbor?.ullConnectionId)].flatMap((to) =>
      Array.from({ length: 60 }, () =>
        ann.p2p.PeerGroupSendData(ann.hGroup, to, TYPE, MIB, new Uint8Array(MIB)),
      ),
    );
    await there.kill();
    const codes = new Set((await Promise.all(answers)).map(({ hr }) => hresultName(hr)));
    codes.delete(hresultName(S_OK));
    assert.deepEqual([...codes], [hresultName(PEER_E_CONNECTION_NOT_FOUND)]);
    await changed(ann, PEER_DISCONNECTED, id);
    const events = await ann.drain();
    const more = events.filter(({ eventType }) => eventType === PEER_GROUP_EVENT_DIRECT_CONNECTION);
    assert.deepEqual(more, []);
  },
);
