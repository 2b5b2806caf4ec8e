// Invitations as XML (PEERINVITATION 1.0, whose elements are ours: p2p.h leaves them open). In GMC the API's invitation for
// one identity, which is signed as a whole; in OFFER the API's line for a group's password, which is not, and beside it
// who gives it away until when, with its signature. One document has one text.

import { isText } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import { PEER_E_INVITATION_NOT_TRUSTED, PEER_E_UNSUPPORTED_VERSION } from '../surface/results.ts';
import { bytesOfXml, nameOfXml, writeBytesXml, writeNameXml } from './base64-xml.ts';
import { childElements, readXml, textContent, type XmlElement } from './read-xml.ts';
import { writeXml, type XmlText } from './write-xml.ts';

/** Who gives a password invitation away. */
export interface PasswordIssuer {
  readonly name: string;
  readonly friendlyName: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Seconds since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
}

export type InvitationDocument =
  | { readonly kind: 'member'; readonly line: string }
  | {
      readonly kind: 'password';
      readonly line: string;
      readonly issuer: PasswordIssuer;
      readonly signature: Uint8Array;
    };

const ROOT = 'PEERINVITATION';
const VERSION = '1.0';
/** How the API's lines begin. */
const PREFIX = 'peergroup:';
/** Twice the API's longest line: more has no invitation. */
const LENGTH_MAX = 131_072;
const SECONDS = /^(?:0|[1-9][0-9]{0,11})$/;

export function writeInvitationXml(document: InvitationDocument): string {
  if (document.kind === 'member') return written([lineXml('GMC', document.line)]);
  const { signature } = document;
  return written([...passwordParts(document), writeBytesXml('SIGNATURE', signature)]);
}

/** What a password invitation's signature is of. */
export function signedText(line: string, issuer: PasswordIssuer): string {
  return written(passwordParts({ line, issuer }));
}

/**
 * Throws PEER_E_INVITATION_NOT_TRUSTED for every text that `writeInvitationXml` does not write, and
 * PEER_E_UNSUPPORTED_VERSION for an invitation of another version.
 */
export function readInvitationXml(text: string): InvitationDocument {
  demand(isText(text) && text.length <= LENGTH_MAX, PEER_E_INVITATION_NOT_TRUSTED);
  const root = rootOf(text);
  const version = root.attributes.get('VERSION');
  if (root.name === ROOT && version !== undefined) {
    demand(version === VERSION, PEER_E_UNSUPPORTED_VERSION);
  }
  const document = trusted(() => documentOf(root));
  demand(writeInvitationXml(document) === text, PEER_E_INVITATION_NOT_TRUSTED);
  return document;
}

function rootOf(text: string): XmlElement {
  return trusted(() => readXml(text));
}

function documentOf(root: XmlElement): InvitationDocument {
  const [first, name, friendlyName, key, startsAt, endsAt, signature] = childElements(root);
  if (first === undefined) throw new Error('an invitation without content');
  const line = PREFIX + Buffer.from(bytesOfXml(first)).toString('base64url');
  if (first.name === 'GMC') return { kind: 'member', line };
  const issuer = {
    name: nameOfXml(there(name)),
    friendlyName: nameOfXml(there(friendlyName)),
    publicKey: bytesOfXml(there(key)),
    startsAt: secondsOf(there(startsAt)),
    endsAt: secondsOf(there(endsAt)),
  };
  return { kind: 'password', line, issuer, signature: bytesOfXml(there(signature)) };
}

function passwordParts({
  line,
  issuer,
}: {
  readonly line: string;
  readonly issuer: PasswordIssuer;
}): readonly XmlText[] {
  return [
    lineXml('OFFER', line),
    writeNameXml('ISSUERPEERNAME', issuer.name),
    writeNameXml('ISSUERFRIENDLYNAME', issuer.friendlyName),
    writeBytesXml('ISSUERKEY', issuer.publicKey),
    writeXml('VALIDITYSTART', {}, String(issuer.startsAt)),
    writeXml('VALIDITYEND', {}, String(issuer.endsAt)),
  ];
}

function written(parts: readonly XmlText[]): string {
  return writeXml(ROOT, { VERSION }, parts).xml;
}

function lineXml(name: string, line: string): XmlText {
  return writeBytesXml(name, Buffer.from(line.slice(PREFIX.length), 'base64url'));
}

function secondsOf(element: XmlElement): number {
  const text = textContent(element);
  if (!SECONDS.test(text)) throw new RangeError(`${element.name}: ${text}`);
  return Number(text);
}

function there(element: XmlElement | undefined): XmlElement {
  if (element === undefined) throw new Error('an element is missing');
  return element;
}

/** Whatever is wrong with it. */
function trusted<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    throw new Failure(PEER_E_INVITATION_NOT_TRUSTED);
  }
}
