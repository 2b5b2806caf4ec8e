// What gossip measures, each in a group of its own.

import { LIMITS } from '../../src/core/domain/limits.ts';
import { FRAME_HEADER_BYTES } from '../../src/core/wire/frame.ts';
import type { MeasuresReport } from '../../src/sim/measures.ts';
import { GossipGroup } from './group.ts';

export type Metrics = Readonly<Record<string, number>>;

/** As long as a card lasts until it is renewed, so that each is renewed once. */
const IDLE_SECONDS = 150;
const RECORDS = 30;
/** Anti-entropy has so long until everybody has what the flood has missed. */
const HEALING_SECONDS = 30;

/** What others are told about who is there. */
const PRESENCE_FRAMES: readonly string[] = ['presence', 'roster'];

const IHAVE_FRAME = 'iHave';
/** An id and a hop. */
const ANNOUNCED_BYTES = 17;

/** Kills, and how long after them something is published. */
const KILLS: readonly { readonly share: number; readonly waitSeconds: number }[] = [
  { share: 0.5, waitSeconds: 3 },
  { share: 0.8, waitSeconds: 5 },
  { share: 0.9, waitSeconds: 10 },
  { share: 0.95, waitSeconds: 10 },
];

/** At peace: nobody publishes, then one member, then everybody. */
export function atPeace(nodes: number, seed: number): Metrics {
  const group = new GossipGroup(nodes, seed);
  const idle = group.idle(IDLE_SECONDS);
  const one = group.publish(RECORDS, 'one');
  const many = group.publish(RECORDS, 'many');
  const idleAgain = group.idle(IDLE_SECONDS);
  const each = (report: MeasuresReport, kinds: readonly string[]): number =>
    kinds.reduce((sum, kind) => sum + (report.trafficByKind[kind]?.bytes ?? 0), 0) /
    (nodes * report.seconds);
  const { bytes = 0, frames = 0 } = one.trafficByKind[IHAVE_FRAME] ?? {};
  const links = group.linksOfEach;
  return {
    presenceBytesPerNode: each(idle, PRESENCE_FRAMES),
    // Now there is a tree, along which cards are renewed.
    presenceAlongTreeBytesPerNode: each(idleAgain, PRESENCE_FRAMES),
    idleBytesPerNode: each(idle, Object.keys(idle.trafficByKind)),
    redundancyOneSender: one.floodedPerDelivery - 1,
    redundancyManySenders: many.floodedPerDelivery - 1,
    lastHopOneSender: one.hopsMax,
    lastHopManySenders: many.hopsMax,
    p99DeliveryOneSenderMs: one.deliveryMsP99,
    p99DeliveryMs: many.deliveryMsP99,
    lastDeliveryMs: many.lastDeliveryMsMedian,
    linksOfEach: links,
    announcedBytesPerNode: bytes / (nodes * one.records),
    // Two of the links of each, in the mean, belong to the tree; the heads of frames are not counted.
    announcedOverLeast:
      (bytes - FRAME_HEADER_BYTES * frames) / (nodes * one.records * (links - 2) * ANNOUNCED_BYTES),
    missedShare: 1 - group.reach().now(),
  };
}

/** Many end at once, and what is published a little later reaches the others. */
export function afterKills(nodes: number, seed: number): Metrics {
  const metrics: Record<string, number> = {};
  for (const { share, waitSeconds } of KILLS) {
    const group = new GossipGroup(nodes, seed);
    group.publish(1, 'one');
    group.kill(share);
    group.world.runFor({ seconds: waitSeconds });
    const percent = Math.round(100 * share);
    const { byFlood, now } = group.reach();
    metrics[`reached${percent}Percent`] = 100 * byFlood;
    group.world.runFor({ seconds: HEALING_SECONDS });
    metrics[`reachedLater${percent}Percent`] = 100 * now();
  }
  return metrics;
}

/** What is published at the moment in which half of the group ends. */
export function duringKills(nodes: number, seed: number): Metrics {
  const group = new GossipGroup(nodes, seed);
  group.publish(1, 'one');
  const author = group.someone();
  group.publishBy(author);
  group.world.runFor({ seconds: 0.02 });
  while (group.world.running.length > nodes / 2) {
    const victim = group.someone();
    if (victim !== author) victim.kill();
  }
  const having = (): number => {
    const { running } = group.world;
    const same = running.filter(({ disk }) => disk.fingerprint === author.disk.fingerprint);
    return (100 * same.length) / running.length;
  };
  group.world.runFor({ seconds: 3 });
  const byFlood = having();
  group.world.runFor({ seconds: HEALING_SECONDS - 3 });
  const later = having();
  const redundancy: number[] = [];
  for (let at = 0; at < 10; at += 1) {
    group.world.measures.begin(group.world.nowMs);
    group.publishBy(group.someone());
    group.world.runFor({ seconds: 3 });
    redundancy.push(group.world.measures.report(group.world.nowMs).floodedPerDelivery - 1);
  }
  const [first = 0] = redundancy;
  return {
    reachedPercent: byFlood,
    reachedLaterPercent: later,
    redundancyFirst: first,
    redundancyTenth: redundancy.at(-1) ?? 0,
  };
}

const WRITES = 1_000;
const PARTED_SECONDS = 600;
/** All but the records themselves and what they need to be judged. */
const PAYLOAD_FRAMES: readonly string[] = ['bundle', 'membership', 'flood'];

/** Two halves that cannot reach each other write, and find together again. */
export function afterPartition(nodes: number, seed: number): Metrics {
  const group = new GossipGroup(nodes, seed);
  const { world } = group;
  const middle = Math.floor(world.nodes.length / 2);
  const halves = [world.nodes.slice(0, middle), world.nodes.slice(middle)] as const;
  const heal = world.part(halves[0], halves[1]);
  for (let at = 0; at < WRITES; at += 1) {
    for (const half of halves) {
      const author = half[at % half.length];
      if (author !== undefined) group.publishBy(author);
    }
    world.runFor({ seconds: PARTED_SECONDS / WRITES });
  }
  heal();
  world.measures.begin(world.nowMs);
  const beganMs = world.nowMs;
  const linked = (): boolean =>
    halves[0].some(({ neighbors }) =>
      neighbors.some(({ member }) =>
        halves[1].some(({ place }) => place.villager.membership.member === member),
      ),
    );
  const untilLinked = world.runUntil(linked, { seconds: LIMITS.syncIntervalMs / 1_000 });
  const untilEqual = world.runUntil(() => world.isConverged, { seconds: 120 });
  const report = world.measures.report(world.nowMs);
  const control = Object.entries(report.trafficByKind)
    .filter(([kind]) => !PAYLOAD_FRAMES.includes(kind))
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
  return {
    linkedMs: 1_000 * (untilLinked ?? Number.NaN),
    equalAfterLinkMs: 1_000 * (untilEqual ?? Number.NaN),
    equalMs: world.nowMs - beganMs,
    /** Each member of a half lacked what the other half has written. */
    eachBytes: control / (nodes * WRITES),
  };
}
