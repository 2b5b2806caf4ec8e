// The file that the records of a group are moved in (protocol.md §12.10), part by part, so that neither
// side holds it whole. Whoever reads it has compared the digest at its end before any part of it counts;
// what the parts say is judged like anything from others.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import {
  type GroupName,
  NAME_BYTES_MAX,
  type PeerName,
  parseGroupName,
  parsePeerName,
} from '../domain/names.ts';
import type { Bundle } from '../domain/records.ts';
import type { SecurityForm } from '../domain/security.ts';
import { decodeBundle } from './bundle.ts';
import { CONTENT_BYTES_MAX } from './record-content.ts';

/** Beyond text, so that a file that was sent as text, or cut, is not taken for one. */
const MAGIC = Uint8Array.of(0x89, 0x50, 0x47, 0x52, 0x58, 0x0d, 0x0a, 0x1a);
/** Of a file with security parts; one without is of version 1, as all were before there were any. */
export const EXPORT_VERSION = 2;
/** Magic and version. */
export const EXPORT_BEGIN_BYTES = MAGIC.length + 1;
/** SHA-256 over everything before it: the end of the file, whatever its version. */
export const EXPORT_DIGEST_BYTES = 32;
/** Kind and length. */
export const PART_HEAD_BYTES = 5;
/** Contents and data of one bundle; a single record may be larger. A reader holds a few bundles at a time. */
export const EXPORT_BUNDLE_BYTES = 4_194_304;

const KIND_BY_NAME = { about: 1, membership: 2, security: 5, bundle: 3, end: 4 } as const;
/** In the order in which they stand in a file. */
const NAMES = ['about', 'membership', 'security', 'bundle', 'end'] as const;
const NUMBER_BY_FORM = { statement: 1, page: 2 } as const;
export type PartName = keyof typeof KIND_BY_NAME;

/** Without a bound the length of a part could make a reader take any amount of memory. */
const BODY_BYTES_MAX: Readonly<Record<PartName, number>> = {
  about: 2 * (2 + NAME_BYTES_MAX) + 8,
  membership: LIMITS.chainBytesMax + 4 * (LIMITS.certificatesInChainMax + 1),
  security: 1 + LIMITS.statementBytesMax,
  // The largest single record, with room for the statement, the places and the cover.
  bundle: LIMITS.recordDataBytesMax + CONTENT_BYTES_MAX + 65_536,
  end: 4 * 8,
};

/** Whose records they are. */
export interface ExportAbout {
  readonly group: GroupName;
  readonly member: PeerName;
  readonly madeAt: WallTime;
}

export interface ExportTotals {
  readonly memberships: number;
  readonly security: number;
  readonly bundles: number;
  readonly records: number;
}

export type ExportPart =
  | { readonly name: 'about'; readonly about: ExportAbout }
  /** DER, the root first. */
  | { readonly name: 'membership'; readonly chain: readonly Uint8Array[] }
  | { readonly name: 'security'; readonly item: ExportedSecurity }
  | { readonly name: 'bundle'; readonly bundle: Bundle }
  | { readonly name: 'end'; readonly totals: ExportTotals };

/** A statement or a page, as it travels. */
export interface ExportedSecurity {
  readonly form: SecurityForm;
  readonly bytes: Uint8Array;
}

export interface PartHead {
  readonly name: PartName;
  readonly bodyBytes: number;
}

/** How an export file begins that has this of security. */
export function encodeExportBegin({ security }: Pick<ExportTotals, 'security'>): Uint8Array {
  return new ByteWriter()
    .raw(MAGIC)
    .u8(security > 0 ? EXPORT_VERSION : 1)
    .finish();
}

/** The version. Throws `MalformedBytes` for what is no export file. */
export function decodeExportBegin(bytes: Uint8Array): number {
  const input = new ByteReader(bytes);
  for (const byte of MAGIC) if (input.u8() !== byte) throw new MalformedBytes('no export file');
  const version = input.u8();
  input.end();
  return version;
}

export function encodePartHead({ name, bodyBytes }: PartHead): Uint8Array {
  assert(bodyBytes <= BODY_BYTES_MAX[name], 'a part is as long as one may be');
  return new ByteWriter().u8(KIND_BY_NAME[name]).u32(bodyBytes).finish();
}

/** Throws `MalformedBytes`. */
export function decodePartHead(bytes: Uint8Array): PartHead {
  const input = new ByteReader(bytes);
  const kind = input.u8();
  const name = NAMES.find((one) => KIND_BY_NAME[one] === kind);
  if (name === undefined) throw new MalformedBytes(`export: part of kind ${kind}`);
  const bodyBytes = input.u32();
  if (bodyBytes > BODY_BYTES_MAX[name]) throw new MalformedBytes(`export: ${name} too long`);
  input.end();
  return { name, bodyBytes };
}

export function encodeAbout({ group, member, madeAt }: ExportAbout): Uint8Array {
  return new ByteWriter().text(group).text(member).u64(BigInt(madeAt)).finish();
}

export function encodeMembership(chain: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter().varint(chain.length);
  for (const der of chain) out.bytes(der);
  return out.finish();
}

export function encodeSecurityPart({ form, bytes }: ExportedSecurity): Uint8Array {
  return new ByteWriter(1 + bytes.length).u8(NUMBER_BY_FORM[form]).raw(bytes).finish();
}

export function encodeTotals(totals: ExportTotals): Uint8Array {
  const { memberships, security, bundles, records } = totals;
  const out = new ByteWriter().varint(memberships);
  if (security > 0) out.varint(security);
  return out.varint(bundles).varint(records).finish();
}

/** Takes the parts of one file in their order; each is checked, and the whole at its end. */
export class ExportReading {
  readonly #version: number;
  #last: PartName | null = null;
  #memberships = 0;
  #security = 0;
  #bundles = 0;
  #records = 0;

  /** Of what `decodeExportBegin` says. */
  constructor(version: number) {
    this.#version = version;
  }

  /** Nothing may follow. */
  get isAtEnd(): boolean {
    return this.#last === 'end';
  }

  /** Throws `MalformedBytes`. What it returns is views of `body`. */
  take(name: PartName, body: Uint8Array): ExportPart {
    if (!this.#mayFollow(name)) {
      throw new MalformedBytes(`export: ${name} after ${this.#last ?? 'the beginning'}`);
    }
    this.#last = name;
    const part = decodePart(name, body, this.#version);
    if (part.name === 'membership') this.#memberships += 1;
    else if (part.name === 'security') this.#security += 1;
    else if (part.name === 'bundle') this.#count(part.bundle);
    else if (part.name === 'end') this.#compare(part.totals);
    return part;
  }

  #mayFollow(name: PartName): boolean {
    if (this.#last === null) return name === 'about';
    if (this.#last === 'end' || name === 'about') return false;
    if (name === 'security' && this.#version < EXPORT_VERSION) return false;
    return NAMES.indexOf(name) >= NAMES.indexOf(this.#last);
  }

  #count(bundle: Bundle): void {
    this.#bundles += 1;
    this.#records += bundle.entries.length;
  }

  #compare({ memberships, security, bundles, records }: ExportTotals): void {
    const isWhole =
      memberships === this.#memberships &&
      security === this.#security &&
      bundles === this.#bundles &&
      records === this.#records;
    if (!isWhole) throw new MalformedBytes('export: other parts than its end counts');
  }
}

function decodePart(name: PartName, body: Uint8Array, version: number): ExportPart {
  switch (name) {
    case 'about':
      return { name, about: decodeAbout(body) };
    case 'membership':
      return { name, chain: decodeMembership(body) };
    case 'security':
      return { name, item: decodeSecurityPart(body) };
    case 'bundle':
      return { name, bundle: decodeExportedBundle(body) };
    case 'end':
      return { name, totals: decodeTotals(body, version) };
  }
}

function decodeAbout(body: Uint8Array): ExportAbout {
  const input = new ByteReader(body);
  const group = parseGroupName(input.text(NAME_BYTES_MAX));
  const member = parsePeerName(input.text(NAME_BYTES_MAX));
  const madeAt = wallTimeOf(input.i53());
  input.end();
  return { group, member, madeAt };
}

/** Throws `MalformedBytes`. The certificates are views. */
export function decodeMembership(body: Uint8Array): readonly Uint8Array[] {
  const input = new ByteReader(body);
  const chain: Uint8Array[] = [];
  for (let left = input.count(LIMITS.certificatesInChainMax, 1); left > 0; left--) {
    chain.push(input.bytes(LIMITS.certificateBytesMax));
  }
  input.end();
  return chain;
}

/** Throws `MalformedBytes`. The bytes are a view; what they say is looked at by whoever learns it. */
export function decodeSecurityPart(body: Uint8Array): ExportedSecurity {
  const input = new ByteReader(body);
  const number = input.u8();
  const bytes = input.raw(input.rest);
  if (number === NUMBER_BY_FORM.statement) return { form: 'statement', bytes };
  if (number === NUMBER_BY_FORM.page) return { form: 'page', bytes };
  throw new MalformedBytes(`export: security of form ${number}`);
}

/** Throws `MalformedBytes`. */
export function decodeExportedBundle(body: Uint8Array): Bundle {
  return decodeBundle(body, BODY_BYTES_MAX.bundle);
}

function decodeTotals(body: Uint8Array, version: number): ExportTotals {
  const input = new ByteReader(body);
  const count = (): number => input.varint(Number.MAX_SAFE_INTEGER);
  const memberships = count();
  const security = version < EXPORT_VERSION ? 0 : count();
  const totals = { memberships, security, bundles: count(), records: count() };
  input.end();
  if (security === 0 && version === EXPORT_VERSION) {
    throw new MalformedBytes('export: version 2 without security');
  }
  return totals;
}
