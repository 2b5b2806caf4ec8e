// The public description of an identity (PEERIDENTITYINFO 1.0): its certificate as base64 in IDC, signed with its own
// key. The API's identity card (docs/protocol.md, section 5.1) carries the same certificate.

import type { Identity } from '../../api/index.ts';
import { bytesOfXml, unchanged, writeBytesXml } from './base64-xml.ts';
import { childElements, readXml } from './read-xml.ts';
import { writeXml } from './write-xml.ts';

/** Several times the longest certificate. */
const LENGTH_MAX = 65_536;
const CARD_PREFIX = 'peergroup-identity:';
const CARD_VERSION = 1;

export function writeIdentityXml(identity: Identity): string {
  return write(derOfPem(identity.toPem()));
}

/**
 * The card of the identity that a text of `writeIdentityXml` is about; E_INVALIDARG for text that is none or was changed
 * outside the certificate. Whether the certificate is whole says whoever reads the card.
 */
export function cardOfIdentityXml(text: string): string {
  const der = unchanged(text, { read, write });
  const card = [Uint8Array.of(CARD_VERSION, ...leb128Of(der.length)), der];
  return CARD_PREFIX + Buffer.concat(card).toString('base64url');
}

function write(der: Uint8Array): string {
  return writeXml('PEERIDENTITYINFO', { VERSION: '1.0' }, [writeBytesXml('IDC', der)]).xml;
}

function read(text: string): Uint8Array {
  if (text.length > LENGTH_MAX) throw new RangeError('longer than any description');
  const [first] = childElements(readXml(text));
  if (first === undefined) throw new Error('without a certificate');
  return bytesOfXml(first);
}

function derOfPem(pem: string): Uint8Array {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

function leb128Of(value: number): readonly number[] {
  const low = value & 0x7f;
  return value === low ? [low] : [low | 0x80, ...leb128Of(value >>> 7)];
}
