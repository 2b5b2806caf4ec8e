// The common time of a group: one offset, measured once, and the same in both directions.

import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  E_INVALIDARG,
  type HGROUP,
  type P2P,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_GROUP,
  PEER_E_NOT_INITIALIZED,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { connectedPair, given, invited, newGroup, ok, refusedAs } from '../support/test-peer.ts';
import { filetime, groupNameOf } from './support.ts';

const LATEST = 2n ** 63n - 1n;

contract(
  'the time of a creator is its UTC, that of a member differs by what the way takes, and stays when offline',
  [
    'PeerGroupUniversalTimeToPeerTime S_OK',
    'PeerGroupUniversalTimeToPeerTime 1',
    'PeerGroupUniversalTimeToPeerTime 5',
    'PeerGroupPeerTimeToUniversalTime S_OK',
    'PeerGroupPeerTimeToUniversalTime 1',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const now = filetime(Date.now());
    assert.equal(await peerTime(ann.p2p, ann.hGroup, now), now);
    const before = await peerTime(bob.p2p, bob.hGroup, now);
    const difference = before - now;
    assert.ok(difference < 500_0000n && difference > -500_0000n, `${difference}`);
    const name = await groupNameOf(ann);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null));
    assert.equal(await peerTime(bob.p2p, given(hGroup), now), before);
    const record = {
      type: '11111111-2222-3333-4444-555555555555',
      ftExpiration: before + 3_600n * 10_000_000n,
    };
    ok(await bob.p2p.PeerGroupAddRecord(given(hGroup), record));
  },
);

contract(
  'both are exact inverses of each other, over all times that both can have',
  [
    'PeerGroupUniversalTimeToPeerTime 2',
    'PeerGroupUniversalTimeToPeerTime i1',
    'PeerGroupPeerTimeToUniversalTime 2',
  ],
  async (t) => {
    const { bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { p2p, hGroup } = bob;
    const times = fc.bigInt({ min: 10n ** 12n, max: LATEST - 10n ** 12n });
    await fc.assert(
      fc.asyncProperty(times, async (time) => {
        let inPlace = await peerTime(p2p, hGroup, time);
        inPlace = given(
          ok(await p2p.PeerGroupPeerTimeToUniversalTime(hGroup, inPlace)).ftUniversalTime,
        );
        assert.equal(inPlace, time);
      }),
    );
  },
);

contract(
  'what is no time is refused, and so is everything before start-up and before the group is ready',
  [
    'PeerGroupUniversalTimeToPeerTime E_INVALIDARG',
    'PeerGroupUniversalTimeToPeerTime PEER_E_GROUP_NOT_READY',
    'PeerGroupUniversalTimeToPeerTime PEER_E_NOT_INITIALIZED',
    'PeerGroupUniversalTimeToPeerTime 3',
    'PeerGroupUniversalTimeToPeerTime 4',
    'PeerGroupPeerTimeToUniversalTime E_INVALIDARG',
    'PeerGroupPeerTimeToUniversalTime PEER_E_GROUP_NOT_READY',
    'PeerGroupPeerTimeToUniversalTime PEER_E_NOT_INITIALIZED',
    'PeerGroupPeerTimeToUniversalTime 3',
    'PeerGroupPeerTimeToUniversalTime 4',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    const { p2p: fresh } = await nearMachine(t);
    const names = ['PeerGroupUniversalTimeToPeerTime', 'PeerGroupPeerTimeToUniversalTime'] as const;
    for (const name of names) {
      for (const time of [null, undefined, 7, '7', -1n, LATEST + 1n]) {
        refusedAs(await ann.p2p[name](ann.hGroup, time as bigint), E_INVALIDARG);
      }
      for (const time of [0n, LATEST]) ok(await ann.p2p[name](ann.hGroup, time));
      refusedAs(await bob.p2p[name](bob.hGroup, 7n), PEER_E_GROUP_NOT_READY);
      refusedAs(await ann.p2p[name](bob.hGroup, 7n), PEER_E_INVALID_GROUP);
      refusedAs(await fresh[name](ann.hGroup, 7n), PEER_E_NOT_INITIALIZED);
    }
  },
);

async function peerTime(p2p: P2P, hGroup: HGROUP, time: bigint): Promise<bigint> {
  return given(ok(await p2p.PeerGroupUniversalTimeToPeerTime(hGroup, time)).ftPeerTime);
}
