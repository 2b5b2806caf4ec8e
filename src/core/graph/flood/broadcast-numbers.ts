// Which broadcasts of each node were here, and how many of it there may be. Bounded for each member,
// who could call itself any number of nodes; whoever is silent for longer than a broadcast is fresh is
// forgotten, and of too many nodes the one silent for longest.

import { bytesKey } from '../../base/bytes.ts';
import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import { TokenBucket } from '../token-bucket.ts';

interface Broadcaster {
  readonly rate: TokenBucket;
  readonly member: string;
  /** Those of the window below the highest. */
  readonly sequences: Set<number>;
  highest: number;
  sentAt: Instant;
}

/** Twice as long as a broadcast may be old: what is replayed later is not fresh. */
const FORGOTTEN_MS = 1_200_000;

export class BroadcastNumbers {
  /** The one silent for longest first. */
  readonly #broadcasterByNode = new Map<string, Broadcaster>();
  readonly #nodesByMember = new Map<string, number>();

  isSeen(publicKey: Uint8Array, nodeId: bigint, sequence: number): boolean {
    const broadcaster = this.#broadcasterByNode.get(keyOf(publicKey, nodeId));
    if (broadcaster === undefined) return false;
    const isOld = sequence <= broadcaster.highest - LIMITS.broadcastWindow;
    return isOld || broadcaster.sequences.has(sequence);
  }

  /** Whether `take` would be false whatever the sequence: then its signature need not be checked. */
  isSpent(publicKey: Uint8Array, nodeId: bigint, now: Instant): boolean {
    this.#forgetSilent(now);
    const broadcaster = this.#broadcasterByNode.get(keyOf(publicKey, nodeId));
    if (broadcaster !== undefined) return broadcaster.rate.isEmpty(now);
    const nodes = this.#nodesByMember.get(bytesKey(publicKey)) ?? 0;
    return nodes >= LIMITS.broadcastersPerMemberMax;
  }

  /** False when the node sent too many, or the member is too many nodes. */
  take(publicKey: Uint8Array, nodeId: bigint, sequence: number, now: Instant): boolean {
    const key = keyOf(publicKey, nodeId);
    this.#forgetSilent(now);
    const broadcaster = this.#broadcasterByNode.get(key) ?? this.#newBroadcaster(publicKey, now);
    if (broadcaster === null) return false;
    this.#broadcasterByNode.delete(key);
    this.#broadcasterByNode.set(key, broadcaster);
    broadcaster.sentAt = now;
    if (!broadcaster.rate.take(now)) return false;
    note(broadcaster, sequence);
    this.#forgetOldest();
    return true;
  }

  /** Null when the member has as many nodes as it may, all of which sent lately. */
  #newBroadcaster(publicKey: Uint8Array, now: Instant): Broadcaster | null {
    const member = bytesKey(publicKey);
    const count = this.#nodesByMember.get(member) ?? 0;
    if (count >= LIMITS.broadcastersPerMemberMax) return null;
    this.#nodesByMember.set(member, count + 1);
    const rate = new TokenBucket(LIMITS.broadcastsBurst, LIMITS.broadcastsPerSecond);
    return { rate, member, sequences: new Set(), highest: 0, sentAt: now };
  }

  /** A member whose process starts often would otherwise use up its nodes. */
  #forgetSilent(now: Instant): void {
    for (const [key, { sentAt }] of this.#broadcasterByNode) {
      if (now - sentAt < FORGOTTEN_MS) return;
      this.#forget(key);
    }
  }

  #forgetOldest(): void {
    for (const key of this.#broadcasterByNode.keys()) {
      if (this.#broadcasterByNode.size <= LIMITS.broadcastersMax) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    const member = this.#broadcasterByNode.get(key)?.member;
    if (member === undefined) return;
    this.#broadcasterByNode.delete(key);
    const count = this.#nodesByMember.get(member) ?? 1;
    if (count > 1) this.#nodesByMember.set(member, count - 1);
    else this.#nodesByMember.delete(member);
  }
}

function note(broadcaster: Broadcaster, sequence: number): void {
  const { sequences } = broadcaster;
  sequences.add(sequence);
  broadcaster.highest = Math.max(broadcaster.highest, sequence);
  if (sequences.size <= LIMITS.broadcastWindow) return;
  for (const each of sequences) {
    if (each <= broadcaster.highest - LIMITS.broadcastWindow) sequences.delete(each);
  }
}

function keyOf(publicKey: Uint8Array, nodeId: bigint): string {
  return bytesKey(publicKey) + nodeId.toString(16);
}
