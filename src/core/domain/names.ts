// Peer names and group names: `<authority>` or `<authority>.<classifier>` (protocol.md §2.1). The
// authority is bound to a key, the classifier is free text, and names compare case-sensitively.

import { hexText } from '../base/hex.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { isWellFormedText } from '../base/utf8.ts';

declare const peerName: unique symbol;
declare const groupName: unique symbol;

/** The name of an identity. */
export type PeerName = string & { readonly [peerName]: true };
/** The name of a group, of the same form. */
export type GroupName = string & { readonly [groupName]: true };

/** UTF-16 code units; the figure of p2p.h. */
export const CLASSIFIER_LENGTH_MAX = 149;
/** UTF-16 code units of a friendly name or comment; the figure of p2p.h. */
export const FRIENDLY_NAME_LENGTH_MAX = 255;
/** Bytes of the longest name in UTF-8: 40 digits, a dot and 149 units of at most 3 bytes. */
export const NAME_BYTES_MAX = 41 + 3 * CLASSIFIER_LENGTH_MAX;
/** Bytes of the longest friendly name in UTF-8. */
export const FRIENDLY_NAME_BYTES_MAX = 3 * FRIENDLY_NAME_LENGTH_MAX;

const AUTHORITY_DIGITS = 40;
const AUTHORITY = /^[0-9a-f]{40}$/;

/** The authority of a key: the first 160 bits of SHA-256 over its SubjectPublicKeyInfo, as 40 digits. */
export function authorityOfDigest(digest: Uint8Array): string {
  return hexText(digest.subarray(0, AUTHORITY_DIGITS / 2));
}

export function joinName(authority: string, classifier: string): string {
  return classifier === '' ? authority : `${authority}.${classifier}`;
}

export function authorityOf(name: PeerName | GroupName): string {
  return name.slice(0, AUTHORITY_DIGITS);
}

/** Throws `MalformedBytes` unless `text` has the form of a name. */
export function parsePeerName(text: string): PeerName {
  requireName(text);
  return text as PeerName;
}

/** Throws `MalformedBytes` unless `text` has the form of a name. */
export function parseGroupName(text: string): GroupName {
  requireName(text);
  return text as GroupName;
}

/** True for text that may be a classifier, a friendly name or a comment of at most `lengthMax` units. */
export function isDisplayText(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax && !text.includes('\0') && isWellFormedText(text);
}

function requireName(text: string): void {
  const classifier = text.slice(AUTHORITY_DIGITS + 1);
  const isDotted = text[AUTHORITY_DIGITS] === '.' && classifier !== '';
  if (!AUTHORITY.test(text.slice(0, AUTHORITY_DIGITS)) || (text.length > 40 && !isDotted)) {
    throw new MalformedBytes('name: expected 40 hexadecimal digits, then nothing or .classifier');
  }
  if (!isDisplayText(classifier, CLASSIFIER_LENGTH_MAX)) {
    throw new MalformedBytes(`name: classifier of at most ${CLASSIFIER_LENGTH_MAX} characters`);
  }
}
