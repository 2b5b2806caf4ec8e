// A group as it is carried to another machine (PEERGROUPCONFIG 1.0): names and certificates as they are, and sealed
// under the password what makes it work, in GROUPKEY when the key of the group is part of it. What is not sealed is part
// of what seals, so that no document passes but the one that was exported.

import { createHash } from 'node:crypto';

import { CLOUD_NAME } from '../peers/clouds.ts';
import { bytesOfXml, nameOfXml, unchanged, writeBytesXml, writeNameXml } from './base64-xml.ts';
import { childElements, readXml, type XmlElement } from './read-xml.ts';
import { writeXml } from './write-xml.ts';

/** What stands there for everybody to read. */
export interface ConfigFace {
  readonly identity: string;
  readonly group: string;
  /** The certificates of the chain, DER, one after the other: the member's own first, the group's last. */
  readonly chain: Uint8Array;
  /** The key of the group is part of what is sealed. */
  readonly isOwner: boolean;
}

export interface GroupConfig extends ConfigFace {
  /** The API's text. */
  readonly sealed: string;
}

const PREFIX = 'peergroup-group:';
/** Far longer than any export of the API with its chain. */
const LENGTH_MAX = 1_048_576;
const SCOPE = 'global';
const CLOUD_FLAGS = '0';

/** What the API seals under: no digest is the beginning of another one. */
export function configPassword(face: ConfigFace, password: string): string {
  const digest = createHash('sha256').update(document(face, new Uint8Array())).digest('hex');
  return `${digest}\0${password}`;
}

export function writeConfigXml(config: GroupConfig): string {
  const bytes = Buffer.from(config.sealed.slice(PREFIX.length), 'base64url');
  return document(config, bytes);
}

/** E_INVALIDARG for what `writeConfigXml` does not write. */
export function readConfigXml(text: string): GroupConfig {
  return unchanged(text, { read, write: writeConfigXml });
}

function document({ identity, group, chain, isOwner }: ConfigFace, sealed: Uint8Array): string {
  const parts = [
    writeNameXml('IDENTITYPEERNAME', identity),
    writeNameXml('GROUPPEERNAME', group),
    writeXml('CLOUDNAME', {}, CLOUD_NAME),
    writeXml('SCOPE', {}, SCOPE),
    writeXml('CLOUDFLAGS', {}, CLOUD_FLAGS),
    writeBytesXml('GMC', chain),
    writeBytesXml(isOwner ? 'GROUPKEY' : 'GROUPDATA', sealed),
  ];
  return writeXml('PEERGROUPCONFIG', { VERSION: '1.0' }, parts).xml;
}

function read(text: string): GroupConfig {
  if (text.length > LENGTH_MAX) throw new RangeError('longer than any configuration');
  const elements = childElements(readXml(text));
  const sealed = elements.find(({ name }) => name === 'GROUPKEY' || name === 'GROUPDATA');
  return {
    identity: nameOfXml(named(elements, 'IDENTITYPEERNAME')),
    group: nameOfXml(named(elements, 'GROUPPEERNAME')),
    chain: bytesOfXml(named(elements, 'GMC')),
    isOwner: sealed?.name === 'GROUPKEY',
    sealed: PREFIX + Buffer.from(bytesOfXml(there(sealed))).toString('base64url'),
  };
}

function named(elements: readonly XmlElement[], name: string): XmlElement {
  return there(elements.find((each) => each.name === name));
}

function there(element: XmlElement | undefined): XmlElement {
  if (element === undefined) throw new Error('an element is missing');
  return element;
}
