// What a removal does in a simulated group: how long it takes until nobody has a link with the removed member,
// and how many replicas keep what it published beyond what counts, after a partition was healed.

import { bytesKey, equalBytes } from '../../src/core/base/bytes.ts';
import { MembershipActs } from '../../src/sim/life/membership-acts.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import type { SimWorld } from '../../src/sim/sim-world.ts';
import { GossipGroup } from './group.ts';
import type { Metrics } from './works.ts';

/** Published before the removal, and seen by whoever removes. */
const KEPT = 5;
/** Published where nobody knows of it. */
const BEYOND = 5;
/** With the removed one, of a hundred: it takes them with it into the partition. */
const PARTED_SHARE = 0.1;
/** Steps in which is looked. */
const STEP_SECONDS = 0.005;
const LONGEST_SECONDS = 30;
const HEALING_SECONDS = 60;

/** By the founder, who is a neighbor of the removed one by chance alone. */
export function removal(nodes: number, seed: number): Metrics {
  const group = new GossipGroup(nodes, seed);
  const { world } = group;
  const acts = new MembershipActs(world);
  const [founder = group.someone(), connected = group.someone(), parted = group.someone()] =
    world.nodes;
  group.publish(1, 'many');
  return {
    ...removeConnected(acts, founder, connected),
    ...removeParted(group, acts, { founder, parted }),
  };
}

function removeConnected(acts: MembershipActs, founder: SimNode, target: SimNode): Metrics {
  const { world } = acts;
  const before = linksWith(world, target);
  const beganMs = world.nowMs;
  acts.remove(founder, target);
  const isOver = (): boolean => world.nowMs - beganMs >= 1_000 * LONGEST_SECONDS;
  while (linksWith(world, target) > 0 && !isOver()) world.runFor({ seconds: STEP_SECONDS });
  const linksClosedSeconds = (world.nowMs - beganMs) / 1_000;
  while (!isKnownEverywhere(world, target) && !isOver()) world.runFor({ seconds: STEP_SECONDS });
  const knownSeconds = (world.nowMs - beganMs) / 1_000;
  return { linksBefore: before, linksClosedSeconds, knownEverywhereSeconds: knownSeconds };
}

function removeParted(
  group: GossipGroup,
  acts: MembershipActs,
  { founder, parted }: { readonly founder: SimNode; readonly parted: SimNode },
): Metrics {
  const { world } = group;
  for (let at = 0; at < KEPT; at += 1) group.publishBy(parted);
  world.runFor({ seconds: 5 });
  const others = world.running.filter((node) => node !== parted && node !== founder);
  const away = [parted, ...others.slice(0, Math.round(world.nodes.length * PARTED_SHARE))];
  const rest = world.nodes.filter((node) => !away.includes(node));
  const heal = world.part(away, rest);
  for (let at = 0; at < BEYOND; at += 1) group.publishBy(parted);
  world.runFor({ seconds: 5 });
  const beyond = away.filter((node) => recordsOf(node, parted) === KEPT + BEYOND).length;
  acts.remove(founder, parted);
  world.runFor({ seconds: 5 });
  heal();
  world.runFor({ seconds: HEALING_SECONDS });
  const replicas = world.nodes.filter(({ status }) => status.state === 'online');
  return {
    replicasBeyondBefore: beyond,
    replicasBeyond: replicas.filter((node) => recordsOf(node, parted) > KEPT).length,
    replicasThatLost: replicas.filter((node) => recordsOf(node, parted) < KEPT).length,
    linksAfterHealing: linksWith(world, parted),
  };
}

/** Ends of open links, neighbors or not, at both sides. */
function linksWith(world: SimWorld, target: SimNode): number {
  let links = 0;
  for (const node of world.nodes) {
    for (const end of node.links?.ends ?? []) {
      const isOfTarget = node === target || end.far?.owner === target.links;
      if (end.isOpen && isOfTarget) links += 1;
    }
  }
  return links;
}

function isKnownEverywhere(world: SimWorld, target: SimNode): boolean {
  return world.running.every((node) => node.security?.removalOf(target.membership) !== null);
}

function recordsOf({ disk }: SimNode, { membership: { publicKey } }: SimNode): number {
  const ids = new Set<string>();
  for (const versions of [disk.records, disk.shadows]) {
    for (const { record } of versions.values()) {
      if (equalBytes(record.author, publicKey)) ids.add(bytesKey(record.id));
    }
  }
  return ids.size;
}
