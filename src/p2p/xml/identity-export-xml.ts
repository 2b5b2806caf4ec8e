// An identity with its private key as it is carried to another machine (PEERIDENTITYEXPORT 1.0): the name in PEERNAME,
// and in DATA as base64 what the API has sealed under the password. The name is part of what seals, so that none passes
// but the one that was exported.

import { bytesOfXml, nameOfXml, unchanged, writeBytesXml, writeNameXml } from './base64-xml.ts';
import { childElements, readXml } from './read-xml.ts';
import { writeXml } from './write-xml.ts';

export interface IdentityExport {
  readonly name: string;
  /** The API's text. */
  readonly sealed: string;
}

/** Several times the longest one. */
const LENGTH_MAX = 65_536;
const PREFIX = 'peergroup-identity-key:';

/** What the API seals under: names and passwords have no NUL. */
export function sealingPassword(name: string, password: string): string {
  return `${name}\0${password}`;
}

export function writeIdentityExportXml({ name, sealed }: IdentityExport): string {
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
  const parts = [writeNameXml('PEERNAME', name), writeBytesXml('DATA', bytes)];
  return writeXml('PEERIDENTITYEXPORT', { VERSION: '1.0' }, parts).xml;
}

/** E_INVALIDARG for what `writeIdentityExportXml` does not write. */
export function readIdentityExportXml(text: string): IdentityExport {
  return unchanged(text, { read, write: writeIdentityExportXml });
}

function read(text: string): IdentityExport {
  if (text.length > LENGTH_MAX) throw new RangeError('longer than any export');
  const [name, content] = childElements(readXml(text));
  if (name === undefined || content === undefined) throw new Error('without name or content');
  const sealed = PREFIX + Buffer.from(bytesOfXml(content)).toString('base64url');
  return { name: nameOfXml(name), sealed };
}
