// Mends the tree (PlumTree's GRAFT): a parcel that is announced and does not come by itself is asked for,
// of one announcer after the other, and with the first question the link joins the tree again. A node
// that has no link of the tree left joins it at once.

import type { Instant } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { encodeGraft } from '../../wire/flood.ts';
import { KIND } from '../../wire/frame.ts';
import type { Outbox } from '../outbox.ts';
import type { Announced, MissingParcel } from './missing-parcels.ts';
import { MissingParcels } from './missing-parcels.ts';
import type { FloodMisconduct } from './parcel.ts';
import { TreeDelay } from './tree-delay.ts';
import type { TreeLink, TreeLinks } from './tree-links.ts';
import { isRecent } from './tree-links.ts';

/** What the largest parcel takes at 10 Mbit/s; then the next one is asked. */
const LARGE_PULL_MS = 15_000;
/** When a large parcel has to wait for others of the same neighbor. */
const LARGE_WAIT_MS = 240;
/** A node that was cut from the tree joins it again, once in this time. */
const REJOIN_MS = 1_000;

type Report = (link: TreeLink, why: FloodMisconduct, now: Instant) => void;

export class TreeMending {
  readonly #tree: TreeLinks;
  readonly #report: Report;
  readonly #missing = new MissingParcels();
  readonly #treeDelay = new TreeDelay();
  #joinedAt: Instant | null = null;
  /** The latest parcel that came along the tree, and from where. */
  #latest: { readonly id: Uint8Array; readonly from: LinkId } | null = null;

  constructor(tree: TreeLinks, report: Report) {
    this.#tree = tree;
    this.#report = report;
  }

  nextDeadline(): Instant | null {
    return this.#missing.nextDeadline();
  }

  /** Of a parcel that is not here. Whoever has broken too many promises is not believed. */
  announced(announced: Announced, by: TreeLink, now: Instant): void {
    if (by.promises.isEmpty(now)) return;
    const delayMs = announced.sizeClass === 'large' ? 0 : this.#treeDelay.waitMs(now);
    const isNoted = this.#missing.announced(announced, by.link, now, delayMs);
    if (!isNoted) this.#report(by, 'announcementStorm', now);
  }

  /** It is not missing any more; null when nobody had announced it. */
  arrived(key: string): MissingParcel | null {
    return this.#missing.remove(key);
  }

  cameByTree(id: Uint8Array, from: LinkId): void {
    this.#latest = { id, from };
  }

  /** A parcel came by itself now, and not because it was asked for. */
  observe(announcedAt: Instant | null, now: Instant): void {
    this.#treeDelay.observe(announcedAt === null ? 0 : now - announcedAt);
  }

  linkDown(link: LinkId, wasInTree: boolean, now: Instant, out: Outbox<unknown>): void {
    if (wasInTree) this.#treeDelay.broke(now);
    this.#missing.linkDown(link, now);
    this.askForDue(now, out);
    this.rejoin(link, now, out);
  }

  askForDue(now: Instant, out: Outbox<unknown>): void {
    for (const parcel of this.#missing.due(now)) {
      this.#endQuestion(parcel, now);
      this.#askNext(parcel, now, out);
    }
  }

  /** Whoever was asked had its time. */
  #endQuestion(parcel: MissingParcel, now: Instant): void {
    const asked = parcel.asking === null ? null : this.#tree.find(parcel.asking);
    this.#missing.ask(parcel, null);
    if (asked?.promises.isEmpty(now) === true) this.#report(asked, 'brokenPromises', now);
  }

  /** Given up when nobody is left: anti-entropy brings it. */
  #askNext(parcel: MissingParcel, now: Instant, out: Outbox<unknown>): void {
    parcel.announcers = parcel.announcers.filter((link) => this.#isBelieved(link, now));
    if (parcel.announcers.length === 0) {
      this.#missing.remove(parcel.key);
      return;
    }
    const isLarge = parcel.sizeClass === 'large';
    const next = parcel.announcers.find((link) => !isLarge || this.#mayAskForLarge(link));
    if (next === undefined) {
      this.#missing.postpone(parcel, now, LARGE_WAIT_MS);
      return;
    }
    parcel.announcers = parcel.announcers.filter((link) => link !== next);
    // Given back when it keeps its word.
    this.#tree.find(next)?.promises.take(now);
    this.#missing.ask(parcel, next);
    this.#missing.postpone(parcel, now, isLarge ? LARGE_PULL_MS : this.#treeDelay.answerMs);
    if (!isLarge && this.#mayJoin(now)) this.join(next, parcel.id, out);
    else out.send(next, KIND.graft, encodeGraft({ id: parcel.id, joinsTree: false }));
  }

  #isBelieved(link: LinkId, now: Instant): boolean {
    return this.#tree.find(link)?.promises.isEmpty(now) === false;
  }

  #mayAskForLarge(link: LinkId): boolean {
    return this.#missing.largePullsOf(link) < LIMITS.largePullsPerLinkMax;
  }

  /** A hole in the tree needs one new link, however many parcels are missing because of it. */
  #mayJoin(now: Instant): boolean {
    if (isRecent(this.#joinedAt, this.#treeDelay.waitMs(now), now)) return false;
    this.#joinedAt = now;
    return true;
  }

  join(link: LinkId, id: Uint8Array, out: Outbox<unknown>): void {
    this.#tree.setEager(link);
    out.send(link, KIND.graft, encodeGraft({ id, joinsTree: true }));
  }

  /** No link of the tree is left, which parcels that cross each other can do: nothing would come but late. */
  rejoin(lost: LinkId, now: Instant, out: Outbox<unknown>): void {
    if (this.#tree.eager.size > 0 || this.#latest === null) return;
    if (isRecent(this.#joinedAt, REJOIN_MS, now)) return;
    const link = this.#tree.find(this.#latest.from) ?? this.#tree.find(lost) ?? this.#tree.first();
    if (link === null) return;
    this.#joinedAt = now;
    this.join(link.link, this.#latest.id, out);
  }
}
