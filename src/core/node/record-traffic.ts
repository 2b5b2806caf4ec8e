// Records and memberships on their way: what this member has stored goes out, what neighbors bring is
// judged outside, and by what became of it is passed on, asked for again, or held against them.

import { unreachable } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { bytesKey } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Now, WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { LinkId, OpenedLink } from '../domain/links.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import type { Broadcasts } from '../graph/flood/broadcasts.ts';
import type { Flood } from '../graph/flood/flood.ts';
import type { Parcel } from '../graph/flood/parcel.ts';
import type { Outbox } from '../graph/outbox.ts';
import type { ElementIndex } from '../graph/sync/element-index.ts';
import type { Reconciler } from '../graph/sync/reconciler.ts';
import type { SecurityOutcome } from '../graph/sync/security-exchange.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore, StoreChange } from '../ports/record-store.ts';
import { writeChain } from '../wire/chain-codec.ts';
import { KIND } from '../wire/frame.ts';
import { decodeMembership, encodeSecurityWant } from '../wire/sync.ts';
import type { Arrivals, JudgedArrival, Outcome } from './arrivals.ts';
import type { Directory } from './directory.ts';
import type { Errand, NodeEffect } from './effect.ts';
import { elementOf } from './element-of.ts';
import type { GraphViews } from './graph-views.ts';
import type { ChainVerdict, Input, Judgement } from './input.ts';
import { ownBundles } from './own-bundles.ts';

export interface RecordTrafficParts {
  readonly arrivals: Arrivals;
  readonly crypto: Crypto;
  readonly store: RecordStore;
  readonly index: ElementIndex;
  readonly directory: Directory;
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  readonly flood: Flood;
  readonly reconciler: Reconciler;
  readonly broadcasts: Broadcasts;
  readonly views: GraphViews;
  readonly groupTime: (now: Now) => WallTime;
  readonly out: Outbox<NodeEffect>;
  /** What no honest neighbor does. */
  readonly misconduct: (link: LinkId, now: Now) => void;
}

const SWEEPING: readonly StoreChange['kind'][] = ['removeRecord', 'restoreShadow'];

const NOTHING: Outcome = {
  accepted: [],
  superseded: [],
  refused: [],
  deferred: [],
  missingChains: [],
};

export class RecordTraffic {
  readonly #parts: RecordTrafficParts;
  readonly #arrivals: Arrivals;
  readonly #openedByLink = new Map<LinkId, OpenedLink>();
  /** What others' doing stored, until it is known by which way it came. */
  readonly #leftovers = new Map<string, Uint8Array>();
  /** Digests of memberships that came with a link: whoever opened it may be new to all. */
  readonly #met = new Set<string>();

  constructor(parts: RecordTrafficParts) {
    this.#parts = parts;
    this.#arrivals = parts.arrivals;
  }

  knows(link: LinkId): boolean {
    return this.#openedByLink.has(link);
  }

  /** Null for a link that is not there. */
  memberAt(link: LinkId): PeerName | null {
    return this.#openedByLink.get(link)?.membership.member ?? null;
  }

  /** Whoever is at the far end of some link, neighbor or not yet. */
  opened(): Iterable<OpenedLink> {
    return this.#openedByLink.values();
  }

  /** Somebody is there, whose membership others may not have. */
  meet(opened: OpenedLink): void {
    const { directory, out } = this.#parts;
    const { link, membership } = opened;
    this.#openedByLink.set(link, opened);
    if (directory.has(membership.chainDigest)) return;
    this.#meet(bytesKey(membership.chainDigest));
    const chain = membership.chain.map(({ der }) => der);
    this.#arrivals.takeDecodedChain({ link, way: { kind: 'link' }, digest: null }, chain, out);
  }

  forget(link: LinkId): void {
    this.#openedByLink.delete(link);
    this.#arrivals.forget(link);
  }

  // What comes.

  onParcel({ id, kind, bytes }: Parcel, from: LinkId, now: Now): void {
    const way = { kind: 'flood', parcel: id } as const;
    switch (kind) {
      case 'bundle':
        this.#takeBundle(from, way, bytes);
        return;
      case 'membership':
        this.#arrivals.takeChain({ link: from, way }, bytes, this.#parts.out);
        return;
      case 'application':
        this.#onBroadcast(id, bytes, now);
        return;
      default:
        unreachable(kind);
    }
  }

  onBundle(link: LinkId, payload: Uint8Array): void {
    // Judged beside the loop, when the frame's memory is somebody else's.
    this.#takeBundle(link, { kind: 'sync' }, payload.slice());
  }

  /** Throws `MalformedBytes`. */
  onChain(link: LinkId, payload: Uint8Array, digest: Uint8Array): void {
    const chain = decodeMembership(payload.slice());
    const arrival = { link, way: { kind: 'sync' }, digest } as const;
    this.#arrivals.takeDecodedChain(arrival, chain, this.#parts.out);
  }

  // What became of it.

  onJudged(errand: Errand, judgement: Judgement, now: Now): void {
    const arrival = this.#arrivals.judged(errand, judgement, this.#parts.out);
    const { judged, link } = arrival;
    const outcome = judged.kind === 'judged' ? judged.outcome : NOTHING;
    for (const element of outcome.accepted) this.#leftovers.delete(bytesKey(element));
    if (arrival.way.kind === 'flood') this.#onFlooded(arrival, arrival.way.parcel, now);
    else
      this.#parts.reconciler.onJudged(link, failedOutcome(judged, outcome), now, this.#parts.out);
    if (judged.kind === 'forged') this.#parts.misconduct(link, now);
    this.#askForChains(link, outcome.missingChains);
  }

  onChainJudged(errand: Errand, verdict: ChainVerdict, now: Now): void {
    const { flood, reconciler, out } = this.#parts;
    const { link, way, digest } = this.#arrivals.securityJudged(errand, out);
    if (way.kind === 'sync' && digest !== null) {
      const outcome = outcomeOfChain(verdict);
      reconciler.onSecurityJudged({ link, digest, outcome }, now, out);
    }
    // Nobody has a chain that is not sound; to judge one takes as long as a chain is.
    if (way.kind === 'sync' && verdict === 'unsound') this.#parts.misconduct(link, now);
    if (way.kind !== 'flood') return;
    if (verdict === 'sound') flood.accepted(way.parcel, now, out);
    else flood.refused(way.parcel, verdict === 'unsound' ? 'forged' : 'unwanted', now);
  }

  /** The index and the directory follow what is on the disk; what is ours goes out. */
  onStored({ changes, by }: Input & { kind: 'stored' }, isConnected: boolean, now: Now): void {
    const elements = this.#follow(changes);
    const isOurs = by !== 'elsewhere';
    const chains = changes.filter((change) => change.kind === 'putMembership');
    for (const { chainDigest } of chains) {
      const isNews = this.#met.delete(bytesKey(chainDigest)) || isOurs;
      this.#onMembership(chainDigest, isConnected && isNews, now);
    }
    if (!isConnected) return;
    // What somebody who was removed had outdone is wanted again.
    const isSwept = !isOurs && changes.some(({ kind }) => SWEEPING.includes(kind));
    if (isSwept) this.#parts.reconciler.securityChanged(true);
    if (isOurs) this.#publish(changes, now);
    else for (const element of elements) this.#leftovers.set(bytesKey(element), element);
  }

  /** What was stored by others' doing and came by none of our ways: neighbors are offered it. */
  offerLeftovers(now: Now): void {
    if (this.#leftovers.size === 0) return;
    const elements = [...this.#leftovers.values()];
    this.#leftovers.clear();
    this.#parts.reconciler.learned(elements, null, now, this.#parts.out);
  }

  /** Of too many that could not be stored the oldest is forgotten: others learn of it by comparing. */
  #meet(digest: string): void {
    this.#met.add(digest);
    if (this.#met.size <= LIMITS.neighborLinksMax) return;
    for (const oldest of this.#met) {
      this.#met.delete(oldest);
      return;
    }
  }

  #takeBundle(
    link: LinkId,
    way: { kind: 'flood'; parcel: Uint8Array } | { kind: 'sync' },
    bytes: Uint8Array,
  ): void {
    const opened = this.#openedByLink.get(link);
    if (opened === undefined) throw new MalformedBytes('a bundle of nobody');
    const from = opened.membership.member;
    this.#arrivals.takeBundle({ link, from, way }, bytes, this.#parts.out);
  }

  #onFlooded({ judged }: JudgedArrival, parcel: Uint8Array, now: Now): void {
    const { flood, out } = this.#parts;
    if (judged.kind === 'judged' && judged.outcome.accepted.length > 0) {
      flood.accepted(parcel, now, out);
      return;
    }
    flood.refused(parcel, judged.kind === 'forged' ? 'forged' : 'unwanted', now);
  }

  #onBroadcast(id: Uint8Array, bytes: Uint8Array, now: Now): void {
    const { broadcasts, flood, views, groupTime, out } = this.#parts;
    const verdict = broadcasts.judge(bytes, now, groupTime(now));
    if (verdict.kind === 'accepted') {
      const { broadcast } = verdict;
      flood.accepted(id, now, out);
      views.broadcast(broadcast, broadcast.type, broadcast.bytes.slice());
    } else flood.refused(id, verdict.kind === 'forged' ? 'forged' : 'unwanted', now);
  }

  #askForChains(link: LinkId, digests: readonly Uint8Array[]): void {
    const { directory, out } = this.#parts;
    if (!this.#openedByLink.has(link)) return;
    for (const digest of digests) {
      if (!directory.has(digest)) out.send(link, KIND.securityWant, encodeSecurityWant(digest));
    }
  }

  /** Elements that came in. */
  #follow(changes: readonly StoreChange[]): readonly Uint8Array[] {
    const { index, store } = this.#parts;
    const elements: Uint8Array[] = [];
    const put = (id: Uint8Array, hash: Uint8Array, modifiedAt: WallTime): void => {
      const element = elementOf(hash);
      index.put(id, element, modifiedAt);
      elements.push(element);
    };
    for (const change of changes) {
      if (change.kind === 'putRecord') {
        const { id, hash, content } = change.record;
        put(id, hash, content.modifiedAt);
      } else if (change.kind === 'removeRecord') index.remove(change.id);
      else if (change.kind === 'restoreShadow') {
        const record = store.findRecord(change.id);
        if (record !== null) put(record.id, record.hash, record.content.modifiedAt);
      }
    }
    return elements;
  }

  /** `isNews`: nobody else may have it. Many at once come by comparing, and there each neighbor sees for itself. */
  #onMembership(chainDigest: Uint8Array, isNews: boolean, now: Now): void {
    const { directory, membershipOf, reconciler, flood, out } = this.#parts;
    const membership = membershipOf(chainDigest);
    if (membership === null) return;
    directory.add(membership);
    reconciler.securityChanged();
    if (!isNews) return;
    const bytes = new ByteWriter();
    writeChain(
      bytes,
      membership.chain.map(({ der }) => der),
    );
    flood.publish({ kind: 'membership', bytes: bytes.finish() }, now, out);
  }

  #publish(changes: readonly StoreChange[], now: Now): void {
    const { crypto, flood, reconciler, out } = this.#parts;
    const { bundles, large } = ownBundles(changes, crypto);
    for (const bytes of bundles) flood.publish({ kind: 'bundle', bytes }, now, out);
    const offered = large.map(({ hash }) => elementOf(hash));
    reconciler.learned(offered, null, now, out);
  }
}

/** What could not be stored is asked for again some time later, and until then says why it is not here. */
function failedOutcome(judged: JudgedArrival['judged'], outcome: Outcome): Outcome {
  if (judged.kind !== 'failed') return outcome;
  return {
    ...outcome,
    refused: judged.elements.map((element) => ({ element, code: judged.code })),
  };
}

function outcomeOfChain(verdict: ChainVerdict): SecurityOutcome {
  if (verdict === 'full') return 'full';
  return verdict === 'failed' ? 'open' : 'settled';
}
