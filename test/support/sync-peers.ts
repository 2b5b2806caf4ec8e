// Peers that have records and nothing else, and the frames between them: what reconciling needs, without
// stores and signatures. Records here are an id, an element and a time; a bundle carries some of them.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { bytesKey, concatBytes } from '../../src/core/base/bytes.ts';
import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { type LinkId, linkIdOf } from '../../src/core/domain/links.ts';
import { type LinkEffect, Outbox } from '../../src/core/graph/outbox.ts';
import { ElementIndex } from '../../src/core/graph/sync/element-index.ts';
import { Reconciler } from '../../src/core/graph/sync/reconciler.ts';
import { PENDING, type SyncLag } from '../../src/core/graph/sync/refused-memory.ts';
import type { SecurityOutcome } from '../../src/core/graph/sync/security-exchange.ts';
import { FRAME_HEADER_BYTES, KIND, payloadBytesMax } from '../../src/core/wire/frame.ts';
import { decodeMembership, encodeMembership } from '../../src/core/wire/sync.ts';

const RECORD_BYTES = 36;
/** As large as bundles are in tests of back-pressure. */
const BUNDLE_RECORDS = 50;

export interface TestRecord {
  readonly id: Uint8Array;
  readonly element: Uint8Array;
  readonly modifiedAt: number;
}

/** The same number, the same record; a version of it is another element of one id. */
export function testRecord(number: number, version = 1): TestRecord {
  const id = new Uint8Array(hash('sha256', `record ${number}`, 'buffer')).slice(0, 16);
  const digest = new Uint8Array(hash('sha256', `version ${version} of ${number}`, 'buffer'));
  return { id, element: digest.slice(0, 12), modifiedAt: 1_000 * version + (number % 1_000_000) };
}

export function put(index: ElementIndex, { id, element, modifiedAt }: TestRecord): void {
  index.put(id, element, modifiedAt);
}

export class SyncPeer {
  readonly index = new ElementIndex();
  readonly chains = new Map<string, readonly Uint8Array[]>();
  readonly reconciler: Reconciler;
  readonly told: string[] = [];
  readonly out = new Outbox<unknown>();
  lags: readonly SyncLag[] = [];
  /** A chain that this peer keeps back, whatever it lists. */
  keepsBack: (chain: readonly Uint8Array[]) => boolean = () => false;
  /** What it does with a chain that comes. */
  judges: (chain: readonly Uint8Array[]) => SecurityOutcome | 'ignored' = () => 'settled';
  /** Why a record is not taken here, `pending` for what cannot be judged yet; null for one that is. */
  refuses: (record: TestRecord) => string | null = () => null;
  readonly #arrivals: { readonly link: LinkId; readonly act: (now: Now) => void }[] = [];

  constructor(records: Iterable<TestRecord> = [], chains: readonly number[] = [0]) {
    for (const record of records) put(this.index, record);
    this.reconciler = new Reconciler({
      index: this.index,
      source: {
        bundlesOf: (ids, bytesMax) => this.bundlesOf(ids, bytesMax),
        listed: () => [...this.chains.values()].map(digestOfChain),
        inSendingOrder: (digests) => digests,
        securityOf: (digest) => this.#securityOf(digest),
      },
      digestOf: ({ payload }) => digestOfChain(decodeMembership(payload)),
      crypto: nodeCrypto,
      chance: { bytes: (length) => new Uint8Array(length).fill(7) },
      listener: {
        onBundle: (link, payload) => this.#onBundle(link, payload.slice()),
        onSecurity: (link, { payload, digest }) => {
          const chain = decodeMembership(payload.slice());
          this.#arrivals.push({ link, act: (now) => this.#judgeChain(link, digest, chain, now) });
        },
        onUnlike: (link, isUnlike) => this.told.push(`${isUnlike ? 'unlike' : 'alike'} ${link}`),
        onWithheld: (link) => this.told.push(`withheld ${link}`),
        onProgress: () => undefined,
        onSynced: (link) => this.told.push(`synced ${link}`),
        onLag: (link, lags) => {
          this.lags = lags;
          this.told.push(`lag ${link}`);
        },
      },
    });
    for (const chain of chains) this.addChain(chain);
  }

  addChain(number: number): void {
    const chain = chainNumber(number);
    this.chains.set(bytesKey(digestOfChain(chain)), chain);
    this.reconciler.securityChanged();
  }

  /** It counts no more. */
  removeChain(number: number): void {
    this.chains.delete(bytesKey(digestOfChain(chainNumber(number))));
    this.reconciler.securityChanged();
  }

  #securityOf(digest: Uint8Array) {
    const chain = this.chains.get(bytesKey(digest));
    if (chain === undefined || this.keepsBack(chain)) return null;
    return { frame: KIND.membership, payload: encodeMembership(chain) };
  }

  #judgeChain(link: LinkId, digest: Uint8Array, chain: readonly Uint8Array[], now: Now): void {
    const verdict = this.judges(chain);
    if (verdict === 'settled') this.chains.set(bytesKey(digest), chain);
    this.reconciler.securityChanged();
    const outcome = verdict === 'ignored' ? 'settled' : verdict;
    this.reconciler.onSecurityJudged({ link, digest, outcome }, now, this.out);
  }

  get hasArrivals(): boolean {
    return this.#arrivals.length > 0;
  }

  /** What came is judged now. */
  judge(now: Now): void {
    for (const { act } of this.#arrivals.splice(0)) act(now);
  }

  #onBundle(link: LinkId, payload: Uint8Array): void {
    this.#arrivals.push({
      link,
      act: (now) => {
        const accepted: Uint8Array[] = [];
        const superseded: Uint8Array[] = [];
        const refused: { element: Uint8Array; code: string }[] = [];
        const deferred: Uint8Array[] = [];
        for (const record of recordsOf(payload)) {
          const code = this.refuses(record);
          const mine = this.#timeOf(record.id);
          if (code === PENDING) deferred.push(record.element);
          else if (code !== null) refused.push({ element: record.element, code });
          else if (mine >= record.modifiedAt) superseded.push(record.element);
          else {
            put(this.index, record);
            accepted.push(record.element);
          }
        }
        const outcome = { accepted, superseded, refused, deferred };
        this.reconciler.onJudged(link, outcome, now, this.out);
      },
    });
  }

  #timeOf(id: Uint8Array): number {
    const element = this.index.elementOf(id);
    if (element === null) return -1;
    return this.index.timeOf(id) ?? -1;
  }

  bundlesOf(ids: readonly Uint8Array[], bytesMax = Number.POSITIVE_INFINITY) {
    const bundles: Uint8Array[] = [];
    let bytes = 0;
    let taken = 0;
    while (taken < ids.length && (taken === 0 || bytes < bytesMax)) {
      const some = ids.slice(taken, taken + BUNDLE_RECORDS);
      taken += some.length;
      const parts = some.flatMap((id) => {
        const element = this.index.elementOf(id);
        return element === null ? [] : [packed(id, element, this.index.timeOf(id) ?? 0)];
      });
      if (parts.length === 0) continue;
      const bundle = concatBytes(parts);
      bytes += bundle.length;
      bundles.push(bundle);
    }
    return { bundles, taken };
  }
}

function packed(id: Uint8Array, element: Uint8Array, modifiedAt: number): Uint8Array {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setFloat64(0, modifiedAt);
  return concatBytes([id, element, time]);
}

function recordsOf(bundle: Uint8Array): readonly TestRecord[] {
  return Array.from({ length: bundle.length / RECORD_BYTES }, (_, at) => {
    const bytes = bundle.slice(at * RECORD_BYTES, (at + 1) * RECORD_BYTES);
    const modifiedAt = new DataView(bytes.buffer).getFloat64(28);
    return { id: bytes.slice(0, 16), element: bytes.slice(16, 28), modifiedAt };
  });
}

function chainNumber(number: number): readonly Uint8Array[] {
  return [Uint8Array.of(1, 2), Uint8Array.of(number >>> 16, number >>> 8, number)];
}

function digestOfChain(chain: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(hash('sha256', concatBytes(chain), 'buffer'));
}

interface Cable {
  readonly link: LinkId;
  readonly peers: readonly [SyncPeer, SyncPeer];
}

interface Travelling {
  readonly to: SyncPeer;
  readonly link: LinkId;
  readonly frame: number;
  readonly payload: Uint8Array;
}

/** Links between peers; a frame travels for one turn, and is judged in the turn in which it comes. */
export class SyncNet {
  nowMs = 1_000;
  /** Of all frames but records and chains, with their headers. */
  controlBytes = 0;
  turns = 0;
  /** The platform takes what is sent; false for a far end that does not read. */
  isDrained = true;
  onTurn: (turn: number) => void = () => undefined;
  readonly frames: number[] = [];
  readonly #cables = new Map<LinkId, Cable>();
  #travelling: Travelling[] = [];
  #draining: { readonly peer: SyncPeer; readonly link: LinkId }[] = [];
  #links = 0;

  get now(): Now {
    return { instant: instantOf(this.nowMs), wallTime: wallTimeOf(this.nowMs) };
  }

  /** The first dialed. */
  connect(first: SyncPeer, second: SyncPeer): LinkId {
    const link = linkIdOf(++this.#links);
    this.#cables.set(link, { link, peers: [first, second] });
    const [one, other] = [first.reconciler.ownHeads(), second.reconciler.ownHeads()];
    first.reconciler.neighborUp({ link, weDialed: true, heads: other }, this.now, first.out);
    second.reconciler.neighborUp({ link, weDialed: false, heads: one }, this.now, second.out);
    this.#collect(first);
    this.#collect(second);
    return link;
  }

  cut(link: LinkId): void {
    const cable = this.#cables.get(link);
    assert.ok(cable !== undefined);
    this.#cables.delete(link);
    this.#travelling = this.#travelling.filter((one) => one.link !== link);
    for (const peer of cable.peers) peer.reconciler.neighborDown(link, this.now, peer.out);
    for (const peer of cable.peers) this.#collect(peer);
  }

  /** Both tell each other their heads, as pings do. */
  ping(): void {
    for (const { link, peers } of this.#cables.values()) {
      const heads = peers.map((peer) => peer.reconciler.ownHeads());
      for (const [at, peer] of peers.entries()) {
        const theirs = heads[1 - at];
        assert.ok(theirs !== undefined);
        peer.reconciler.onHeads(link, theirs, this.now, peer.out);
        this.#collect(peer);
      }
    }
  }

  /** Until nothing is on its way; says after how many turns. */
  run(turnsMax = 10_000): number {
    let turns = 0;
    for (; this.#isBusy(); turns++) {
      assert.ok(turns < turnsMax, 'frames go to and fro without end');
      this.turn();
    }
    return turns;
  }

  turn(): void {
    this.turns += 1;
    const arriving = this.#travelling;
    this.#travelling = [];
    for (const { to, link, frame, payload } of arriving) {
      if (!this.#cables.has(link)) continue;
      to.reconciler.onFrame(link, frame, payload, this.now, to.out);
      this.#collect(to);
    }
    for (const { peer, link } of this.isDrained ? this.#draining.splice(0) : []) {
      if (!this.#cables.has(link)) continue;
      peer.reconciler.onDrained(link, this.now, peer.out);
      this.#collect(peer);
    }
    for (const peer of this.#peers()) {
      peer.judge(this.now);
      this.#collect(peer);
    }
    this.onTurn(this.turns);
  }

  /** Deadlines fall due. */
  wait(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const due = this.#peers().map((peer) => peer.reconciler.nextDeadline() ?? Infinity);
      const next = Math.min(...due, end);
      this.nowMs = Math.max(this.nowMs, next);
      if (next >= end) return;
      for (const peer of this.#peers()) {
        if ((peer.reconciler.nextDeadline() ?? Infinity) > this.nowMs) continue;
        peer.reconciler.onDeadline(this.now, peer.out);
        this.#collect(peer);
        const after = peer.reconciler.nextDeadline() ?? Infinity;
        assert.ok(after > this.nowMs, 'a deadline that was met is over');
      }
      this.run();
    }
  }

  send(to: SyncPeer, link: LinkId, frame: number, payload: Uint8Array): void {
    to.reconciler.onFrame(link, frame, payload, this.now, to.out);
    this.#collect(to);
  }

  #peers(): SyncPeer[] {
    return [...new Set([...this.#cables.values()].flatMap(({ peers }) => peers))];
  }

  #isBusy(): boolean {
    if (this.#travelling.length > 0) return true;
    if (this.isDrained && this.#draining.length > 0) return true;
    return this.#peers().some((peer) => peer.hasArrivals);
  }

  #collect(from: SyncPeer): void {
    for (const effect of from.out.take() as readonly LinkEffect[]) {
      if (effect.kind === 'askDrained') {
        this.#draining.push({ peer: from, link: effect.link });
      } else if (effect.kind === 'send') this.#post(from, effect);
    }
  }

  #post(from: SyncPeer, { link, frame, payload }: LinkEffect & { readonly kind: 'send' }): void {
    const cable = this.#cables.get(link);
    if (cable === undefined) return;
    assert.ok(payload.length <= payloadBytesMax(frame), `frame ${frame} is too long`);
    const to = cable.peers[0] === from ? cable.peers[1] : cable.peers[0];
    if (frame !== KIND.bundle && frame !== KIND.membership) {
      this.controlBytes += FRAME_HEADER_BYTES + payload.length;
    }
    this.frames.push(frame);
    this.#travelling.push({ to, link, frame, payload });
  }
}
