// The parts of an export file have one form each and one order, and the end says how many there were
// (protocol.md §12.10).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { encodeBundle } from '../../../src/core/records/bundle.ts';
import {
  decodeExportBegin,
  decodePartHead,
  EXPORT_BEGIN_BYTES,
  EXPORT_DIGEST_BYTES,
  EXPORT_VERSION,
  type ExportPart,
  ExportReading,
  encodeAbout,
  encodeExportBegin,
  encodeMembership,
  encodeSecurityPart,
  encodeTotals,
  PART_HEAD_BYTES,
} from '../../../src/core/records/export-file.ts';
import {
  ABOUT,
  exportOf,
  GOLDEN_EXPORT,
  PARTS,
  type RawPart,
  TOTALS,
} from '../../golden/export-example.ts';

const FILE = exportOf(PARTS);

/** As a file is read, without its digest. */
function read(file: Uint8Array): readonly ExportPart[] {
  const reading = new ExportReading(decodeExportBegin(file.subarray(0, EXPORT_BEGIN_BYTES)));
  const parts: ExportPart[] = [];
  const end = file.length - EXPORT_DIGEST_BYTES;
  for (let at = EXPORT_BEGIN_BYTES; at < end; ) {
    const { name, bodyBytes } = decodePartHead(file.subarray(at, at + PART_HEAD_BYTES));
    at += PART_HEAD_BYTES;
    parts.push(reading.take(name, file.subarray(at, at + bodyBytes)));
    at += bodyBytes;
  }
  if (!reading.isAtEnd) throw new MalformedBytes('no end');
  return parts;
}

function encoded(part: ExportPart): RawPart {
  const { name } = part;
  switch (name) {
    case 'about':
      return { name, body: encodeAbout(part.about) };
    case 'membership':
      return { name, body: encodeMembership(part.chain) };
    case 'security':
      return { name, body: encodeSecurityPart(part.item) };
    case 'bundle':
      return { name, body: encodeBundle(part.bundle) };
    case 'end':
      return { name, body: encodeTotals(part.totals) };
  }
}

test('a file that any build has written is read, and written again the same', () => {
  const { UPDATE } = process.env;
  if (UPDATE !== undefined && !existsSync(GOLDEN_EXPORT)) {
    const golden = { about: ABOUT, totals: TOTALS, file: Buffer.from(FILE).toString('hex') };
    writeFileSync(GOLDEN_EXPORT, `${JSON.stringify(golden, null, 2)}\n`);
  }
  const { about, totals, file } = JSON.parse(readFileSync(GOLDEN_EXPORT, 'utf8'));
  const bytes = new Uint8Array(Buffer.from(file, 'hex'));
  const parts = read(bytes);
  assert.deepEqual(parts.at(0), { name: 'about', about });
  assert.deepEqual(parts.at(-1), { name: 'end', totals: { security: 0, ...totals } });
  assert.deepEqual(new Uint8Array(exportOf(parts.map(encoded))), bytes);
  const digest = createHash('sha256').update(bytes.subarray(0, -EXPORT_DIGEST_BYTES)).digest();
  assert.deepEqual(Buffer.from(bytes.subarray(-EXPORT_DIGEST_BYTES)), digest);
});

test('a file begins with its magic and its version, which says whether there is security in it', () => {
  assert.equal(decodeExportBegin(encodeExportBegin({ security: 0 })), 1);
  assert.equal(decodeExportBegin(encodeExportBegin({ security: 1 })), EXPORT_VERSION);
  for (let at = 0; at < EXPORT_BEGIN_BYTES - 1; at++) {
    const begin = encodeExportBegin(TOTALS);
    begin[at] = (begin[at] ?? 0) ^ 1;
    assert.throws(() => decodeExportBegin(begin), MalformedBytes);
  }
  const later = encodeExportBegin(TOTALS);
  later[EXPORT_BEGIN_BYTES - 1] = 3;
  assert.equal(decodeExportBegin(later), 3);
});

test('statements and pages stand between memberships and bundles, in files of version 2 only', () => {
  const items = [
    { form: 'page', bytes: Uint8Array.of(1, 2, 3) },
    { form: 'statement', bytes: new Uint8Array(70_000).fill(9) },
  ] as const;
  const security = items.map(
    (item) => ({ name: 'security', body: encodeSecurityPart(item) }) as const,
  );
  const memberships = PARTS.filter(({ name }) => name === 'about' || name === 'membership');
  const bundles = PARTS.filter(({ name }) => name === 'bundle');
  const totals = { ...TOTALS, security: items.length };
  const end = { name: 'end', body: encodeTotals(totals) } as const;
  const [one, two] = [encodeExportBegin({ security: 0 }), encodeExportBegin(totals)];
  const parts = [...memberships, ...security, ...bundles, end];
  const read2 = read(exportOf(parts, two));
  assert.deepEqual(read2.at(-1), { name: 'end', totals });
  assert.deepEqual(
    read2
      .filter((part) => part.name === 'security')
      .map(({ item }) => ({ form: item.form, bytes: Uint8Array.from(item.bytes) })),
    items,
  );
  assert.deepEqual(exportOf(read2.map(encoded), two), exportOf(parts, two));
  assert.throws(() => read(exportOf(parts, one)), MalformedBytes);
  assert.throws(
    () => read(exportOf([...memberships, ...bundles, ...security, end], two)),
    MalformedBytes,
  );
  assert.throws(
    () => read(exportOf([...memberships, ...security.slice(1), ...bundles, end], two)),
    MalformedBytes,
  );
  assert.throws(() => read(exportOf(PARTS, two)), MalformedBytes, 'without any it is of version 1');
  const [about] = PARTS;
  assert.ok(about !== undefined);
  const wrong = { name: 'security', body: Uint8Array.of(3, 1) } as const;
  assert.throws(() => read(exportOf([about, wrong], two)), MalformedBytes);
});

test('about comes first and once, then memberships, then bundles, then the end, and nothing after', () => {
  const [about, membership, , bundle] = PARTS;
  const end = PARTS.at(-1);
  assert.ok(about && membership && bundle && end);
  const orders: readonly (readonly RawPart[])[] = [
    [],
    [about],
    [membership, end],
    [about, about, end],
    [about, bundle, membership, end],
    [about, end, end],
    [...PARTS, membership],
    PARTS.slice(0, -1),
    PARTS.slice(1),
  ];
  for (const parts of orders) assert.throws(() => read(exportOf(parts)), MalformedBytes);
  const nothing = { memberships: 0, security: 0, bundles: 0, records: 0 };
  const empty: RawPart = { name: 'end', body: encodeTotals(nothing) };
  assert.equal(read(exportOf([about, empty])).length, 2);
});

test('a part that is missing or comes twice is found out by the end', () => {
  for (const at of PARTS.keys()) {
    const [part] = PARTS.slice(at);
    assert.ok(part !== undefined);
    assert.throws(() => read(exportOf(PARTS.toSpliced(at, 1))), MalformedBytes);
    assert.throws(() => read(exportOf(PARTS.toSpliced(at, 0, part))), MalformedBytes);
  }
});

test('a part of an unknown kind, or longer than one may be, is refused before it is read', () => {
  const head = (kind: number, length: number): Buffer => {
    const bytes = Buffer.alloc(PART_HEAD_BYTES);
    bytes.writeUInt8(kind);
    bytes.writeUInt32BE(length, 1);
    return bytes;
  };
  assert.deepEqual(decodePartHead(head(3, 17_000_000)), { name: 'bundle', bodyBytes: 17_000_000 });
  for (const kind of [0, 6, 255])
    assert.throws(() => decodePartHead(head(kind, 1)), MalformedBytes);
  for (const kind of [1, 2, 3, 4, 5]) {
    assert.throws(() => decodePartHead(head(kind, 2 ** 32 - 1)), MalformedBytes);
  }
});

test('whatever the bytes, reading them ends with parts or with MalformedBytes', () => {
  const page = { form: 'page', bytes: new Uint8Array(33).fill(1) } as const;
  const security = { name: 'security', body: encodeSecurityPart(page) } as const;
  const totals = { ...TOTALS, security: 1 };
  const end = { name: 'end', body: encodeTotals(totals) } as const;
  const parts = PARTS.toSpliced(3, 0, security).toSpliced(-1, 1, end);
  const files = [FILE, exportOf(parts, encodeExportBegin(totals))];
  assert.equal(read(files[1] ?? FILE).length, PARTS.length + 1);
  const change = fc.tuple(fc.nat(1), fc.nat(FILE.length - 1), fc.nat(255), fc.nat(FILE.length));
  fc.assert(
    fc.property(change, ([which, at, byte, length]) => {
      const file = files[which] ?? FILE;
      const bytes = file.slice(0, Math.max(length, EXPORT_BEGIN_BYTES + EXPORT_DIGEST_BYTES));
      bytes[at % bytes.length] = byte;
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof MalformedBytes, String(error));
      }
    }),
    { numRuns: 4_000 },
  );
});
