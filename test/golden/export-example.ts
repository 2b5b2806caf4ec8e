// An export file of the chess club's: Alice's membership, and bundles of her journal. Its bytes are
// test/golden/records/export.json, which every later build reads.

import { createHash } from 'node:crypto';
import { encodeBundle } from '../../src/core/records/bundle.ts';
import {
  encodeAbout,
  encodeExportBegin,
  encodeMembership,
  encodePartHead,
  encodeTotals,
  type PartName,
} from '../../src/core/records/export-file.ts';
import { alice, club, NOW } from '../support/golden-chains.ts';
import { ALICE_CHAIN, BOB_CHAIN } from './example-meeting.ts';
import { bundleExamples } from './record-examples.ts';

export const GOLDEN_EXPORT = new URL('./records/export.json', import.meta.url);

export const ABOUT = { group: club.group, member: alice.peer, madeAt: NOW };
const BUNDLES = bundleExamples()
  .slice(0, 3)
  .map(({ bundle }) => bundle);
export const TOTALS = {
  memberships: 2,
  security: 0,
  bundles: BUNDLES.length,
  records: BUNDLES.reduce((sum, { entries }) => sum + entries.length, 0),
};

export interface RawPart {
  readonly name: PartName;
  readonly body: Uint8Array;
}

/** In the order in which they stand in the file. */
export const PARTS: readonly RawPart[] = [
  { name: 'about', body: encodeAbout(ABOUT) },
  { name: 'membership', body: encodeMembership(ALICE_CHAIN) },
  { name: 'membership', body: encodeMembership(BOB_CHAIN) },
  ...BUNDLES.map((bundle) => ({ name: 'bundle', body: encodeBundle(bundle) }) as const),
  { name: 'end', body: encodeTotals(TOTALS) },
];

export function exportOf(parts: readonly RawPart[], begin = encodeExportBegin(TOTALS)): Uint8Array {
  const before = Buffer.concat([
    begin,
    ...parts.flatMap(({ name, body }) => [encodePartHead({ name, bodyBytes: body.length }), body]),
  ]);
  return Buffer.concat([before, createHash('sha256').update(before).digest()]);
}
