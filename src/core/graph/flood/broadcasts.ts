// Broadcasts of application data (protocol.md §13.4): signs our own, and judges those of others by who
// signed them, when, and whether they were here. Nobody stores one: who is away does not get it.

import { ByteWriter } from '../../base/byte-writer.ts';
import { concatBytes } from '../../base/bytes.ts';
import { MalformedBytes } from '../../base/malformed-bytes.ts';
import type { Now, WallTime } from '../../base/time.ts';
import type { MessageType } from '../../domain/message-types.ts';
import type { GroupName, PeerName } from '../../domain/names.ts';
import type { Crypto, Signer } from '../../ports/crypto.ts';
import type { SignedBroadcast, UnsignedBroadcast } from '../../wire/broadcast.ts';
import { decodeBroadcast, encodeBroadcast, encodeUnsignedBroadcast } from '../../wire/broadcast.ts';
import { BroadcastNumbers } from './broadcast-numbers.ts';

/** Says what is signed, so that no other signature of the same key can pass for this one. */
const SIGNATURE_CONTEXT = 'peergroup-broadcast-v1';
/** What clocks of a group may differ by, and no replay may be older: as for records. */
const FRESH_MS = 600_000;

export interface BroadcastsParts {
  readonly crypto: Crypto;
  readonly signer: Signer;
  readonly group: GroupName;
  readonly nodeId: bigint;
  /** Null for a key of nobody whose membership is known and has not ended. */
  readonly memberOf: (publicKey: Uint8Array) => { readonly member: PeerName } | null;
}

/** What the application is told. */
interface Broadcast {
  readonly member: PeerName;
  readonly nodeId: bigint;
  readonly type: MessageType;
  /** A view of what was judged. */
  readonly bytes: Uint8Array;
}

export type BroadcastVerdict =
  | { readonly kind: 'accepted'; readonly broadcast: Broadcast }
  /** No honest neighbor passes such a one on: each judges before it does. */
  | { readonly kind: 'forged' }
  /** Nobody's fault, or that of its author: not told, not passed on. */
  | { readonly kind: 'unwanted'; readonly why: UnwantedBroadcast };

type UnwantedBroadcast = 'unknownMember' | 'notFresh' | 'seenBefore' | 'tooMany';

export class Broadcasts {
  readonly #parts: BroadcastsParts;
  readonly #numbers = new BroadcastNumbers();
  readonly #groupContext: Uint8Array;
  /** Null before the first. */
  #sequence: number | null = null;

  constructor(parts: BroadcastsParts) {
    this.#parts = parts;
    this.#groupContext = new ByteWriter().text(SIGNATURE_CONTEXT).text(parts.group).finish();
  }

  /** The bytes of a parcel of the kind `application`; null when we sent too many lately. */
  sign(type: MessageType, bytes: Uint8Array, now: Now, groupTime: WallTime): Uint8Array | null {
    const { signer, nodeId } = this.#parts;
    const { publicKey } = signer;
    // Whoever connects again is the same node to the others, and must not begin with numbers they have seen.
    const sequence = (this.#sequence ?? Math.floor(now.instant)) + 1;
    if (!this.#numbers.take(publicKey, nodeId, sequence, now.instant)) return null;
    this.#sequence = sequence;
    const unsigned = { publicKey, nodeId, sequence, sentAt: groupTime, type, bytes };
    return encodeBroadcast({ ...unsigned, signature: signer.sign(this.#signedBytes(unsigned)) });
  }

  judge(parcelBytes: Uint8Array, now: Now, groupTime: WallTime): BroadcastVerdict {
    const broadcast = decodedOrNull(parcelBytes);
    if (broadcast === null) return { kind: 'forged' };
    const { publicKey, nodeId, sequence, sentAt, type, bytes, signature } = broadcast;
    const holder = this.#parts.memberOf(publicKey);
    if (holder === null) return unwanted('unknownMember');
    if (Math.abs(sentAt - groupTime) > FRESH_MS) return unwanted('notFresh');
    if (this.#numbers.isSeen(publicKey, nodeId, sequence)) return unwanted('seenBefore');
    // Nobody makes us check more signatures than the author may have sent.
    if (this.#numbers.isSpent(publicKey, nodeId, now.instant)) return unwanted('tooMany');
    // Before something is taken: otherwise somebody else could use up what the author may send.
    const isSigned = this.#parts.crypto.verify(publicKey, this.#signedBytes(broadcast), signature);
    if (!isSigned) return { kind: 'forged' };
    if (!this.#numbers.take(publicKey, nodeId, sequence, now.instant)) return unwanted('tooMany');
    return { kind: 'accepted', broadcast: { member: holder.member, nodeId, type, bytes } };
  }

  #signedBytes(broadcast: UnsignedBroadcast): Uint8Array {
    return concatBytes([this.#groupContext, encodeUnsignedBroadcast(broadcast)]);
  }
}

function decodedOrNull(bytes: Uint8Array): SignedBroadcast | null {
  try {
    return decodeBroadcast(bytes);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

function unwanted(why: UnwantedBroadcast): BroadcastVerdict {
  return { kind: 'unwanted', why };
}
