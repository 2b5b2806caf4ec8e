// Signs the card of our own node, and judges the cards of others (protocol.md §13.1): whose they are,
// whether that key signed them for this group, and whether their time can be. One judge serves all who
// get cards, so that a card that goes round is checked once and the checks of a second are bounded.

import { ByteWriter } from '../../base/byte-writer.ts';
import { bytesKey, equalBytes } from '../../base/bytes.ts';
import type { Now, WallTime } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import { lineageOf } from '../../domain/lineage.ts';
import type { Membership } from '../../domain/membership.ts';
import type { GroupName, PeerName } from '../../domain/names.ts';
import type { Crypto, Signer } from '../../ports/crypto.ts';
import type { PeerCard, UnsignedCard } from '../../wire/peer-card-codec.ts';
import { writeUnsignedCard } from '../../wire/peer-card-codec.ts';
import { RatesByMember } from '../rates-by-member.ts';
import { TokenBucket } from '../token-bucket.ts';

/** Says what is signed, so that no other signature of the same key can pass for this one. */
const SIGNATURE_CONTEXT = 'peergroup-card-v1';

/** So long a card says that its node is present; the figure of MS-PPGRH. It is renewed at half of it. */
export const PRESENCE_LIFETIME_MS = 300_000;
/** So long a card says where its node may be found: a guess, of machines that are on every day. */
export const CONTACT_LIFETIME_MS = 86_400_000;
/** How far a card may be ahead of group time: what MS-PPGRH lets two clocks differ by. */
const AHEAD_MAX_MS = 1_200_000;

/** Who a key belongs to, among the memberships that are known and not ended. */
export interface CardHolder {
  readonly member: PeerName;
  readonly lineage: readonly PeerName[];
}

export function holderOf(membership: Membership): CardHolder {
  return { member: membership.member, lineage: lineageOf(membership) };
}

/** A card whose signature was checked, of a member that is known. */
export interface KnownCard extends CardHolder {
  readonly key: NodeKey;
  readonly card: PeerCard;
}

export type CardVerdict =
  | { readonly kind: 'sound'; readonly known: KnownCard }
  /** No honest neighbor passes such a card on: each checks before it does. */
  | { readonly kind: 'forged' }
  /** Nobody's fault: not to be used, not to be passed on. */
  | { readonly kind: 'dropped'; readonly why: WhyDropped };

type WhyDropped = 'unknownKey' | 'outOfTime' | 'tooManyChecks';

declare const nodeKey: unique symbol;

/** Names one node of one member: a member may have several, and nobody can take another's. */
export type NodeKey = string & { readonly [nodeKey]: true };

export function nodeKeyOf(publicKey: Uint8Array, nodeId: bigint): NodeKey {
  return (bytesKey(publicKey) + nodeId.toString(16)) as NodeKey;
}

export function signCard(
  body: Omit<UnsignedCard, 'publicKey'>,
  group: GroupName,
  signer: Signer,
): PeerCard {
  const unsigned = { ...body, publicKey: signer.publicKey };
  return { ...unsigned, signature: signer.sign(signedBytesOf(unsigned, group)) };
}

function signedBytesOf(card: UnsignedCard, group: GroupName): Uint8Array {
  const out = new ByteWriter().text(SIGNATURE_CONTEXT).text(group);
  writeUnsignedCard(out, card);
  return out.finish();
}

export interface CardJudgeParts {
  readonly crypto: Crypto;
  readonly group: GroupName;
  /** Null for a key of nobody whose membership is known. */
  readonly memberOf: (publicKey: Uint8Array) => CardHolder | null;
}

export class CardJudge {
  readonly #parts: CardJudgeParts;
  /** The latest card of each node that was found sound, the longest unseen first. */
  readonly #soundByNode = new Map<NodeKey, PeerCard>();
  readonly #checks = new TokenBucket(LIMITS.cardChecksBurst, LIMITS.cardChecksPerSecond);
  /** Whoever signs more is not to use up what the others need. */
  readonly #checksOf = new RatesByMember(
    LIMITS.memberCardChecksBurst,
    LIMITS.memberCardChecksPerSecond,
  );

  constructor(parts: CardJudgeParts) {
    this.#parts = parts;
  }

  /** In the place of a card that is older than one that was seen the later one is given, and nothing checked. */
  judge(card: PeerCard, now: Now, groupTime: WallTime): CardVerdict {
    const holder = this.#parts.memberOf(card.publicKey);
    if (holder === null) return dropped('unknownKey');
    const { instant } = now;
    const key = nodeKeyOf(card.publicKey, card.nodeId);
    // Whoever repeats former cards of others would otherwise use up their checks.
    const latest = this.#soundByNode.get(key);
    if (latest !== undefined && card.issuedAt < latest.issuedAt) {
      return { kind: 'sound', known: { ...holder, key, card: latest } };
    }
    const mayCheck = () =>
      this.#checksOf.take(holder.member, instant) && this.#checks.take(instant);
    return this.#judge(card, holder, groupTime, mayCheck);
  }

  /** The card that came with a link, whose far end proved who it is: checked however many others were. */
  judgeOf(holder: CardHolder, card: PeerCard, groupTime: WallTime): CardVerdict {
    return this.#judge(card, holder, groupTime, () => true);
  }

  #judge(
    card: PeerCard,
    holder: CardHolder,
    groupTime: WallTime,
    mayCheck: () => boolean,
  ): CardVerdict {
    const aheadMs = card.issuedAt - groupTime;
    if (aheadMs > AHEAD_MAX_MS || -aheadMs > CONTACT_LIFETIME_MS) return dropped('outOfTime');
    const key = nodeKeyOf(card.publicKey, card.nodeId);
    const remembered = this.#soundByNode.get(key);
    if (remembered === undefined || !isSame(remembered, card)) {
      if (!mayCheck()) return dropped('tooManyChecks');
      if (!this.#isSigned(card)) return { kind: 'forged' };
    }
    this.#remember(key, card);
    return { kind: 'sound', known: { ...holder, key, card } };
  }

  #isSigned(card: PeerCard): boolean {
    const { crypto, group } = this.#parts;
    return crypto.verify(card.publicKey, signedBytesOf(card, group), card.signature);
  }

  #remember(key: NodeKey, card: PeerCard): void {
    const before = this.#soundByNode.get(key);
    const latest = before !== undefined && before.issuedAt > card.issuedAt ? before : card;
    this.#soundByNode.delete(key);
    this.#soundByNode.set(key, latest);
    if (this.#soundByNode.size <= LIMITS.cardsRememberedMax) return;
    for (const oldest of this.#soundByNode.keys()) {
      this.#soundByNode.delete(oldest);
      return;
    }
  }
}

/** Of two cards of one node: the same to the last byte. Compared by fields, which costs less than encoding. */
function isSame(a: PeerCard, b: PeerCard): boolean {
  if (a === b) return true;
  return (
    a.issuedAt === b.issuedAt &&
    a.isLeaving === b.isLeaving &&
    equalBytes(a.signature, b.signature) &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every(({ host, port }, at) => {
      const other = b.addresses[at];
      return host === other?.host && port === other.port;
    })
  );
}

function dropped(why: WhyDropped): CardVerdict {
  return { kind: 'dropped', why };
}
