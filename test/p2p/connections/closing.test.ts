// The end of a direct connection: asked for by either side, once, after everything that was sent.

import assert from 'node:assert/strict';

import {
  PEER_CONNECTION_STATUS,
  PEER_E_CONNECTION_FAILED,
  PEER_E_CONNECTION_NOT_FOUND,
  PEER_E_INVALID_GROUP,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { silentServer } from '../groups/support.ts';
import { contract } from '../support/contract.ts';
import { ok, refusedAs, type TestPeer } from '../support/test-peer.ts';
import {
  bytesOf,
  changed,
  connected,
  connectionsOf,
  down,
  failedAs,
  incoming,
  opened,
  TYPE,
  twoProcesses,
} from './support.ts';

const { PEER_DISCONNECTED } = PEER_CONNECTION_STATUS;
const { PEER_GROUP_EVENT_DIRECT_CONNECTION } = PEER_GROUP_EVENT_TYPE;

async function close({ p2p, hGroup }: TestPeer, id: bigint) {
  return await p2p.PeerGroupCloseDirectConnection(hGroup, id);
}

async function directEvents(peer: TestPeer) {
  const events = await peer.drain();
  return events.filter(({ eventType }) => eventType === PEER_GROUP_EVENT_DIRECT_CONNECTION);
}

contract(
  'either side ends it, and both are told once',
  [
    'PeerGroupCloseDirectConnection S_OK',
    'PeerGroupCloseDirectConnection 1',
    'PeerGroupCloseDirectConnection 2',
    'PeerGroupCloseDirectConnection 4',
    'PeerGroupOpenDirectConnection 15',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    for (const closer of [ann, bob]) {
      const [atAnn, atBob] = await connected(ann, bob);
      ok(await close(closer, closer === ann ? atAnn : atBob));
      await down(ann, atAnn);
      await down(bob, atBob);
      for (const peer of [ann, bob]) {
        assert.deepEqual(await connectionsOf(peer, 2), []);
        assert.deepEqual(await directEvents(peer), []);
      }
    }
  },
);

contract(
  'an ID that is none, or none any more, is not found',
  [
    'PeerGroupCloseDirectConnection PEER_E_CONNECTION_NOT_FOUND',
    'PeerGroupCloseDirectConnection 3',
    'PeerGroupCloseDirectConnection i1',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    refusedAs(await close(ann, 0n), PEER_E_CONNECTION_NOT_FOUND);
    refusedAs(await close(ann, 2n ** 64n - 1n), PEER_E_CONNECTION_NOT_FOUND);
    const [neighbor] = await connectionsOf(ann, 1);
    refusedAs(await close(ann, neighbor?.ullConnectionId ?? 0n), PEER_E_CONNECTION_NOT_FOUND);
    const [atAnn, atBob] = await connected(ann, bob);
    ok(await close(ann, atAnn));
    refusedAs(await close(ann, atAnn), PEER_E_CONNECTION_NOT_FOUND);
    await down(bob, atBob);
    refusedAs(await close(bob, atBob), PEER_E_CONNECTION_NOT_FOUND);
  },
);

contract(
  'a handle that is closed ends no connection',
  ['PeerGroupCloseDirectConnection PEER_E_INVALID_GROUP'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id, atBob] = await connected(ann, bob);
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    refusedAs(await close(ann, id), PEER_E_INVALID_GROUP);
    // Its last handle was closed, so the peer is offline and the connection at its end.
    await down(bob, atBob);
  },
);

contract(
  'what was sent before arrives before the end, however much it is',
  ['PeerGroupCloseDirectConnection 1', 'PeerGroupCloseDirectConnection 4'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id, atBob] = await connected(ann, bob);
    const sent = Array.from({ length: 40 }, (_, at) =>
      ann.p2p.PeerGroupSendData(ann.hGroup, id, TYPE, 100_000, new Uint8Array(100_000).fill(at)),
    );
    ok(await close(ann, id));
    for (const answer of await Promise.all(sent)) ok(answer);
    for (let at = 0; at < 40; at += 1) assert.equal((await incoming(bob)).data[99_999], at);
    await down(bob, atBob);
    await down(ann, id);
  },
);

contract(
  'an attempt that is still under way ends with its failure',
  ['PeerGroupCloseDirectConnection S_OK'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const id = await opened(ann, bob, await silentServer(t));
    ok(await close(ann, id));
    await failedAs(ann, id, PEER_E_CONNECTION_FAILED);
    refusedAs(await close(ann, id), PEER_E_CONNECTION_NOT_FOUND);
    assert.deepEqual(await directEvents(ann), []);
  },
);

contract(
  'a peer that vanishes is gone as soon as its link is',
  ['PeerGroupCloseDirectConnection 4'],
  async (t) => {
    const { ann, bob, there } = await twoProcesses(t);
    const [id] = await connected(ann, bob);
    await there.kill();
    await changed(ann, PEER_DISCONNECTED, id);
    refusedAs(await close(ann, id), PEER_E_CONNECTION_NOT_FOUND);
    const answer = await ann.p2p.PeerGroupSendData(ann.hGroup, id, TYPE, 1, bytesOf('x'));
    refusedAs(answer, PEER_E_CONNECTION_NOT_FOUND);
  },
);
