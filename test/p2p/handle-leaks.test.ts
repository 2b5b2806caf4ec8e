// Handles are forgotten with those who had them: a hundred thousand of each kind, made and released, leave the heap
// where it was. Of kinds that read the keys each time a tenth, unless HANDLES says how many: all take five minutes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CreateEvent, type P2P, PEER_GROUP_EVENT_TYPE } from '../../src/p2p/index.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { nearMachine } from './support/machine.ts';
import { given, newGroup, ok } from './support/test-peer.ts';

const COUNT = Number(process.env['HANDLES'] ?? 100_000);
/** They look at files for each handle. */
const SLOW_COUNT = Number(process.env['HANDLES'] ?? 10_000);
const WARM_UP = 5_000;
/** What the collector leaves lying about, and less for each than any handle that stays: those take 200 and more. */
const SLACK_BYTES = 2_000_000;
const BYTES_EACH = 100;

async function heapAfter(count: number, act: () => Promise<void>): Promise<number> {
  for (let at = 0; at < count; at += 1) await act();
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function leavesNothing(act: () => Promise<void>, count = COUNT): Promise<void> {
  const before = await heapAfter(WARM_UP, act);
  const after = await heapAfter(count, act);
  assert.ok(
    after - before < SLACK_BYTES + count * BYTES_EACH,
    `${after - before} bytes more than before`,
  );
}

test('handles of groups', async (t) => {
  const ann = await newGroup(await nearMachine(t));
  const { p2p, identity } = ann;
  const group = await groupNameOf(p2p, ann.hGroup);
  await leavesNothing(async () => {
    const { hGroup } = await p2p.PeerGroupOpen(identity, group, null);
    ok(await p2p.PeerGroupClose(given(hGroup)));
  }, SLOW_COUNT);
});

test('registrations for events', async (t) => {
  const { p2p, hGroup } = await newGroup(await nearMachine(t));
  const event = CreateEvent();
  const wishes = [{ eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED }];
  await leavesNothing(async () => {
    const { hPeerEvent } = await p2p.PeerGroupRegisterEvent(hGroup, event, 1, wishes);
    ok(await p2p.PeerGroupUnregisterEvent(given(hPeerEvent)));
  });
});

test('enumerations', async (t) => {
  const { p2p } = await newGroup(await nearMachine(t));
  await leavesNothing(async () => {
    ok(await p2p.PeerEndEnumeration(given((await p2p.PeerEnumIdentities()).hPeerEnum)));
  });
});

test('enumerations that nobody ends', async (t) => {
  const { p2p } = await newGroup(await nearMachine(t));
  await leavesNothing(async () => {
    ok(await p2p.PeerEnumIdentities());
  });
});

test('handles of keys', async (t) => {
  const { p2p, identity } = await newGroup(await nearMachine(t));
  await leavesNothing(async () => {
    ok(await p2p.PeerIdentityGetCryptKey(identity));
  }, SLOW_COUNT);
});

test('event objects', async () => {
  await leavesNothing(async () => {
    const event = CreateEvent();
    event.set();
    assert.equal(await event.wait(0), true);
  });
});

async function groupNameOf(p2p: P2P, hGroup: Parameters<P2P['PeerGroupGetProperties']>[0]) {
  const { pProperties } = ok(await p2p.PeerGroupGetProperties(hGroup));
  return given(given(pProperties).pwzGroupPeerName ?? undefined);
}
