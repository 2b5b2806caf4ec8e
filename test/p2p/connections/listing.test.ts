// The connections of a peer as it lists them, and the events of its neighbors.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_CONNECTION_FLAGS,
  PEER_CONNECTION_STATUS,
  PEER_E_INVALID_GROUP,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { groupNameOf } from '../groups/support.ts';
import { contract } from '../support/contract.ts';
import { given, ONLINE_WITH_OTHERS, ok, refusedAs } from '../support/test-peer.ts';
import { connected, connectionsOf, down, emptyAddress, opened, twoProcesses } from './support.ts';

const { PEER_CONNECTION_DIRECT, PEER_CONNECTION_NEIGHBOR } = PEER_CONNECTION_FLAGS;
const { PEER_GROUP_EVENT_NEIGHBOR_CONNECTION } = PEER_GROUP_EVENT_TYPE;
const BOTH = PEER_CONNECTION_DIRECT | PEER_CONNECTION_NEIGHBOR;

contract(
  'connections are listed with ID, node, identity and address, by their kinds',
  [
    'PeerGroupEnumConnections S_OK',
    'PeerGroupEnumConnections 1',
    'PeerGroupEnumConnections 2',
    'PeerGroupEnumConnections 3',
    'PeerGroupEnumConnections i1',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [atAnn, atBob] = await connected(ann, bob);
    for (const [peer, other, id] of [
      [ann, bob, atAnn],
      [bob, ann, atBob],
    ] as const) {
      const [direct, ...more] = await connectionsOf(peer, PEER_CONNECTION_DIRECT);
      assert.deepEqual(more, []);
      assert.deepEqual(direct, {
        dwFlags: PEER_CONNECTION_DIRECT,
        ullConnectionId: id,
        ullNodeId: (await peer.member(other.identity))?.ullNodeId,
        pwzPeerId: other.identity,
        address: await other.address(),
      });
      const [neighbor, ...others] = await connectionsOf(peer, PEER_CONNECTION_NEIGHBOR);
      assert.deepEqual(others, []);
      assert.equal(neighbor?.dwFlags, PEER_CONNECTION_NEIGHBOR);
      assert.equal(neighbor.pwzPeerId, other.identity);
      assert.notEqual(neighbor.ullConnectionId, id);
      assert.deepEqual(neighbor.address, await other.address());
      for (const flags of [0, BOTH]) assert.equal((await connectionsOf(peer, flags)).length, 2);
    }
    ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, atAnn));
    await down(bob, atBob);
    assert.deepEqual(await connectionsOf(bob, PEER_CONNECTION_DIRECT), []);
  },
);

contract(
  'an attempt is no connection yet, and other flags are none',
  ['PeerGroupEnumConnections 1', 'PeerGroupEnumConnections E_INVALIDARG'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    await opened(ann, bob, await emptyAddress());
    assert.deepEqual(await connectionsOf(ann, PEER_CONNECTION_DIRECT), []);
    for (const flags of [4, 8, 0x8000_0000, 0xffff_ffff]) {
      refusedAs(await ann.p2p.PeerGroupEnumConnections(ann.hGroup, flags), E_INVALIDARG);
    }
  },
);

contract(
  'a handle that is closed lists nothing',
  ['PeerGroupEnumConnections PEER_E_INVALID_GROUP'],
  async (t) => {
    const { ann } = await twoProcesses(t);
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    refusedAs(await ann.p2p.PeerGroupEnumConnections(ann.hGroup, 0), PEER_E_INVALID_GROUP);
  },
);

contract(
  'what another application of the same user has opened is listed as well, and is of use',
  ['PeerGroupEnumConnections 4'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id, atBob] = await connected(ann, bob);
    const second = ok(await ann.p2p.PeerGroupOpen(ann.identity, await groupNameOf(ann), null));
    const other = { ...ann, p2p: ann.p2p, hGroup: given(second.hGroup) };
    const { hPeerEnum } = ok(
      await ann.p2p.PeerGroupEnumConnections(other.hGroup, PEER_CONNECTION_DIRECT),
    );
    const { ppvItems } = ok(await ann.p2p.PeerGetNextItem(given(hPeerEnum), 10));
    assert.deepEqual(
      ppvItems?.map(({ ullConnectionId }) => ullConnectionId),
      [id],
    );
    ok(await ann.p2p.PeerGroupCloseDirectConnection(other.hGroup, id));
    await down(bob, atBob);
  },
);

contract('neighbors come and go with events', ['events 5'], async (t) => {
  const { ann, bob, there } = await twoProcesses(t);
  const up = await ann.next(PEER_GROUP_EVENT_NEIGHBOR_CONNECTION);
  const [listed] = await connectionsOf(ann, PEER_CONNECTION_NEIGHBOR);
  assert.deepEqual(up.connectionChangeData, {
    status: PEER_CONNECTION_STATUS.PEER_CONNECTED,
    ullConnectionId: listed?.ullConnectionId,
    ullNodeId: (await ann.member(bob.identity))?.ullNodeId,
    ullNextConnectionId: 0n,
    hrConnectionFailedReason: 0,
  });
  await there.close();
  const gone = await ann.next(PEER_GROUP_EVENT_NEIGHBOR_CONNECTION);
  assert.equal(gone.connectionChangeData.status, PEER_CONNECTION_STATUS.PEER_DISCONNECTED);
  assert.equal(gone.connectionChangeData.ullConnectionId, listed?.ullConnectionId);
  await ann.untilStatus(1);
  assert.notEqual(ONLINE_WITH_OTHERS, 1);
});
