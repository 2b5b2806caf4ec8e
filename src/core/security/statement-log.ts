// The statements that are held, in the order in which they came. Only ever added to, so that each state can look
// at its own beginning of one log, and a new state costs nothing.

import { bytesKey } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { StatementBody, StatementKind } from '../domain/security.ts';
import type { HeldStatement } from './held-statement.ts';
import { weightOf } from './quota.ts';

interface Placed {
  readonly held: HeldStatement;
  readonly at: number;
}

class StatementLog {
  readonly #all: HeldStatement[] = [];
  readonly #placeByKey = new Map<string, number>();
  readonly #byKind = new Map<StatementKind, Placed[]>();
  readonly #byOffer = new Map<string, Placed[]>();
  readonly #sumByShare = new Map<string, number>();
  #isCrowded = false;

  /** One that is not held yet. */
  add(held: HeldStatement): void {
    const placed = { held, at: this.#all.length };
    this.#all.push(held);
    this.#placeByKey.set(held.key, placed.at);
    const { body } = held.statement;
    push(this.#byKind, body.kind, placed);
    const offer = offerNamedBy(body);
    if (offer !== null) push(this.#byOffer, `${body.kind} ${bytesKey(offer)}`, placed);
    this.#weigh(held);
  }

  get length(): number {
    return this.#all.length;
  }

  /** True when some of what is held may be more than its signers may have. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  at(place: number): HeldStatement | undefined {
    return this.#all[place];
  }

  placeOf(key: string): number | undefined {
    return this.#placeByKey.get(key);
  }

  ofKind(kind: StatementKind, count: number): readonly HeldStatement[] {
    return heldBefore(this.#byKind.get(kind), count);
  }

  aboutOffer(name: string, count: number): readonly HeldStatement[] {
    return heldBefore(this.#byOffer.get(name), count);
  }

  first(count: number): readonly HeldStatement[] {
    return this.#all.slice(0, count);
  }

  /** Errs on the side of being crowded: what does not count is counted as well. Revocations are not. */
  #weigh(held: HeldStatement): void {
    const { kind } = held.statement.body;
    const weight = weightOf(held);
    // One signer alone may have written all of a branch, so that what is enough for one is not too much for it.
    this.#count(`${kind} ${held.branch}`, weight, LIMITS.statementsPerSignerMax);
    if (kind === 'offer') this.#count(`each ${held.branch}`, 1, LIMITS.offersPerSignerMax);
    this.#count(kind, weight, LIMITS.statementsMax);
  }

  #count(share: string, weight: number, max: number): void {
    const sum = (this.#sumByShare.get(share) ?? 0) + weight;
    this.#sumByShare.set(share, sum);
    if (sum > max) this.#isCrowded = true;
  }
}

/** What of a log is here. Never changes. */
export class StatementView {
  readonly #log: StatementLog;
  readonly #count: number;

  private constructor(log: StatementLog, count: number) {
    this.#log = log;
    this.#count = count;
  }

  get isCrowded(): boolean {
    return this.#log.isCrowded;
  }

  has(key: string): boolean {
    return this.find(key) !== null;
  }

  find(key: string): HeldStatement | null {
    const place = this.#log.placeOf(key);
    if (place === undefined || place >= this.#count) return null;
    return this.#log.at(place) ?? null;
  }

  ofKind(kind: StatementKind): readonly HeldStatement[] {
    return this.#log.ofKind(kind, this.#count);
  }

  /** Those that name the offer with this `bytesKey` of its digest. */
  aboutOffer(offer: string, kind: 'admission' | 'offerEnd'): readonly HeldStatement[] {
    return this.#log.aboutOffer(`${kind} ${offer}`, this.#count);
  }

  all(): readonly HeldStatement[] {
    return this.#log.first(this.#count);
  }

  /** The same with one more at the end. */
  with(held: HeldStatement): StatementView {
    if (this.#log.length !== this.#count) return StatementView.of([...this.all(), held]);
    this.#log.add(held);
    return new StatementView(this.#log, this.#count + 1);
  }

  static of(all: readonly HeldStatement[]): StatementView {
    const log = new StatementLog();
    for (const held of all) log.add(held);
    return new StatementView(log, log.length);
  }
}

export function offerNamedBy(body: StatementBody): Uint8Array | null {
  const isAboutOffer =
    body.kind === 'admission' || body.kind === 'offerEnd' || body.kind === 'share';
  return isAboutOffer ? body.offer : null;
}

function push<Key>(map: Map<Key, Placed[]>, key: Key, placed: Placed): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [placed]);
  else list.push(placed);
}

function heldBefore(
  placed: readonly Placed[] | undefined,
  count: number,
): readonly HeldStatement[] {
  if (placed === undefined) return [];
  const held: HeldStatement[] = [];
  for (const each of placed) {
    if (each.at >= count) break;
    held.push(each.held);
  }
  return held;
}
