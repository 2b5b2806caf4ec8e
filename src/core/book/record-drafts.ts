// What an author wants, made into the next version of a record, or the reason why that cannot be
// (protocol.md §12.9). The laws judge the result as they judge anybody's; here is what only the author
// can know: which version it saw, and what it may not do to it.

import { equalBytes } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { RecordAttribute, RecordContent, RecordData } from '../domain/records.ts';
import type { Refusal, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Chance } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { StoredMember } from '../ports/record-store.ts';
import type { RecordDraft } from '../records/batch-assembly.ts';
import type { RecordIds } from '../records/record-ids.ts';
import { MOMENT_MAX } from '../records/record-stamp.ts';
import { isVisible } from './admission.ts';
import type { RecordsBelow } from './pending-records.ts';
import { breachOfRecord, lastExpiration, mayChangeOthers } from './record-laws.ts';

export type RecordWish =
  | {
      readonly kind: 'add';
      readonly type: Uint8Array;
      readonly attributes: readonly RecordAttribute[];
      readonly data: Uint8Array;
      /** Null for one lease from now, or less when the membership ends before. */
      readonly expiresAt: WallTime | null;
      readonly isRefreshed: boolean;
    }
  /** What is undefined stays. */
  | {
      readonly kind: 'update';
      readonly id: Uint8Array;
      readonly attributes: readonly RecordAttribute[] | undefined;
      readonly data: Uint8Array | undefined;
      readonly expiresAt: WallTime | undefined;
    }
  | { readonly kind: 'delete'; readonly id: Uint8Array }
  /** Lives its `refreshMs` again from now on. */
  | { readonly kind: 'refresh'; readonly id: Uint8Array };

export interface DraftParts {
  readonly crypto: Crypto;
  readonly ids: Pick<RecordIds, 'idOf'>;
  readonly ordinals: Ordinals;
  /** Of the author. */
  readonly membership: Membership;
  /** Creators of the records that it changes, itself one of them. */
  readonly findMember: (publicKey: Uint8Array) => StoredMember | null;
}

/** A record lives so long when nobody says otherwise: as long as a lease (design of memberships). */
const LIFETIME_MS = 28 * 86_400_000;
/** Attributes and data of others are no tombstone's. */
const TOMBSTONE: Pick<RecordContent, 'isDeleted' | 'refreshMs' | 'attributes' | 'data'> = {
  isDeleted: true,
  refreshMs: null,
  attributes: [],
  data: { kind: 'inline', bytes: new Uint8Array() },
};

export class RecordDrafts {
  readonly #parts: DraftParts;
  readonly #pending: RecordsBelow;
  readonly #now: WallTime;

  constructor(parts: DraftParts, pending: RecordsBelow, now: WallTime) {
    this.#parts = parts;
    this.#pending = pending;
    this.#now = now;
  }

  draft(wish: RecordWish): Verdict<RecordDraft> {
    const ended = this.#endOfRights();
    if (ended !== null) return { ok: false, refusal: ended };
    const drafted = wish.kind === 'add' ? this.#add(wish) : this.#change(wish);
    if (!drafted.ok) return drafted;
    const { content } = drafted.value;
    const refusal =
      this.#wrongTimes(content) ?? breachOfRecord({ content, membership: this.#parts.membership });
    return refusal === null ? drafted : { ok: false, refusal };
  }

  /** What a version before, of a clock that is ahead, may lead to. Everybody else would put such a one off. */
  #wrongTimes({ creator, modifiedAt, expiresAt }: RecordContent): Refusal | null {
    const aheadMs = modifiedAt - this.#now;
    if (aheadMs > LIMITS.clockAheadMs) {
      const seconds = Math.ceil(aheadMs / 1000);
      const detail = `The record was changed ${seconds} s ahead of this clock; wait, or set the clock.`;
      return { code: 'RECORD_INVALID', detail };
    }
    if (modifiedAt >= expiresAt) {
      return { code: 'EXPIRATION_INVALID', detail: 'It is over before it can be changed again.' };
    }
    const wrong = this.#afterMemberships(creator, expiresAt);
    return wrong === null ? null : { code: 'EXPIRATION_INVALID', detail: wrong };
  }

  #endOfRights(): Refusal | null {
    const { membership } = this.#parts;
    if (this.#now > lastExpiration(membership)) {
      return { code: 'MEMBERSHIP_EXPIRED', detail: 'Who is no member any more publishes nothing.' };
    }
    if (this.#now >= membership.notBefore) return null;
    return { code: 'MEMBERSHIP_NOT_YET_VALID', detail: 'The membership has not begun.' };
  }

  #add(wish: RecordWish & { kind: 'add' }): Verdict<RecordDraft> {
    const { membership } = this.#parts;
    const last = lastExpiration(membership);
    const expiresAt = wish.expiresAt ?? wallTimeOf(Math.min(this.#now + LIFETIME_MS, last));
    const late = this.#wrongExpiration(membership.publicKey, expiresAt);
    if (late !== null) return refuse('EXPIRATION_INVALID', late);
    const refreshMs = wish.isRefreshed ? expiresAt - this.#now : null;
    if (refreshMs !== null && refreshMs < LIMITS.refreshMsMin) {
      const minutes = LIMITS.refreshMsMin / 60_000;
      return refuse('EXPIRATION_INVALID', `A refreshed record lives at least ${minutes} minutes.`);
    }
    if (refreshMs !== null && refreshMs > MOMENT_MAX) {
      return refuse('EXPIRATION_INVALID', 'A refreshed record lives 278 years at most.');
    }
    const key = { type: wish.type, creator: membership.publicKey, createdAt: this.#now };
    return accept({
      content: {
        ...key,
        ordinal: this.#freeOrdinal(key),
        version: 1,
        modifiedAt: this.#now,
        expiresAt,
        refreshMs,
        isDeleted: false,
        attributes: wish.attributes,
        data: this.#dataOf(wish.data),
      },
      data: detached(wish.data),
    });
  }

  #change(wish: Exclude<RecordWish, { kind: 'add' }>): Verdict<RecordDraft> {
    const before = this.#pending.findRecord(wish.id);
    if (before === null || !isVisible(before, this.#now)) return refuse('RECORD_NOT_FOUND', '');
    const { membership } = this.#parts;
    const isOwn = equalBytes(before.content.creator, membership.publicKey);
    if (!isOwn && !mayChangeOthers(membership.role)) {
      return refuse('NOT_AUTHORIZED', `A ${membership.role} changes its own records only.`);
    }
    const content = this.#nextVersion(before.content);
    if (wish.kind === 'update') return this.#update(wish, content);
    if (wish.kind === 'refresh') return accept(this.#refresh(content, wish.id));
    return accept({
      content: { ...content, ...TOMBSTONE, expiresAt: this.#tombstoneEnd(content) },
      data: null,
    });
  }

  #update(wish: RecordWish & { kind: 'update' }, content: RecordContent): Verdict<RecordDraft> {
    const expiresAt = wish.expiresAt ?? content.expiresAt;
    if (expiresAt < content.expiresAt) {
      return refuse('EXPIRATION_INVALID', 'An update keeps the expiration or puts it off.');
    }
    const { creator } = content;
    const late = expiresAt > content.expiresAt ? this.#wrongExpiration(creator, expiresAt) : null;
    if (late !== null) return refuse('EXPIRATION_INVALID', late);
    const attributes = wish.attributes ?? content.attributes;
    const kept = { ...content, expiresAt, attributes };
    if (wish.data === undefined)
      return accept({ content: kept, data: this.#storedData(wish.id, kept) });
    return accept({
      content: { ...kept, data: this.#dataOf(wish.data) },
      data: detached(wish.data),
    });
  }

  #refresh(content: RecordContent, id: Uint8Array): RecordDraft {
    const wanted = this.#now + (content.refreshMs ?? 0);
    const possible = Math.min(wanted, this.#lastExpirationOf(content.creator) ?? wanted);
    const expiresAt = wallTimeOf(Math.max(content.expiresAt, possible));
    return { content: { ...content, expiresAt }, data: this.#storedData(id, content) };
  }

  /**
   * At least one lease away: the creator may have put the end off where nobody has heard of it yet,
   * and that version would come back when the tombstone is gone.
   */
  #tombstoneEnd({ creator, expiresAt }: RecordContent): WallTime {
    const leaseEnd = Math.min(
      this.#now + LIFETIME_MS,
      this.#lastExpirationOf(creator) ?? expiresAt,
    );
    return wallTimeOf(Math.max(expiresAt, leaseEnd));
  }

  /** Never earlier than the version before, nor than the laws let this version number be reached. */
  #nextVersion(content: RecordContent): RecordContent {
    const version = content.version + 1;
    const reachableAt = content.createdAt + version - LIMITS.versionsAhead;
    const modifiedAt = Math.max(this.#now, content.modifiedAt, reachableAt);
    return { ...content, version, modifiedAt: wallTimeOf(modifiedAt) };
  }

  /** What is raised here ends with the present membership of the creator. */
  #wrongExpiration(creator: Uint8Array, expiresAt: WallTime): string | null {
    if (expiresAt <= this.#now) return 'It lies in the past.';
    return this.#afterMembershipOf(creator, expiresAt);
  }

  /** Whoever changes a record: it lives no longer than its creator is a member. */
  #afterMembershipOf(creator: Uint8Array, expiresAt: WallTime): string | null {
    const last = this.#lastExpirationOf(creator);
    if (last === null) return 'No membership of the creator is here.';
    if (expiresAt <= last) return null;
    return `It lies ${Math.ceil((expiresAt - last) / 1000)} s after the end of the membership.`;
  }

  /** An end that is kept may be one of an earlier membership, which was longer: as admission judges it. */
  #afterMemberships(creator: Uint8Array, expiresAt: WallTime): string | null {
    const wrong = this.#afterMembershipOf(creator, expiresAt);
    if (wrong === null) return null;
    const known = this.#parts.findMember(creator);
    return known !== null && expiresAt <= lastExpiration(known) ? null : wrong;
  }

  #lastExpirationOf(creator: Uint8Array): WallTime | null {
    const { membership, findMember } = this.#parts;
    if (equalBytes(creator, membership.publicKey)) return lastExpiration(membership);
    const member = findMember(creator);
    return member === null ? null : lastExpiration(member);
  }

  #freeOrdinal(key: Pick<RecordContent, 'type' | 'creator' | 'createdAt'>): number {
    const { ids, ordinals } = this.#parts;
    let ordinal = ordinals.next(key.createdAt);
    while (this.#pending.findRecord(ids.idOf({ ...key, ordinal })) !== null) {
      ordinal = ordinals.next(key.createdAt);
    }
    return ordinal;
  }

  #dataOf(bytes: Uint8Array): RecordData {
    if (bytes.length <= LIMITS.inlineDataBytesMax) return { kind: 'inline', bytes };
    return { kind: 'detached', length: bytes.length, digest: this.#parts.crypto.sha256(bytes) };
  }

  #storedData(id: Uint8Array, { data }: RecordContent): Uint8Array | null {
    if (data.kind === 'inline') return null;
    return this.#pending.readData(id);
  }
}

/** Ordinals of the records that one member creates: from a random one on, so that two machines of a member seldom meet. */
export class Ordinals {
  readonly #chance: Chance;
  #createdAt: WallTime | null = null;
  #last = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  next(createdAt: WallTime): number {
    this.#last = this.peek(createdAt, 1);
    return this.#last;
  }

  /** What so many calls of `next` from now on will have given last. */
  peek(createdAt: WallTime, calls: number): number {
    if (createdAt !== this.#createdAt) this.#last = this.#startOf(createdAt);
    return (this.#last + calls) % ORDINALS;
  }

  #startOf(createdAt: WallTime): number {
    this.#createdAt = createdAt;
    const [high = 0, middle = 0, low = 0] = this.#chance.bytes(3);
    return (high * 0x1_0000 + middle * 0x100 + low) % ORDINALS;
  }
}

const ORDINALS = 2 ** 20;

function detached(bytes: Uint8Array): Uint8Array | null {
  return bytes.length > LIMITS.inlineDataBytesMax ? bytes : null;
}
