// Peers that open, close and send as it comes: whatever they do, each attempt has one end, each connection comes up once
// and goes down once at either side, and its data arrives in order in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newNode, Side } from './side.ts';

const TYPE = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e00';
const PEERS = 4;
const STEPS = 250;

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
}

class Log {
  readonly side: Side;
  readonly attempts = new Map<bigint, number>();
  readonly ups = new Map<bigint, number>();
  readonly downs = new Map<bigint, number>();
  readonly received = new Map<bigint, number>();
  readonly sent = new Map<bigint, number>();

  constructor(side: Side) {
    this.side = side;
  }

  note(event: string): void {
    const [kind, id = '0', what] = event.split(' ');
    const key = BigInt(id);
    if (kind === 'data') {
      assert.ok(this.ups.has(key) && !this.downs.has(key), `${event} between up and down`);
      const number = Number(what);
      assert.equal(number, this.received.get(key) ?? 0, 'in order, and nothing is missing');
      this.received.set(key, number + 1);
    } else if (what === 'up') {
      count(this.ups, key);
      if (this.attempts.has(key)) count(this.attempts, key);
    } else if (what === 'down') {
      assert.ok(this.ups.has(key), 'it was up before');
      count(this.downs, key);
    } else count(this.attempts, key);
  }

  get open(): readonly bigint[] {
    return [...this.ups.keys()].filter((id) => !this.downs.has(id));
  }
}

function count(counts: Map<bigint, number>, id: bigint): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

for (const seed of [1, 2, 3]) {
  test(`what is opened and closed as it comes has one end each (seed ${seed})`, async (t) => {
    const roll = dice(seed);
    const node = await newNode(t);
    const first = await node.createIdentity({ friendlyName: 'Ann' });
    const group = await node.createGroup({ friendlyName: 'Chess club', identity: first });
    const logs = [new Log(new Side(node, group))];
    for (let at = 1; at < PEERS; at += 1) {
      const there = await newNode(t);
      const { card } = await there.createIdentity({ friendlyName: `Bob ${at}` });
      logs.push(new Log(new Side(there, await there.joinGroup(await group.invite(card)))));
    }
    const pick = (): Log => logs[roll(PEERS)] ?? assert.fail();
    for (let step = 0; step < STEPS; step += 1) {
      const { side, attempts, sent, open } = pick();
      const other = pick().side;
      const any = open[roll(Math.max(1, open.length))];
      const act = roll(10);
      if (act < 4 && other !== side) {
        attempts.set(side.connections.openDirect(other.group.self, other.address), 0);
      } else if (act < 5 && attempts.size > 0) {
        const latest = [...attempts.keys()].at(-1) ?? 0n;
        tried(() => side.connections.closeDirect(latest));
      } else if (act < 6 && any !== undefined) {
        tried(() => side.connections.closeDirect(any));
      } else if (act < 9 && any !== undefined) {
        for (let more = roll(5); more >= 0; more -= 1) {
          const number = sent.get(any) ?? 0;
          const bytes = new TextEncoder().encode(String(number));
          const isTaken = tried(() => {
            side.connections.send(any, TYPE, bytes)?.catch(() => undefined);
          });
          if (isTaken) sent.set(any, number + 1);
        }
      } else await new Promise((resolve) => setTimeout(resolve, roll(25)));
      for (const log of logs) for (const event of log.side.waiting()) log.note(event);
    }
    // What is open still ends as everybody leaves.
    for (const log of logs) {
      await log.side.connections.goOffline();
      for (const event of log.side.waiting()) log.note(event);
    }
    for (const log of logs) {
      for (const event of await log.side.rest()) log.note(event);
      for (const [id, ends] of log.attempts) assert.equal(ends, 1, `attempt ${id} has one end`);
      for (const [id, times] of log.ups) {
        assert.equal(times, 1);
        assert.equal(log.downs.get(id), 1, `connection ${id} has gone down once`);
      }
      assert.equal(log.ups.size, log.downs.size);
      assert.equal(log.side.connections.list(0).length, 0);
    }
    const total = (of: (log: Log) => Iterable<number>): number =>
      logs.flatMap((log) => [...of(log)]).reduce((sum, each) => sum + each, 0);
    assert.ok(total((log) => log.ups.values()) > 10, 'there were connections');
    assert.ok(total((log) => log.received.values()) > 10, 'and data');
  });
}

/** False when the connection is none any more. */
function tried(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
