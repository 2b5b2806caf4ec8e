// What makes a group openable elsewhere, as bytes: the membership, the secrets by which the members find each
// other, where they were met, and the group's key when it is held. What the membership says is judged by the
// reader, not here.

import { ByteReader } from '../../core/base/byte-reader.ts';
import { ByteWriter } from '../../core/base/byte-writer.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import {
  FRIENDLY_NAME_BYTES_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
  NAME_BYTES_MAX,
  parsePeerName,
} from '../../core/domain/names.ts';
import { readAddresses, writeAddresses } from '../../core/wire/address-codec.ts';
import { readChain, writeChain } from '../../core/wire/chain-codec.ts';

const SECRET_BYTES_MIN = 16;
const SECRET_BYTES_MAX = 64;
const DIGEST_BYTES = 32;
/** An Ed25519 key as PKCS #8 takes 48. */
const KEY_BYTES_MAX = 128;
/** A secret with its length, and a time. */
const EARLIER_BYTES_MIN = 1 + SECRET_BYTES_MIN + 8;
/** A name without a classifier, its length, and an empty list. */
const CONTACT_BYTES_MIN = 42;

export interface GroupSecrets {
  /** 16 to 64 bytes. */
  readonly discoverySecret: Uint8Array;
  /** 32 bytes. */
  readonly epoch: Uint8Array | null;
  readonly earlierSecrets: readonly EarlierOne[];
}

interface EarlierOne {
  readonly secret: Uint8Array;
  readonly replacedAt: WallTime;
}

export interface GroupConfig extends GroupSecrets {
  readonly friendlyName: string;
  /** DER, from the group root on. */
  readonly chain: readonly Uint8Array[];
  /** PKCS #8. */
  readonly groupKey: Uint8Array | null;
  /** Those met last come first. */
  readonly contacts: readonly Contact[];
}

export function encodeGroupConfig(config: GroupConfig): Uint8Array {
  const out = new ByteWriter(4_096).text(config.friendlyName);
  writeChain(out, config.chain);
  out.bytes(config.discoverySecret).bytes(config.epoch ?? new Uint8Array(0));
  out.varint(config.earlierSecrets.length);
  for (const { secret, replacedAt } of config.earlierSecrets) {
    out.bytes(secret).i53(Math.trunc(replacedAt));
  }
  out.bytes(config.groupKey ?? new Uint8Array(0));
  out.varint(config.contacts.length);
  for (const { member, addresses } of config.contacts) writeAddresses(out.text(member), addresses);
  return out.finish();
}

/** Throws `MalformedBytes`. Shares nothing with `bytes`. */
export function decodeGroupConfig(bytes: Uint8Array): GroupConfig {
  const input = new ByteReader(bytes.slice());
  const friendlyName = input.text(FRIENDLY_NAME_BYTES_MAX);
  if (!isDisplayText(friendlyName, FRIENDLY_NAME_LENGTH_MAX)) {
    throw new MalformedBytes('name of the group');
  }
  const chain = readChain(input);
  const discoverySecret = readSecret(input);
  const epoch = orNull(input.bytes(DIGEST_BYTES));
  if (epoch !== null && epoch.length !== DIGEST_BYTES) throw new MalformedBytes('epoch');
  const earlierSecrets = readEarlier(input);
  const groupKey = orNull(input.bytes(KEY_BYTES_MAX));
  const contacts = readContacts(input);
  input.end();
  return { friendlyName, chain, discoverySecret, epoch, earlierSecrets, groupKey, contacts };
}

function readEarlier(input: ByteReader): readonly EarlierOne[] {
  const secrets: EarlierOne[] = [];
  for (let left = input.count(LIMITS.earlierSecretsMax, EARLIER_BYTES_MIN); left > 0; left--) {
    secrets.push({ secret: readSecret(input), replacedAt: readTime(input) });
  }
  return secrets;
}

function readContacts(input: ByteReader): readonly Contact[] {
  const contacts: Contact[] = [];
  for (let left = input.count(LIMITS.contactsInExportMax, CONTACT_BYTES_MIN); left > 0; left--) {
    const member = parsePeerName(input.text(NAME_BYTES_MAX));
    contacts.push({ member, addresses: readAddresses(input) });
  }
  return contacts;
}

function readSecret(input: ByteReader): Uint8Array {
  const secret = input.bytes(SECRET_BYTES_MAX);
  if (secret.length < SECRET_BYTES_MIN) throw new MalformedBytes('secret: too short');
  return secret;
}

/** A time that Date can name. */
function readTime(input: ByteReader): WallTime {
  const time = input.i53();
  if (Number.isNaN(new Date(time).getTime())) throw new MalformedBytes('time');
  return wallTimeOf(time);
}

function orNull(bytes: Uint8Array): Uint8Array | null {
  return bytes.length === 0 ? null : bytes;
}
