// One flood and what its neighbors do to it, honest and not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MalformedBytes } from '../../../../src/core/base/malformed-bytes.ts';
import { instantOf, type Now, wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { type LinkId, linkIdOf } from '../../../../src/core/domain/links.ts';
import { Flood } from '../../../../src/core/graph/flood/flood.ts';
import type { Parcel } from '../../../../src/core/graph/flood/parcel.ts';
import { Outbox } from '../../../../src/core/graph/outbox.ts';
import * as wire from '../../../../src/core/wire/flood.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import { nodeSha256 } from '../../../support/flood-network.ts';

const [ALICE, BOB, CAROL, EVE] = [1, 2, 3, 4].map(linkIdOf) as [LinkId, LinkId, LinkId, LinkId];

class Desk {
  readonly told: Parcel[] = [];
  readonly misconduct: string[] = [];
  readonly out = new Outbox<unknown>();
  nowMs = 0;
  readonly flood = new Flood(nodeSha256, {
    onParcel: (parcel) => this.told.push(parcel),
    onDelivered: () => {},
    onMisconduct: (link, why) => this.misconduct.push(`${link} ${why}`),
  });

  constructor(links: readonly LinkId[]) {
    for (const link of links) this.flood.neighborUp(link);
  }

  now(): Now {
    return { instant: instantOf(this.nowMs), wallTime: wallTimeOf(1_800_000_000_000) };
  }

  hear(link: LinkId, kind: number, payload: Uint8Array): void {
    this.flood.onFrame(link, kind, payload, this.now(), this.out);
  }

  give(link: LinkId, bytes: Uint8Array): void {
    this.hear(link, KIND.flood, wire.encodeFlood({ hop: 1, kind: 'bundle', bytes }));
  }

  announce(
    link: LinkId,
    ids: readonly Uint8Array[],
    sizeClass: 'medium' | 'large' = 'medium',
  ): void {
    const announcements = ids.map((id) => ({ id, hop: 2, sizeClass }));
    this.hear(link, KIND.iHave, wire.encodeIHave(announcements));
  }

  /** What was sent since, as `kind>link`. */
  sent(): readonly string[] {
    return this.take().map(({ frame, link }) => `${NAMES.get(frame)}>${link}`);
  }

  take() {
    return this.out.take() as { frame: number; link: LinkId; payload: Uint8Array }[];
  }

  /** Lets time pass, deadline by deadline. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let turns = 0; turns < 10_000; turns++) {
      const deadline = this.flood.nextDeadline();
      if (deadline === null || deadline > endMs) break;
      this.nowMs = Math.max(this.nowMs, deadline);
      this.flood.onDeadline(this.now(), this.out);
    }
    this.nowMs = endMs;
  }

  accept(at = -1): void {
    const parcel = this.told.at(at);
    assert.ok(parcel !== undefined);
    this.flood.accepted(parcel.id, this.now(), this.out);
  }
}

const NAMES = new Map<number, string>([
  [KIND.flood, 'FLOOD'],
  [KIND.iHave, 'IHAVE'],
  [KIND.graft, 'GRAFT'],
  [KIND.prune, 'PRUNE'],
]);

function parcel(mark: number, length = 1_000): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, mark);
  return bytes;
}

function idOf(bytes: Uint8Array): Uint8Array {
  const payload = wire.encodeFlood({ hop: 1, kind: 'bundle', bytes });
  return nodeSha256.sha256(wire.identifiedPartOf(payload)).slice(0, 16);
}

test('nothing is passed on before it was accepted, and nothing that was refused', () => {
  const desk = new Desk([ALICE, BOB]);
  desk.give(ALICE, parcel(1));
  assert.deepEqual(desk.sent(), []);
  desk.accept();
  assert.deepEqual(desk.sent(), [`FLOOD>${BOB}`]);
  desk.give(ALICE, parcel(2));
  desk.flood.refused(idOf(parcel(2)), 'unwanted', desk.now());
  desk.accept();
  desk.give(BOB, parcel(2));
  assert.equal(desk.told.length, 2);
  assert.deepEqual(desk.misconduct, []);
  assert.deepEqual(desk.sent(), []);
});

test('a second copy that comes while the first is judged is a duplicate', () => {
  const desk = new Desk([ALICE, BOB, CAROL]);
  desk.give(ALICE, parcel(1));
  desk.give(BOB, parcel(1));
  assert.equal(desk.told.length, 1);
  assert.deepEqual(desk.sent(), [`PRUNE>${BOB}`]);
  desk.accept();
  assert.deepEqual(desk.sent(), [`FLOOD>${CAROL}`]);
  assert.deepEqual([...desk.flood.eagerLinks()], [ALICE, CAROL]);
});

test('what was told does not change when the frame it came in does', () => {
  const desk = new Desk([ALICE, BOB]);
  const payload = wire.encodeFlood({ hop: 1, kind: 'bundle', bytes: parcel(7) });
  desk.hear(ALICE, KIND.flood, payload);
  payload.fill(0xff);
  assert.deepEqual(desk.told[0]?.bytes, parcel(7));
  desk.accept();
  assert.deepEqual(wire.decodeFlood(desk.take()[0]?.payload ?? payload).bytes, parcel(7));
});

test('a forged parcel is the fault of the neighbor that passed it on', () => {
  const desk = new Desk([ALICE, EVE]);
  desk.give(EVE, parcel(1));
  desk.flood.refused(idOf(parcel(1)), 'forged', desk.now());
  assert.deepEqual(desk.misconduct, [`${EVE} forgedParcel`]);
});

test('a parcel that only comes announced is asked for after a while, of one after the other', () => {
  const desk = new Desk([ALICE, BOB, CAROL]);
  desk.announce(BOB, [idOf(parcel(1))]);
  desk.announce(CAROL, [idOf(parcel(1))]);
  desk.pass(240);
  assert.deepEqual(desk.sent(), []);
  desk.pass(40);
  assert.deepEqual(desk.sent(), [`GRAFT>${BOB}`]);
  desk.pass(300);
  assert.deepEqual(desk.sent(), [`GRAFT>${CAROL}`]);
  desk.give(CAROL, parcel(1));
  desk.pass(1_000);
  assert.deepEqual(desk.sent(), []);
  assert.equal(desk.told.length, 1);
});

test('when the one that is asked is gone the next is asked at once', () => {
  const desk = new Desk([ALICE, BOB, CAROL]);
  desk.announce(BOB, [idOf(parcel(1))]);
  desk.announce(CAROL, [idOf(parcel(1))]);
  desk.pass(280);
  desk.sent();
  desk.flood.neighborDown(BOB, desk.now(), desk.out);
  assert.deepEqual(desk.sent(), [`GRAFT>${CAROL}`]);
});

test('a hole in the tree is mended with one link, and what is missing is asked for', () => {
  const desk = new Desk([ALICE, BOB]);
  const ids = [1, 2, 3].map((mark) => idOf(parcel(mark)));
  desk.announce(BOB, ids);
  desk.pass(280);
  const grafts = desk.take().map(({ payload }) => wire.decodeGraft(payload).joinsTree);
  assert.deepEqual(grafts, [true, false, false]);
});

test('a GRAFT is answered once, and not for what is not here', () => {
  const desk = new Desk([ALICE, BOB]);
  desk.flood.onFrame(BOB, KIND.prune, new Uint8Array(0), desk.now(), desk.out);
  desk.flood.publish({ kind: 'bundle', bytes: parcel(1) }, desk.now(), desk.out);
  desk.pass(20);
  assert.deepEqual(desk.sent(), [`FLOOD>${ALICE}`, `IHAVE>${BOB}`]);
  const graft = wire.encodeGraft({ id: idOf(parcel(1)), joinsTree: true });
  for (let times = 0; times < 5; times++) desk.hear(BOB, KIND.graft, graft);
  assert.deepEqual(desk.sent(), [`FLOOD>${BOB}`]);
  desk.hear(BOB, KIND.graft, wire.encodeGraft({ id: idOf(parcel(2)), joinsTree: false }));
  assert.deepEqual(desk.sent(), []);
  assert.deepEqual([...desk.flood.eagerLinks()], [ALICE, BOB]);
});

test('after half a minute nobody gets a parcel any more, and after a minute and a half it is forgotten', () => {
  const desk = new Desk([ALICE, BOB]);
  desk.give(ALICE, parcel(1));
  desk.accept();
  desk.sent();
  desk.pass(32_000);
  desk.hear(BOB, KIND.graft, wire.encodeGraft({ id: idOf(parcel(1)), joinsTree: false }));
  assert.deepEqual(desk.sent(), []);
  desk.give(BOB, parcel(1));
  assert.equal(desk.told.length, 1);
  desk.pass(60_000);
  assert.equal(desk.flood.nextDeadline(), null);
  desk.give(BOB, parcel(1));
  assert.equal(desk.told.length, 2);
});

test('what is published is bounded by bytes, the oldest goes first', () => {
  const desk = new Desk([ALICE]);
  const large = 9_000_000;
  for (let mark = 0; mark < 5; mark++) {
    desk.flood.publish({ kind: 'bundle', bytes: parcel(mark, large) }, desk.now(), desk.out);
  }
  desk.sent();
  for (let mark = 0; mark < 5; mark++) {
    const id = idOf(parcel(mark, large));
    desk.hear(ALICE, KIND.graft, wire.encodeGraft({ id, joinsTree: false }));
  }
  assert.equal(desk.sent().length, Math.floor(LIMITS.parcelCacheBytesMax / large));
});

test('large parcels are asked for at once, two of one neighbor at a time', () => {
  const desk = new Desk([ALICE, BOB]);
  const large = [1, 2, 3].map((mark) => parcel(mark, 70_000));
  desk.announce(ALICE, large.map(idOf), 'large');
  assert.deepEqual(desk.sent(), [`GRAFT>${ALICE}`, `GRAFT>${ALICE}`]);
  desk.give(ALICE, parcel(1, 70_000));
  desk.pass(300);
  assert.deepEqual(desk.sent(), [`GRAFT>${ALICE}`]);
});

test('a neighbor that gives no large parcel keeps none from being asked for elsewhere', () => {
  const desk = new Desk([ALICE, EVE]);
  const ids = [1, 2, 3].map((mark) => idOf(parcel(mark, 70_000)));
  desk.announce(EVE, ids, 'large');
  desk.announce(ALICE, ids, 'large');
  assert.deepEqual(desk.sent(), [`GRAFT>${EVE}`, `GRAFT>${EVE}`]);
  desk.pass(300);
  assert.deepEqual(desk.sent(), [`GRAFT>${ALICE}`]);
  desk.pass(14_800);
  assert.deepEqual(desk.sent(), [`GRAFT>${ALICE}`]);
});

test('a node that lost its last way into the tree joins it again', () => {
  const desk = new Desk([ALICE, BOB]);
  desk.give(ALICE, parcel(1));
  desk.accept();
  desk.give(BOB, parcel(1));
  desk.hear(ALICE, KIND.prune, new Uint8Array(0));
  assert.ok(desk.sent().includes(`GRAFT>${ALICE}`));
  assert.deepEqual([...desk.flood.eagerLinks()], [ALICE]);
});

test('announcements of parcels that never come cost the liar its credit, and nobody else anything', () => {
  const desk = new Desk([ALICE, EVE]);
  for (let round = 0; round < 6; round++) {
    const marks = Array.from({ length: 1_000 }, (_, at) => round * 1_000 + at);
    desk.announce(
      EVE,
      marks.map((mark) => idOf(parcel(mark))),
    );
  }
  assert.deepEqual(desk.misconduct, [`${EVE} announcementStorm`]);
  desk.pass(1_000);
  assert.ok(desk.misconduct.includes(`${EVE} brokenPromises`));
  desk.pass(5_000);
  desk.sent();
  desk.announce(EVE, [idOf(parcel(99_999))]);
  desk.announce(ALICE, [idOf(parcel(100_000))]);
  desk.pass(3_000);
  assert.ok(desk.sent().includes(`GRAFT>${ALICE}`));
});

test('who gives another parcel than it was asked for has still to give that', () => {
  const desk = new Desk([ALICE, EVE]);
  desk.announce(EVE, [idOf(parcel(1))]);
  desk.announce(ALICE, [idOf(parcel(1))]);
  desk.pass(280);
  desk.give(EVE, parcel(2));
  desk.pass(300);
  assert.ok(desk.sent().includes(`GRAFT>${ALICE}`));
});

test('GRAFT and PRUNE without end are ignored and told once', () => {
  const desk = new Desk([ALICE, EVE]);
  for (let times = 0; times < 2_000; times++) {
    desk.hear(EVE, KIND.prune, new Uint8Array(0));
    desk.hear(EVE, KIND.graft, wire.encodeGraft({ id: new Uint8Array(16), joinsTree: true }));
  }
  assert.deepEqual(desk.misconduct, [`${EVE} treeStorm`]);
  assert.ok(desk.sent().length <= LIMITS.treeChangesBurst);
});

test('the same parcel again and again is told as misconduct', () => {
  const desk = new Desk([ALICE, EVE]);
  for (let times = 0; times < LIMITS.duplicatesBurst + 10; times++) desk.give(EVE, parcel(1));
  assert.deepEqual(desk.misconduct, [`${EVE} duplicates`]);
  assert.equal(desk.told.length, 1);
});

test('frames that cannot be are malformed', () => {
  const desk = new Desk([EVE]);
  const valid = wire.encodeFlood({ hop: 1, kind: 'application', bytes: parcel(1) });
  for (const [at, value] of [
    [0, 0],
    [0, LIMITS.floodHopsMax + 1],
    [1, 0],
    [1, 4],
  ] as const) {
    const payload = valid.slice();
    payload[at] = value;
    assert.throws(() => desk.hear(EVE, KIND.flood, payload), MalformedBytes);
  }
  const tooLong = new Uint8Array(LIMITS.broadcastBytesMax + 1_000).fill(2);
  assert.throws(() => desk.hear(EVE, KIND.flood, tooLong), MalformedBytes);
  assert.throws(() => desk.hear(EVE, KIND.flood, Uint8Array.of(1, 1)), MalformedBytes);
  assert.throws(() => desk.hear(EVE, KIND.iHave, new Uint8Array(0)), MalformedBytes);
  assert.throws(() => desk.hear(EVE, KIND.iHave, new Uint8Array(17)), MalformedBytes);
  assert.throws(() => desk.hear(EVE, KIND.prune, Uint8Array.of(0)), MalformedBytes);
  assert.throws(() => desk.hear(EVE, KIND.greet, Uint8Array.of(0)), MalformedBytes);
});

test('of a link that is no neighbor nothing is taken', () => {
  const desk = new Desk([ALICE]);
  desk.give(EVE, parcel(1));
  assert.equal(desk.told.length, 0);
});

test('no records go to a neighbor that does not agree on who belongs, or come from it, until it does', () => {
  const desk = new Desk([ALICE, BOB]);
  desk.flood.setUnlike(BOB, true);
  desk.give(BOB, new Uint8Array(10));
  assert.equal(desk.told.length, 0);
  desk.give(ALICE, new Uint8Array(10));
  assert.equal(desk.told.length, 1, 'another one may bring the same');
  const [parcel] = desk.told;
  assert.ok(parcel !== undefined);
  desk.flood.accepted(parcel.id, desk.now(), desk.out);
  assert.deepEqual(desk.sent(), []);
  desk.hear(BOB, KIND.graft, wire.encodeGraft({ id: parcel.id, joinsTree: false }));
  assert.deepEqual(desk.sent(), [], 'not even when it asks');
  const own = { kind: 'bundle', bytes: new Uint8Array(20) } as const;
  assert.equal(desk.flood.publish(own, desk.now(), desk.out), 1);
  desk.take();
  const chain = { kind: 'membership', bytes: new Uint8Array(20) } as const;
  assert.equal(desk.flood.publish(chain, desk.now(), desk.out), 2, 'who belongs goes on');
  desk.take();
  desk.flood.setUnlike(BOB, false);
  const later = { kind: 'bundle', bytes: new Uint8Array(30) } as const;
  assert.equal(desk.flood.publish(later, desk.now(), desk.out), 2);
});
