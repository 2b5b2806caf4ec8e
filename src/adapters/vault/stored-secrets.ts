// The lists of secrets that stand in a group's own file: discovery secrets that were replaced, and the texts
// of tickets. Each is sealed for itself, under a purpose of its own.

import { base64urlText } from '../../core/base/base64url.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { utf8Bytes, utf8Text } from '../../core/base/utf8.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { type FieldRecord, Fields } from './fields.ts';
import type { VaultKey } from './vault-key.ts';

/** 128 bits keep anybody from guessing it; more than 512 are a mistake. */
const DISCOVERY_SECRET_BYTES_MIN = 16;
const DISCOVERY_SECRET_BYTES_MAX = 64;
const DIGEST_BYTES = 32;
/** One lease: who was away for longer needs a renewal or an invitation, which have the present secret. */
export const ANSWERED_MS = 2_419_200_000;

export interface EarlierSecret {
  /** 16 to 64 bytes. Does not show when it is printed. */
  readonly secret: Uint8Array;
  /** When the one after it took its place here. */
  readonly replacedAt: WallTime;
}

export interface StoredTicket {
  /** Digest of the offer that it is for, 32 bytes. */
  readonly offer: Uint8Array;
  /** What is given to whoever is to join. Whoever has it may join. */
  readonly text: string;
}

/** Throws `MalformedBytes`. */
export function requireSecretLength({ length }: Uint8Array): void {
  if (length < DISCOVERY_SECRET_BYTES_MIN || length > DISCOVERY_SECRET_BYTES_MAX) {
    throw new MalformedBytes(`discoverySecret: ${length} bytes`);
  }
}

/**
 * With one more, the latest first; the same secret stands there once. Of too many one goes that nobody can find in
 * by any more, else the one that was in use for the shortest time: whoever makes one after the other cannot push those out by which members that are away find in.
 */
export function withEarlierSecret(
  secrets: readonly EarlierSecret[],
  replaced: EarlierSecret,
): readonly EarlierSecret[] {
  const others = secrets.filter(({ secret }) => !equalBytes(secret, replaced.secret));
  const all = [replaced, ...others];
  if (all.length <= LIMITS.earlierSecretsMax) return all;
  const [oldest] = all.slice(-1);
  const isOver = oldest !== undefined && oldest.replacedAt + ANSWERED_MS < replaced.replacedAt;
  if (isOver) return all.slice(0, -1);
  const reigns = all.map(({ replacedAt }, at) => replacedAt - (all[at + 1]?.replacedAt ?? 0));
  // Of several that were equally short the oldest.
  const shortest = reigns.lastIndexOf(Math.min(...reigns));
  return all.filter((_, at) => at !== shortest);
}

export function encodeEarlierSecrets(
  secrets: readonly EarlierSecret[],
  entry: string,
  key: VaultKey,
): readonly FieldRecord[] {
  return secrets.map(({ secret, replacedAt }) => ({
    secret: key.seal(secret, secretPurpose(entry)),
    replacedAt,
  }));
}

/** Throws `MalformedBytes`. */
export function decodeEarlierSecrets(
  values: readonly unknown[],
  entry: string,
  key: VaultKey,
): readonly EarlierSecret[] {
  if (values.length > LIMITS.earlierSecretsMax)
    throw new MalformedBytes('earlierSecrets: too many');
  return values.map((value) => {
    const fields = new Fields(value);
    const secret = key.open(fields.record('secret'), secretPurpose(entry));
    requireSecretLength(secret);
    const replacedAt = fields.wallTime('replacedAt');
    fields.end();
    return { secret, replacedAt };
  });
}

export function encodeTickets(
  tickets: readonly StoredTicket[],
  entry: string,
  key: VaultKey,
): readonly FieldRecord[] {
  return tickets.map(({ offer, text }) => ({
    offer: base64urlText(offer),
    text: key.seal(utf8Bytes(text), ticketPurpose(entry, offer)),
  }));
}

/** Throws `MalformedBytes`. */
export function decodeTickets(
  values: readonly unknown[],
  entry: string,
  key: VaultKey,
): readonly StoredTicket[] {
  if (values.length > LIMITS.offersOpenMax) throw new MalformedBytes('tickets: too many');
  return values.map((value) => {
    const fields = new Fields(value);
    const offer = fields.bytes('offer', DIGEST_BYTES, DIGEST_BYTES);
    const purpose = ticketPurpose(entry, offer);
    const text = utf8Text(key.open(fields.record('text'), purpose, LIMITS.ticketKeptBytesMax));
    fields.end();
    return { offer, text };
  });
}

function secretPurpose(entry: string): string {
  return `groups/${entry}.json earlierSecrets`;
}

function ticketPurpose(entry: string, offer: Uint8Array): string {
  return `groups/${entry}.json tickets ${base64urlText(offer)}`;
}
