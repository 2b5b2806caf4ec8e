// What the applications of one identity share, and what a peer can do offline.

import assert from 'node:assert/strict';

import {
  PEER_CONNECTION_FLAGS,
  type PEER_CONNECTION_INFO,
  PEER_E_GROUP_NOT_READY,
  PEER_GROUP_EVENT_TYPE,
  type PEER_RECORD,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
  given,
  items,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import { filetime, groupNameOf } from './support.ts';

const TYPE = '11111111-2222-3333-4444-555555555555';

contract(
  'what one application adds offline the others read, and the group gets it at the next connect',
  [
    'PeerGroupOpen 9',
    'PeerGroupOpen 10',
    'group life cycle and sharing 2',
    'group life cycle and sharing 4',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const name = await groupNameOf(ann);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const open = async (): Promise<TestPeer> => {
      const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null));
      return await TestPeer.of(bob.machine, { identity: bob.identity, hGroup: given(hGroup) });
    };
    const first = await open();
    const second = await open();
    const here = await added(first);
    const there = await added(ann);
    assert.deepEqual(await recordsOf(second), [here]);

    await second.connect(ONLINE_WITH_OTHERS);
    const { PEER_GROUP_EVENT_RECORD_CHANGED } = PEER_GROUP_EVENT_TYPE;
    for (const [peer, record] of [
      [ann, here],
      [first, there],
    ] as const) {
      await peer.next(
        PEER_GROUP_EVENT_RECORD_CHANGED,
        ({ recordChangeData: { recordId } }) => recordId === record,
      );
      assert.deepEqual(await recordsOf(peer), [here, there].toSorted());
    }
  },
);

contract('messages need a group that is online', ['group life cycle and sharing 5'], async (t) => {
  const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
  const name = await groupNameOf(ann);
  const address = await ann.address();
  ok(await bob.p2p.PeerGroupClose(bob.hGroup));
  const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null));
  const bytes = new Uint8Array(1);
  refusedAs(
    await bob.p2p.PeerGroupSendData(given(hGroup), 1n, TYPE, bytes.length, bytes),
    PEER_E_GROUP_NOT_READY,
  );
  refusedAs(
    await bob.p2p.PeerGroupOpenDirectConnection(given(hGroup), ann.identity, address),
    PEER_E_GROUP_NOT_READY,
  );
});

contract(
  'what was sent to a neighbor arrives before the last handle is closed',
  ['PeerGroupClose 2'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { hPeerEnum } = ok(
      await bob.p2p.PeerGroupEnumConnections(
        bob.hGroup,
        PEER_CONNECTION_FLAGS.PEER_CONNECTION_NEIGHBOR,
      ),
    );
    const [connection] = await items<PEER_CONNECTION_INFO>(bob.p2p, given(hPeerEnum));
    const data = new Uint8Array(2_000_000).fill(7);
    const { ullConnectionId } = given(connection);
    const sent = bob.p2p.PeerGroupSendData(bob.hGroup, ullConnectionId, TYPE, data.length, data);
    const closed = bob.p2p.PeerGroupClose(bob.hGroup);
    ok(await sent);
    ok(await closed);
    const { incomingData } = await ann.next(PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_INCOMING_DATA);
    assert.deepEqual(incomingData.data, data);
  },
);

async function added({ p2p, hGroup }: TestPeer): Promise<string> {
  const record = { type: TYPE, ftExpiration: filetime(Date.now() + 60_000) };
  return given(ok(await p2p.PeerGroupAddRecord(hGroup, record)).pRecordId);
}

async function recordsOf({ p2p, hGroup }: TestPeer): Promise<readonly string[]> {
  const { hPeerEnum } = ok(await p2p.PeerGroupEnumRecords(hGroup, null));
  const records = await items<PEER_RECORD>(p2p, given(hPeerEnum));
  return records.map(({ id }) => id).toSorted();
}
