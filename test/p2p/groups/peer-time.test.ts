// Peer time between machines whose clocks differ.

import assert from 'node:assert/strict';

import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import { connectedPair, given, invited, ONLINE_WITH_OTHERS, ok } from '../support/test-peer.ts';
import { filetime } from './support.ts';

const AHEAD_MS = 600_000;
/** Machines that are busy with other tests: half of a round trip may be some tenths of a second. */
const TOLERANCE = 5_000_000n;

contract(
  'a member whose clock is ahead keeps the time of the creator, and hands it on to whoever comes by it',
  ['PeerGroupUniversalTimeToPeerTime 1', 'PeerGroupPeerTimeToUniversalTime 1'],
  async (t) => {
    const ahead = await farMachine(t, {}, { clockAheadMs: AHEAD_MS });
    const { ann, bob } = await connectedPair(await nearMachine(t), ahead);
    const now = filetime(Date.now());
    const { ftPeerTime } = ok(
      await bob.p2p.PeerGroupUniversalTimeToPeerTime(bob.hGroup, filetime(Date.now() + AHEAD_MS)),
    );
    assertNear(given(ftPeerTime), now);

    const eve = await invited(ann, await nearMachine(t), { friendlyName: 'Eve' });
    const address = await bob.address();
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    await eve.connect(ONLINE_WITH_OTHERS, [address]);
    const later = filetime(Date.now());
    const { ftUniversalTime } = ok(
      await eve.p2p.PeerGroupPeerTimeToUniversalTime(eve.hGroup, later),
    );
    assertNear(given(ftUniversalTime), later);
  },
);

function assertNear(time: bigint, expected: bigint): void {
  const difference = time - expected;
  assert.ok(difference < TOLERANCE && difference > -TOLERANCE, `${difference} steps of 100 ns`);
}
