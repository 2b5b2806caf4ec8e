// Elements that one side of a link has and the other did not take, and why: they are not asked for and
// not sent again for a while, and are what a neighbor lags by. Bounded; the oldest is forgotten, which
// costs its being sent once more.

import { bytesKey } from '../../base/bytes.ts';
import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { RefusedBecause, RefusedElement } from '../../wire/sync.ts';

/** After this time it is tried again, for a quota may have room now, and a clock may be right. A guess. */
const REMEMBERED_MS = 600_000;
/** The same for what could not be stored, which says nothing about it: a disk has room again at any time. */
const REMEMBERED_SHORTLY_MS = 15_000;
const PREFIX_BYTES = 8;
/** Of those that a lag counts. */
const NAMED_MAX = 16;
/** What is not told is not remembered there, and sent once more. */
const TOLD_MAX = 1_024;

/** A better version is here already, so nothing is lacking. */
export const SUPERSEDED = 'superseded';
/** Something is missing to judge it, which may still come. */
export const PENDING = 'pending';

/** What one of two neighbors still has to get from the other, and why it has not. */
export interface SyncLag {
  /** A code of docs/errors.md, or `pending` for what is under way. */
  readonly code: string;
  /** `here`: we did not take them. `there`: the neighbor did not. */
  readonly side: 'here' | 'there';
  /** 12 bytes each; the first of them when there are many. */
  readonly elements: readonly Uint8Array[];
  readonly count: number;
}

interface Remembered {
  readonly element: Uint8Array;
  readonly code: string;
  readonly at: Instant;
}

export class RefusedMemory {
  readonly #byPrefix = new Map<string, Remembered>();
  /** Those of them that are pending. */
  readonly #pending = new Set<string>();

  get size(): number {
    return this.#byPrefix.size;
  }

  add(element: Uint8Array, code: string, now: Instant): void {
    const key = keyOf(element);
    this.#forget(key);
    if (this.#byPrefix.size >= LIMITS.syncRefusedMax) {
      const [oldest] = this.#byPrefix.keys();
      if (oldest !== undefined) this.#forget(oldest);
    }
    this.#byPrefix.set(key, { element: element.slice(), code, at: now });
    if (code === PENDING) this.#pending.add(key);
  }

  has(element: Uint8Array, now: Instant): boolean {
    const key = keyOf(element);
    const known = this.#byPrefix.get(key);
    if (known === undefined) return false;
    if (now - known.at < rememberedMs(known.code)) return true;
    this.#forget(key);
    return false;
  }

  /** How long from the last refusal on nothing of it is tried again. */
  get quietMs(): number {
    const times = [...this.#byPrefix.values()].map(({ code }) => rememberedMs(code));
    return Math.min(REMEMBERED_MS, ...times);
  }

  delete(element: Uint8Array): void {
    this.#forget(keyOf(element));
  }

  /** What was missing may have come. */
  forgetPending(): void {
    for (const key of this.#pending) this.#forget(key);
  }

  clear(): void {
    this.#byPrefix.clear();
    this.#pending.clear();
  }

  /** One for each reason; nothing for what is of no use any more. */
  lags(side: SyncLag['side']): readonly SyncLag[] {
    const found = new Map<string, { elements: Uint8Array[]; count: number }>();
    for (const { element, code } of this.#byPrefix.values()) {
      if (code === SUPERSEDED) continue;
      const lag = found.get(code) ?? { elements: [], count: 0 };
      found.set(code, lag);
      lag.count += 1;
      if (lag.elements.length < NAMED_MAX) lag.elements.push(element.slice());
    }
    return [...found].map(([code, lag]) => ({ code, side, ...lag }));
  }

  /** What the far end is told: what was refused, not what is of no use or may still be taken. */
  toTell(): readonly RefusedElement[] {
    const told: RefusedElement[] = [];
    for (const { element, code } of this.#byPrefix.values()) {
      if (code === SUPERSEDED || code === PENDING) continue;
      told.push({ prefix: element.slice(0, PREFIX_BYTES), because: refusedBecause(code) });
      if (told.length === TOLD_MAX) break;
    }
    return told;
  }

  #forget(key: string): void {
    this.#byPrefix.delete(key);
    this.#pending.delete(key);
  }
}

/** What a judge says, in the few words that the far end needs. */
function refusedBecause(code: string): RefusedBecause {
  if (isOfOurs(code)) return 'notStored';
  if (code === 'QUOTA_EXCEEDED') return 'quota';
  if (code === 'RECORD_EXPIRED' || code === 'EXPIRATION_INVALID') return 'expired';
  if (code === 'NOT_AUTHORIZED' || code.startsWith('MEMBERSHIP_')) return 'notAuthorized';
  return 'invalid';
}

/** The other way round. */
export function codeOf(because: RefusedBecause): string {
  return CODES[because];
}

const CODES: Readonly<Record<RefusedBecause, string>> = {
  quota: 'QUOTA_EXCEEDED',
  expired: 'RECORD_EXPIRED',
  notAuthorized: 'NOT_AUTHORIZED',
  invalid: 'RECORD_INVALID',
  notStored: 'STORAGE_FAILED',
};

function rememberedMs(code: string): number {
  return isOfOurs(code) ? REMEMBERED_SHORTLY_MS : REMEMBERED_MS;
}

function isOfOurs(code: string): boolean {
  return /^(STORAGE|DATABASE|GROUP)_/.test(code);
}

function keyOf(element: Uint8Array): string {
  return bytesKey(element.subarray(0, PREFIX_BYTES));
}
