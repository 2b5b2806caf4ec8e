// Statements and pages on their way (protocol.md §14.10): what neighbors bring is judged outside; what was
// stored is passed on at once to all others, what is missing for it is asked of whoever brought it, and
// what is not sound is held against them.

import { bytesKey } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Now } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { LinkId } from '../domain/links.ts';
import type { GroupName, PeerName } from '../domain/names.ts';
import type { Outbox } from '../graph/outbox.ts';
import { packedInOrder } from '../graph/sync/ranges.ts';
import type { Reconciler } from '../graph/sync/reconciler.ts';
import type { SecurityOutcome } from '../graph/sync/security-exchange.ts';
import type { SyncFrame } from '../graph/sync/sync-frames.ts';
import { TokenBucket } from '../graph/token-bucket.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { StoreChange } from '../ports/record-store.ts';
import type { Learned } from '../security/security-book.ts';
import type { SecurityState } from '../security/security-state.ts';
import { KIND } from '../wire/frame.ts';
import { decodeStatement, pageDigest } from '../wire/security.ts';
import { encodeSecurityWant } from '../wire/sync.ts';
import type { Arrivals } from './arrivals.ts';
import type { Errand, NodeEffect } from './effect.ts';
import type { Input, SecurityVerdict } from './input.ts';

const DIGEST_BYTES = 32;

export interface SecurityTrafficParts {
  readonly group: GroupName;
  readonly crypto: Crypto;
  readonly arrivals: Arrivals;
  readonly security: () => SecurityState;
  readonly reconciler: Reconciler;
  /** Null for a link that is not there. */
  readonly memberAt: (link: LinkId) => PeerName | null;
  /** Links of all neighbors. */
  readonly neighbors: () => readonly LinkId[];
  readonly isCongested: (link: LinkId) => boolean;
  readonly out: Outbox<NodeEffect>;
  /** What no honest neighbor does. */
  readonly misconduct: (link: LinkId, now: Now) => void;
}

/** Of one link. */
interface Bringing {
  readonly bucket: TokenBucket;
  /** Of what came in the comparison that is under way; 0 while there is none. */
  pushed: number;
}

type PutSecurity = StoreChange & { readonly kind: 'putSecurity' };

export class SecurityTraffic {
  readonly #parts: SecurityTrafficParts;
  readonly #bringingByLink = new Map<LinkId, Bringing>();
  /** By whom something came that is being judged, so that it is not sent back there. */
  readonly #broughtBy = new Map<string, LinkId>();

  constructor(parts: SecurityTrafficParts) {
    this.#parts = parts;
  }

  /** What names a chain, statement or page. Throws `MalformedBytes`. */
  digestOf({ kind, payload }: SyncFrame): Uint8Array {
    const { group, crypto } = this.#parts;
    // MEMBERSHIP has nothing but the chain as it is named.
    if (kind === KIND.membership) return crypto.sha256(payload);
    if (kind === KIND.keptPage) return pageDigest(payload, group, crypto);
    return decodeStatement(payload, group, crypto).digest;
  }

  /** A STATEMENT or KEPT_PAGE of a neighbor. Throws `MalformedBytes`. */
  onItem(link: LinkId, frame: SyncFrame & { readonly digest: Uint8Array }, now: Now): void {
    this.#take(link, { ...frame, isCompared: true }, now);
  }

  /** The same of somebody who is none yet: why it is not going to be one. Throws `MalformedBytes`. */
  onEarly(link: LinkId, frame: SyncFrame, now: Now): void {
    this.#take(link, { ...frame, digest: this.digestOf(frame), isCompared: false }, now);
  }

  onJudged(errand: Errand, outcome: SecurityVerdict, now: Now): void {
    const { arrivals, reconciler, out, misconduct } = this.#parts;
    const { link, way, digest } = arrivals.securityJudged(errand, out);
    if (digest !== null) {
      this.#broughtBy.delete(bytesKey(digest));
      const told = { link, digest, outcome: toldOf(outcome) };
      if (way.kind === 'sync') reconciler.onSecurityJudged(told, now, out);
    }
    if (outcome.kind === 'unsound') misconduct(link, now);
    else if (outcome.kind === 'awaits') {
      this.#ask(link, [...outcome.chains, ...outcome.statements, ...outcome.pages]);
    } else if (outcome.kind === 'stored') this.#askForPages(link, outcome);
  }

  /** What was stored is news to all but the one who brought it. Some of it waited, and was brought before. */
  onStored({ changes, by }: Input & { kind: 'stored' }): void {
    const items = changes.filter((change) => change.kind === 'putSecurity');
    if (items.length === 0) return;
    const pages = items.filter(({ form }) => form === 'page');
    const statements = items.filter(({ form }) => form === 'statement');
    let bytes = 0;
    for (const item of [...pages, ...statements].slice(0, LIMITS.securityPushedMax)) {
      bytes += item.bytes.length;
      if (bytes > LIMITS.securityPushedBytesMax) return;
      const from = this.#broughtBy.get(bytesKey(item.digest)) ?? null;
      if (by !== 'elsewhere' || this.#mayPush(from)) this.#push(item, from);
    }
  }

  forget(link: LinkId): void {
    this.#bringingByLink.delete(link);
    for (const [key, from] of this.#broughtBy) if (from === link) this.#broughtBy.delete(key);
  }

  #take(link: LinkId, { kind, payload, digest, isCompared }: Arrived, now: Now): void {
    if (!this.#bringing(link).bucket.take(now.instant)) {
      throw new MalformedBytes('more statements than a group has');
    }
    const { arrivals, out } = this.#parts;
    this.#broughtBy.set(bytesKey(digest), link);
    const way = isCompared ? ({ kind: 'sync' } as const) : ({ kind: 'link' } as const);
    const effect = kind === KIND.keptPage ? 'learnPage' : 'learnStatement';
    const from = this.#parts.memberAt(link);
    if (from === null) throw new MalformedBytes('a statement of nobody');
    arrivals.takeItem(effect, { link, way, digest, from }, payload.slice(), out);
  }

  /** Of a long comparison the heads tell, and the others compare. */
  #mayPush(from: LinkId | null): boolean {
    if (from === null) return true;
    const bringing = this.#bringing(from);
    if (!this.#parts.reconciler.isExchanging(from)) bringing.pushed = 0;
    bringing.pushed += 1;
    return bringing.pushed <= LIMITS.securityPushedMax;
  }

  #push({ form, bytes }: PutSecurity, from: LinkId | null): void {
    const { neighbors, isCongested, out } = this.#parts;
    const kind = form === 'page' ? KIND.keptPage : KIND.statement;
    for (const link of neighbors()) {
      if (link !== from && !isCongested(link)) out.send(link, kind, bytes);
    }
  }

  /** Those of a revocation, unless they are about to come anyway. */
  #askForPages(link: LinkId, { statement }: Learned & { readonly kind: 'stored' }): void {
    const { security, reconciler } = this.#parts;
    if (statement?.body.kind !== 'revocation' || reconciler.isExchanging(link)) return;
    const state = security();
    this.#ask(
      link,
      statement.body.keptPages.filter((page) => !state.has(page)),
    );
  }

  #ask(link: LinkId, digests: readonly Uint8Array[]): void {
    const { neighbors, out } = this.#parts;
    if (digests.length === 0 || !neighbors().includes(link)) return;
    const some = digests.slice(0, LIMITS.syncItemsMax);
    out.send(link, KIND.securityWant, encodeSecurityWant(packedInOrder(some, DIGEST_BYTES)));
  }

  #bringing(link: LinkId): Bringing {
    const known = this.#bringingByLink.get(link);
    if (known !== undefined) return known;
    const { statementsFromNeighborBurst, statementsFromNeighborPerSecond } = LIMITS;
    const bucket = new TokenBucket(statementsFromNeighborBurst, statementsFromNeighborPerSecond);
    const bringing = { bucket, pushed: 0 };
    this.#bringingByLink.set(link, bringing);
    return bringing;
  }
}

interface Arrived extends SyncFrame {
  readonly digest: Uint8Array;
  /** The comparison waits for what becomes of it. */
  readonly isCompared: boolean;
}

function toldOf({ kind }: SecurityVerdict): SecurityOutcome {
  if (kind === 'full') return 'full';
  return kind === 'awaits' || kind === 'failed' ? 'open' : 'settled';
}
