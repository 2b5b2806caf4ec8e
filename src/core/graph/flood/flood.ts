// Brings parcels to the whole group (protocol.md §13.4, after PlumTree): small ones to every neighbor,
// medium ones along a tree that duplicates prune and announcements mend, large ones to those who ask.
// Nothing is passed on before the judge has accepted it. Anti-entropy brings what is lost here.

import { assert } from '../../base/assert.ts';
import { bytesKey } from '../../base/bytes.ts';
import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Instant, Now } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import type { Crypto } from '../../ports/crypto.ts';
import type { Announcement, FloodFrame, ParcelKind } from '../../wire/flood.ts';
import {
  copyFlood,
  decodeFlood,
  decodeGraft,
  decodeIHave,
  decodePrune,
  encodeFlood,
  encodePrune,
  identifiedPartOf,
} from '../../wire/flood.ts';
import { KIND } from '../../wire/frame.ts';
import type { Outbox } from '../outbox.ts';
import { earlier } from '../outbox.ts';
import { announce, LazyAnnouncements } from './lazy-announcements.ts';
import type { FloodListener, FloodMisconduct, NewParcel, SizeClass } from './parcel.ts';
import { parcelIdOf, sizeClassOf } from './parcel.ts';
import type { HeldParcel, SeenParcel } from './seen-parcels.ts';
import { SeenParcels } from './seen-parcels.ts';
import { TreeBuilders } from './tree-builders.ts';
import type { TreeLink } from './tree-links.ts';
import { isRecent, TreeLinks } from './tree-links.ts';
import { TreeMending } from './tree-mending.ts';

/** A far end that goes on giving after it was told to stop is told again, once in this time. */
const PRUNE_AGAIN_MS = 1_000;
/** A way that is shorter by so many hops is worth a duplicate or two; the figure of iroh-gossip. */
const SHORTCUT_HOPS = 7;
/** And so seldom that duplicates stay rare. */
const SHORTEN_AGAIN_MS = 30_000;
/** Asking for what is not here costs as much as so many other questions. */
const IDLE_QUESTION_PRICE = 3;

export class Flood {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #listener: FloodListener;
  readonly #tree = new TreeLinks();
  readonly #seen = new SeenParcels();
  readonly #announcements = new LazyAnnouncements();
  readonly #mending: TreeMending;
  readonly #builders = new TreeBuilders();
  #shortenedAt: Instant | null = null;

  constructor(crypto: Pick<Crypto, 'sha256'>, listener: FloodListener) {
    this.#crypto = crypto;
    this.#listener = listener;
    this.#mending = new TreeMending(this.#tree, (link, why, now) => this.#report(link, why, now));
  }

  /** Changes with the tree. */
  eagerLinks(): ReadonlySet<LinkId> {
    return this.#tree.eager;
  }

  neighborUp(link: LinkId): void {
    assert(this.#tree.find(link) === null, 'a link comes up once');
    this.#tree.add(link);
  }

  neighborDown(link: LinkId, now: Now, out: Outbox<unknown>): void {
    if (this.#tree.find(link) === null) return;
    const wasInTree = this.#tree.isEager(link);
    this.#tree.remove(link);
    this.#announcements.linkDown(link);
    this.#mending.linkDown(link, wasInTree, now.instant, out);
  }

  /** A link with much unread gets announcements alone, until it has less. */
  setCongested(link: LinkId, isCongested: boolean): void {
    const found = this.#tree.find(link);
    if (found !== null) found.isCongested = isCongested;
  }

  /** While true no records go to this link or come from it; they are found by comparing afterwards. */
  setUnlike(link: LinkId, isUnlike: boolean): void {
    const found = this.#tree.find(link);
    if (found === null) return;
    found.isUnlike = isUnlike;
    // Whoever was told of a parcel would ask for it in vain.
    if (isUnlike) this.#announcements.linkDown(link);
  }

  /** To how many neighbors it was given or announced; 0 for one that was here lately. Bytes are copied. */
  publish({ kind, bytes }: NewParcel, now: Now, out: Outbox<unknown>): number {
    const payload = encodeFlood({ hop: 1, kind, bytes });
    const id = parcelIdOf(identifiedPartOf(payload), this.#crypto);
    if (this.#seen.find(bytesKey(id)) !== null) return 0;
    const parcel: SeenParcel = {
      key: bytesKey(id),
      id,
      kind,
      sizeClass: sizeClassOf(bytes),
      from: null,
      seenAt: now.instant,
      hop: 1,
      announcedAt: null,
      isBuilder: this.#isBuilder(sizeClassOf(bytes), id, now.instant),
      state: 'accepted',
      held: { payload, holders: new Set(), givenTo: new Set(), asked: new Set() },
    };
    this.#mending.arrived(parcel.key);
    this.#seen.add(parcel);
    return this.#spread(parcel, now.instant, out);
  }

  /** The judge says that it may be passed on. */
  accepted(id: Uint8Array, now: Now, out: Outbox<unknown>): void {
    const parcel = this.#seen.find(bytesKey(id));
    if (parcel?.state !== 'judging') return;
    parcel.state = 'accepted';
    this.#spread(parcel, now.instant, out);
  }

  /** It is not passed on, and it is not asked for again. A forged one is the neighbor's fault. */
  refused(id: Uint8Array, why: 'forged' | 'unwanted', now: Now): void {
    const parcel = this.#seen.find(bytesKey(id));
    if (parcel?.state !== 'judging') return;
    parcel.state = 'refused';
    this.#seen.dropPayload(parcel);
    const link = parcel.from === null ? null : this.#tree.find(parcel.from);
    if (why === 'forged' && link !== null) this.#report(link, 'forgedParcel', now.instant);
  }

  /** Throws `MalformedBytes`. Of a link that is no neighbor nothing is taken. */
  onFrame(link: LinkId, kind: number, payload: Uint8Array, now: Now, out: Outbox<unknown>): void {
    const from = this.#tree.find(link);
    if (from === null) return;
    switch (kind) {
      case KIND.flood:
        this.#onFlood(from, payload, now.instant, out);
        break;
      case KIND.iHave:
        this.#onIHave(from, decodeIHave(payload), now.instant, out);
        break;
      case KIND.graft:
        this.#onGraft(from, payload, now.instant, out);
        break;
      case KIND.prune:
        this.#onPrune(from, payload, now.instant, out);
        break;
      default:
        throw new MalformedBytes(`frame ${kind} does not belong to flooding`);
    }
  }

  nextDeadline(): Instant | null {
    const soon = earlier(this.#announcements.nextDeadline(), this.#mending.nextDeadline());
    return earlier(soon, this.#seen.nextDeadline());
  }

  onDeadline(now: Now, out: Outbox<unknown>): void {
    this.#seen.forgetOld(now.instant);
    this.#announcements.onDeadline(now.instant, out);
    this.#mending.askForDue(now.instant, out);
  }

  #onFlood(from: TreeLink, payload: Uint8Array, now: Instant, out: Outbox<unknown>): void {
    const frame = decodeFlood(payload);
    // As if it had not come: another neighbor may give it.
    if (!mayGo(from, frame.kind)) return;
    const id = parcelIdOf(identifiedPartOf(payload), this.#crypto);
    const known = this.#seen.find(bytesKey(id));
    if (known !== null) this.#onDuplicate(known, from, now, out);
    else this.#onFirst(frame, id, { from, payload, now });
  }

  #onFirst(frame: FloodFrame, id: Uint8Array, { from, payload, now }: Arrival): void {
    const key = bytesKey(id);
    const missed = this.#mending.arrived(key);
    const hop = Math.min(frame.hop + 1, LIMITS.floodHopsMax);
    const copy = copyFlood(payload, hop);
    const parcel: SeenParcel = {
      key,
      id,
      kind: frame.kind,
      sizeClass: sizeClassOf(frame.bytes),
      from: from.link,
      seenAt: now,
      hop,
      announcedAt: missed?.announcedAt ?? null,
      isBuilder: this.#isBuilder(sizeClassOf(frame.bytes), id, now),
      state: 'judging',
      held: {
        payload: copy,
        holders: new Set([from.link, ...(missed?.announcers ?? []), ...(missed?.asked ?? [])]),
        givenTo: new Set(),
        asked: new Set(missed?.asked),
      },
    };
    this.#seen.add(parcel);
    const wasAsked = this.#keptItsWord(parcel, from);
    if (parcel.sizeClass === 'medium' && !wasAsked) {
      this.#mending.cameByTree(id, from.link);
      this.#mending.observe(parcel.announcedAt, now);
    }
    this.#listener.onDelivered(from.link, true);
    const bytes = decodeFlood(copy).bytes;
    this.#listener.onParcel({ id, kind: frame.kind, bytes }, from.link, frame.hop);
  }

  #onDuplicate(parcel: SeenParcel, from: TreeLink, now: Instant, out: Outbox<unknown>): void {
    parcel.held?.holders.add(from.link);
    const wasAsked = this.#keptItsWord(parcel, from);
    this.#listener.onDelivered(from.link, false);
    if (parcel.sizeClass === 'small') return;
    if (!from.duplicates.take(now)) this.#report(from, 'duplicates', now);
    const isEager = this.#tree.isEager(from.link);
    if (parcel.sizeClass === 'large' || wasAsked) return;
    // It was asked for elsewhere, and would have come anyway.
    if (parcel.announcedAt !== null) this.#mending.observe(parcel.announcedAt, now);
    if (isEager ? !this.#mayPruneFor(parcel) : isRecent(from.prunedAt, PRUNE_AGAIN_MS, now)) return;
    this.#tree.setLazy(from.link);
    from.prunedAt = now;
    out.send(from.link, KIND.prune, encodePrune());
  }

  /** As long as the way on which it came first is in the tree, no other is needed. */
  #mayPruneFor({ isBuilder, from }: SeenParcel): boolean {
    return isBuilder && (from === null || this.#tree.isEager(from));
  }

  #isBuilder(sizeClass: SizeClass, id: Uint8Array, now: Instant): boolean {
    return sizeClass === 'medium' && this.#builders.isBuilder(id, now);
  }

  /** Whether it was asked for this one. */
  #keptItsWord(parcel: SeenParcel, from: TreeLink): boolean {
    const wasAsked = parcel.held?.asked.delete(from.link) ?? false;
    if (wasAsked) from.promises.giveBack();
    return wasAsked;
  }

  #onIHave(
    from: TreeLink,
    announcements: readonly Announcement[],
    now: Instant,
    out: Outbox<unknown>,
  ): void {
    if (from.isUnlike) return;
    for (const { id, hop, sizeClass } of announcements) {
      const key = bytesKey(id);
      const known = this.#seen.find(key);
      if (known !== null) {
        known.held?.holders.add(from.link);
        if (this.#isShortcut(known, hop, now)) {
          known.held?.asked.add(from.link);
          this.#mending.join(from.link, id, out);
        }
        continue;
      }
      this.#mending.announced({ key, id, sizeClass }, from, now);
    }
    this.#mending.askForDue(now, out);
  }

  /** The tree has grown long here; the circle that a second way makes is cut by the next builder. */
  #isShortcut({ isBuilder, from, hop, held }: SeenParcel, otherHop: number, now: Instant): boolean {
    if (!isBuilder || from === null || held === null || hop - otherHop < SHORTCUT_HOPS)
      return false;
    if (isRecent(this.#shortenedAt, SHORTEN_AGAIN_MS, now)) return false;
    this.#shortenedAt = now;
    return true;
  }

  #onGraft(from: TreeLink, payload: Uint8Array, now: Instant, out: Outbox<unknown>): void {
    const { id, joinsTree } = decodeGraft(payload);
    if (!this.#mayChangeTree(from, now)) return;
    if (joinsTree) this.#tree.setEager(from.link);
    const parcel = this.#seen.find(bytesKey(id));
    if (parcel?.state !== 'accepted' || parcel.held === null) {
      from.changes.take(now, IDLE_QUESTION_PRICE);
      return;
    }
    const isDue = mayGo(from, parcel.kind) && !parcel.held.givenTo.has(from.link);
    if (isDue) give(parcel.held, from.link, out);
  }

  #onPrune(from: TreeLink, payload: Uint8Array, now: Instant, out: Outbox<unknown>): void {
    decodePrune(payload);
    if (!this.#mayChangeTree(from, now)) return;
    this.#tree.setLazy(from.link);
    this.#mending.rejoin(from.link, now, out);
  }

  /** To all who do not have it; to how many that is. */
  #spread(parcel: SeenParcel, now: Instant, out: Outbox<unknown>): number {
    const { held } = parcel;
    if (held === null) return 0;
    let count = 0;
    for (const { link, isUnlike } of this.#tree.all()) {
      if (held.holders.has(link) || !mayGo({ isUnlike }, parcel.kind)) continue;
      count += 1;
      const isGiven = parcel.sizeClass === 'medium' && this.#tree.isEager(link);
      if (parcel.sizeClass === 'small' || isGiven) give(held, link, out);
      else if (parcel.sizeClass === 'large') announce(link, [parcel], out);
      else this.#announcements.add(link, parcel, now);
    }
    return count;
  }

  #mayChangeTree(from: TreeLink, now: Instant): boolean {
    const may = from.changes.take(now);
    if (!may) this.#report(from, 'treeStorm', now);
    return may;
  }

  #report(link: TreeLink, why: FloodMisconduct, now: Instant): void {
    if (link.mayReport(why, now)) this.#listener.onMisconduct(link.link, why);
  }
}

/** Who belongs, and what is said to all, goes on whatever the two agree on. */
function mayGo({ isUnlike }: Pick<TreeLink, 'isUnlike'>, kind: ParcelKind): boolean {
  return !isUnlike || kind !== 'bundle';
}

interface Arrival {
  readonly from: TreeLink;
  readonly payload: Uint8Array;
  readonly now: Instant;
}

function give({ payload, holders, givenTo }: HeldParcel, link: LinkId, out: Outbox<unknown>): void {
  holders.add(link);
  givenTo.add(link);
  out.send(link, KIND.flood, payload);
}
