// A group as the vault keeps it for one identity: membership, discovery secrets and tickets in one file,
// the group's private key, which only its creators hold, in another, the address book in a third. Files of
// version 1 had one secret and no tickets.

import { base64urlText } from '../../core/base/base64url.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import {
  authorityOf,
  FRIENDLY_NAME_LENGTH_MAX,
  type GroupName,
  isDisplayText,
  type PeerName,
  parseGroupName,
  parsePeerName,
} from '../../core/domain/names.ts';
import type { AddressBook } from './address-book.ts';
import type { FieldRecord, Fields } from './fields.ts';
import {
  decodeEarlierSecrets,
  decodeTickets,
  type EarlierSecret,
  encodeEarlierSecrets,
  encodeTickets,
  requireSecretLength,
  type StoredTicket,
  withEarlierSecret,
} from './stored-secrets.ts';
import type { VaultKey } from './vault-key.ts';

const DIGEST_BYTES = 32;

export interface StoredGroup {
  readonly name: GroupName;
  /** The identity of this vault that is a member. */
  readonly identity: PeerName;
  readonly friendlyName: string;
  /** DER from the group root to the identity's own membership. The vault does not look inside. */
  readonly chain: readonly Uint8Array[];
  /** The present one, 16 to 64 bytes. Does not show when it is printed. */
  readonly discoverySecret: Uint8Array;
  /** Those before it, the latest first, at most `LIMITS.earlierSecretsMax`. */
  readonly earlierSecrets: readonly EarlierSecret[];
  /** Digest of the epoch that the present secret is of; null when it is of none, or of one not known here. */
  readonly epoch: Uint8Array | null;
  /** Those that this member made, the latest first, at most `LIMITS.offersOpenMax`. */
  readonly tickets: readonly StoredTicket[];
  /** PKCS #8 DER, for creators only. Does not show when it is printed. */
  readonly groupKey: Uint8Array | null;
  readonly joinedAt: WallTime;
  readonly addressBook: AddressBook;
}

/** What stands in the group's own file. */
export interface MembershipPart extends Omit<StoredGroup, 'groupKey' | 'addressBook'> {
  readonly hasGroupKey: boolean;
}

/** Where a group's own file stands, and how it was sealed. */
interface MembershipPlace {
  readonly entry: string;
  readonly key: VaultKey;
  /** Of the file; missing for what is only about to be written. */
  readonly version?: number;
}

type LaterPart = Pick<StoredGroup, 'earlierSecrets' | 'epoch' | 'tickets'>;

const LATER_OF_VERSION_1: LaterPart = { earlierSecrets: [], epoch: null, tickets: [] };

/** The entry's name on the shelf: two identities of one user may be in the same group. */
export function groupEntry(identity: PeerName, group: GroupName): string {
  return `${authorityOf(identity)}-${authorityOf(group)}`;
}

export function encodeMembership(group: StoredGroup, key: VaultKey): FieldRecord {
  const { name, identity, friendlyName, joinedAt } = group;
  const entry = groupEntry(identity, name);
  return {
    name,
    identity,
    friendlyName,
    joinedAt,
    chain: group.chain.map(base64urlText),
    discoverySecret: key.seal(group.discoverySecret, discoveryPurpose(entry)),
    earlierSecrets: encodeEarlierSecrets(group.earlierSecrets, entry, key),
    epoch: group.epoch === null ? null : base64urlText(group.epoch),
    tickets: encodeTickets(group.tickets, entry, key),
    hasGroupKey: group.groupKey !== null,
  };
}

/** Throws `MalformedBytes`. What it gives shares nothing with `fields`. */
export function decodeMembership(
  fields: Fields,
  { entry, key, version }: MembershipPlace,
): MembershipPart {
  const name = parseGroupName(fields.text('name'));
  const identity = parsePeerName(fields.text('identity'));
  if (groupEntry(identity, name) !== entry) throw new MalformedBytes('name: not that of the file');
  const friendlyName = fields.text('friendlyName');
  const joinedAt = fields.wallTime('joinedAt');
  const chain = fields.bytesList('chain', LIMITS.certificateBytesMax);
  const discoverySecret = key.open(fields.record('discoverySecret'), discoveryPurpose(entry));
  const later = version === 1 ? LATER_OF_VERSION_1 : decodeLater(fields, entry, key);
  const part = { name, identity, friendlyName, joinedAt, chain, discoverySecret, ...later };
  requireBounded(part);
  return { ...part, hasGroupKey: fields.flag('hasGroupKey') };
}

/** What version 2 has more. */
function decodeLater(fields: Fields, entry: string, key: VaultKey): LaterPart {
  return {
    earlierSecrets: decodeEarlierSecrets(fields.list('earlierSecrets'), entry, key),
    epoch: fields.bytesOrNull('epoch', DIGEST_BYTES, DIGEST_BYTES),
    tickets: decodeTickets(fields.list('tickets'), entry, key),
  };
}

function requireBounded(group: Omit<MembershipPart, 'hasGroupKey'>): void {
  if (!isDisplayText(group.friendlyName, FRIENDLY_NAME_LENGTH_MAX)) {
    throw new MalformedBytes('friendlyName: too long, or no text');
  }
  requireSecretLength(group.discoverySecret);
  const chainBytes = group.chain.reduce((sum, certificate) => sum + certificate.length, 0);
  const isEmpty = group.chain.length === 0 || group.chain.some(({ length }) => length === 0);
  if (
    isEmpty ||
    group.chain.length > LIMITS.certificatesInChainMax ||
    chainBytes > LIMITS.chainBytesMax
  ) {
    throw new MalformedBytes('chain: empty or too long');
  }
}

function discoveryPurpose(entry: string): string {
  return `groups/${entry}.json discoverySecret`;
}

/** What members find each other by from now on. */
export interface NextSecret {
  readonly secret: Uint8Array;
  readonly epoch: Uint8Array | null;
  /** Now. */
  readonly at: WallTime;
}

/** The same secret again stays where it is, and is of this epoch now. */
export function withNextSecret(group: StoredGroup, { secret, epoch, at }: NextSecret): StoredGroup {
  const { discoverySecret, earlierSecrets } = group;
  if (equalBytes(secret, discoverySecret)) return { ...group, epoch };
  const others = earlierSecrets.filter((earlier) => !equalBytes(earlier.secret, secret));
  const replaced = { secret: discoverySecret, replacedAt: at };
  return {
    ...group,
    discoverySecret: secret,
    epoch,
    earlierSecrets: withEarlierSecret(others, replaced),
  };
}

export function withTicket(group: StoredGroup, ticket: StoredTicket): StoredGroup {
  const { tickets } = withoutTicket(group, ticket.offer);
  return { ...group, tickets: [ticket, ...tickets].slice(0, LIMITS.offersOpenMax) };
}

export function withoutTicket(group: StoredGroup, offer: Uint8Array): StoredGroup {
  const tickets = group.tickets.filter((ticket) => !equalBytes(ticket.offer, offer));
  return tickets.length === group.tickets.length ? group : { ...group, tickets };
}
