// A group as the vault keeps it for one identity: membership and discovery secret in one file, the
// group's private key, which only its creators hold, in another, the address book in a third.

import { base64urlText } from '../../core/base/base64url.ts';
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
import type { VaultKey } from './vault-key.ts';

/** 128 bits keep anybody from guessing it; more than 512 are a mistake. */
const DISCOVERY_SECRET_BYTES_MIN = 16;
const DISCOVERY_SECRET_BYTES_MAX = 64;

export interface StoredGroup {
  readonly name: GroupName;
  /** The identity of this vault that is a member. */
  readonly identity: PeerName;
  readonly friendlyName: string;
  /** DER from the group root to the identity's own membership. The vault does not look inside. */
  readonly chain: readonly Uint8Array[];
  /** 16 to 64 bytes. Does not show when it is printed. */
  readonly discoverySecret: Uint8Array;
  /** PKCS #8 DER, for creators only. Does not show when it is printed. */
  readonly groupKey: Uint8Array | null;
  readonly joinedAt: WallTime;
  readonly addressBook: AddressBook;
}

/** What stands in the group's own file. */
export interface MembershipPart extends Omit<StoredGroup, 'groupKey' | 'addressBook'> {
  readonly hasGroupKey: boolean;
}

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
    hasGroupKey: group.groupKey !== null,
  };
}

/** Throws `MalformedBytes`. What it gives shares nothing with `fields`. */
export function decodeMembership(fields: Fields, entry: string, key: VaultKey): MembershipPart {
  const name = parseGroupName(fields.text('name'));
  const identity = parsePeerName(fields.text('identity'));
  if (groupEntry(identity, name) !== entry) throw new MalformedBytes('name: not that of the file');
  const friendlyName = fields.text('friendlyName');
  const joinedAt = fields.wallTime('joinedAt');
  const chain = fields.bytesList('chain', LIMITS.certificateBytesMax);
  const discoverySecret = key.open(fields.record('discoverySecret'), discoveryPurpose(entry));
  const part = { name, identity, friendlyName, joinedAt, chain, discoverySecret };
  requireBounded(part);
  return { ...part, hasGroupKey: fields.flag('hasGroupKey') };
}

function requireBounded(group: Omit<MembershipPart, 'hasGroupKey'>): void {
  if (!isDisplayText(group.friendlyName, FRIENDLY_NAME_LENGTH_MAX)) {
    throw new MalformedBytes('friendlyName: too long, or no text');
  }
  const { length } = group.discoverySecret;
  if (length < DISCOVERY_SECRET_BYTES_MIN || length > DISCOVERY_SECRET_BYTES_MAX) {
    throw new MalformedBytes(`discoverySecret: ${length} bytes`);
  }
  const chainBytes = group.chain.reduce((sum, certificate) => sum + certificate.length, 0);
  const isEmpty = group.chain.length === 0 || group.chain.some(({ length }) => length === 0);
  if (
    isEmpty ||
    group.chain.length > LIMITS.membershipsInChainMax + 1 ||
    chainBytes > LIMITS.chainBytesMax
  ) {
    throw new MalformedBytes('chain: empty or too long');
  }
}

function discoveryPurpose(entry: string): string {
  return `groups/${entry}.json discoverySecret`;
}
