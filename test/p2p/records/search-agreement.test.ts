// Searches go to the indexes of the API, or, where the API does not take them, through all records: both ways find the
// same. Random queries over random records, and those at the limits.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import fc from 'fast-check';

import { openNode, type PeerGroup, type SharedRecord } from '../../../src/api/index.ts';
import { recordsFound } from '../../../src/p2p/records/record-snapshot.ts';
import { isFound } from '../../../src/p2p/records/search-steps.ts';
import { readSearchXml } from '../../../src/p2p/xml/search-xml.ts';

const TYPES = ['11111111-2222-4333-8444-555555555555', '99999999-2222-4333-8444-aaaaaaaaaaaa'];
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'b',
  'B',
  'a*b',
  'a\\b',
  '\u{1f600}',
  'a\u{1f600}b',
  '\uffee',
  'é',
];
const PATTERNS = [
  '*',
  '?',
  '??',
  'a*',
  '*b',
  'a?b',
  '*a*b*',
  'a\\*b',
  'a\\\\b',
  '\\?',
  'a**',
  '?*',
  '',
  'ab',
];
const NUMBERS = ['-5', '0', '7', '+7', '999999999999999999'];
const DATES = ['2024', '2024-05-31', '2024-05-31T12:00Z', '1969-12-31T23:59:59.999Z'];
const COMPARISONS = ['equal', 'notequal', 'less', 'lessorequal', 'greater', 'greaterorequal'];

async function groupWithRecords(t: TestContext): Promise<PeerGroup> {
  const directory = await mkdtemp(join(tmpdir(), 'p2p-search-'));
  const node = await openNode({ directory });
  t.after(async () => {
    await node.close();
    await rm(directory, { recursive: true, force: true });
  });
  const group = await node.createGroup({ identity: await node.createIdentity() });
  const values = [
    ...TEXTS,
    ...NUMBERS.map((text) => BigInt(text.replace('+', ''))),
    new Date('2024-01-01T00:00:00Z'),
    new Date('2024-05-31T12:00:00Z'),
    new Date(-1),
  ];
  await group.records.addAll(
    values.flatMap((value, at) => [
      { type: TYPES[at % 2] ?? '', attributes: { a: value } },
      { type: TYPES[0] ?? '', attributes: { a: value, b: values[(at * 7) % values.length] ?? '' } },
    ]),
  );
  return group;
}

async function found(group: PeerGroup, xml: string): Promise<readonly string[]> {
  return (await recordsFound(group, readSearchXml(xml))).map(({ id }) => id).sort();
}

async function foundByHand(group: PeerGroup, xml: string): Promise<readonly string[]> {
  const steps = readSearchXml(xml);
  const ids: string[] = [];
  for await (const record of group.records.all()) if (isFound(steps, record)) ids.push(record.id);
  return ids.sort();
}

function clauses(records: readonly SharedRecord[]): fc.Arbitrary<string> {
  const fields = records.flatMap(({ id, creator, createdAt }) => [
    id,
    creator,
    createdAt.toISOString(),
  ]);
  const value: Record<string, fc.Arbitrary<string>> = {
    string: fc.constantFrom(
      ...PATTERNS,
      ...TEXTS.map((text) => text.replace(/[\\*?]/g, '\\$&')),
      ...TYPES,
      ...fields,
    ),
    int: fc.constantFrom(...NUMBERS),
    date: fc.constantFrom(...DATES, ...records.map(({ createdAt }) => createdAt.toISOString())),
  };
  const attrib = fc.constantFrom(
    'a',
    'b',
    'A',
    'peercreatorid',
    'peerlastmodifiedby',
    'peerrecordid',
    'peerrecordtype',
    'peercreationtime',
    'peerlastmodificationtime',
  );
  return fc
    .constantFrom('string', 'int', 'date')
    .chain((type) =>
      fc.tuple(
        attrib,
        fc.constant(type),
        fc.constantFrom(...COMPARISONS),
        value[type] ?? fc.constant(''),
      ),
    )
    .map(
      ([name, type, compare, text]) =>
        `<clause attrib="${name}" type="${type}" compare="${compare}">${text}</clause>`,
    );
}

test('both ways find the same', async (t) => {
  const group = await groupWithRecords(t);
  const { records } = await group.records.search({ limit: 3 });
  const { expression } = fc.letrec<{ expression: string; join: string; clause: string }>((tie) => ({
    clause: clauses(records),
    join: fc
      .tuple(
        fc.constantFrom('and', 'or'),
        fc.array(tie('expression'), { minLength: 1, maxLength: 4 }),
      )
      .map(([name, parts]) => `<${name}>${parts.join('')}</${name}>`),
    expression: fc.oneof({ maxDepth: 4 }, tie('clause'), tie('join')),
  }));
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(expression, async (text) => {
      const xml = `<peersearch>${text}</peersearch>`;
      const ids = await found(group, xml);
      hits += Number(ids.length > 0);
      assert.deepEqual(ids, await foundByHand(group, xml));
    }),
    { numRuns: 400 },
  );
  assert.ok(hits > 100, `${hits} searches have found something`);
});

test('what is beyond the limits of the indexes is found all the same', async (t) => {
  const group = await groupWithRecords(t);
  const clause = (compare: string, value: string): string =>
    `<clause attrib="a" type="string" compare="${compare}">${value}</clause>`;
  const { id } = await group.records.add({
    type: TYPES[0] ?? '',
    attributes: { a: 'x'.repeat(3_000) },
  });
  const one = [id];
  const search = (expression: string): Promise<readonly string[]> =>
    found(group, `<peersearch>${expression}</peersearch>`);
  assert.deepEqual(await search(clause('equal', `${'x'.repeat(2_999)}?`)), one);
  assert.deepEqual(await search(clause('equal', `${'*x'.repeat(40)}*`)), one);
  assert.deepEqual(await search(clause('equal', '?'.repeat(3_000))), one);
  assert.deepEqual(await search(clause('equal', `*${'y'.repeat(70_000)}`)), []);
  assert.deepEqual(await search(clause('equal', 'y'.repeat(70_000))), []);
  const many = clause('equal', 'x*').repeat(1_000);
  assert.deepEqual(await search(`<and>${many}</and>`), one);
  assert.deepEqual(await search(`<or>${many}</or>`), one);
  const deep = `<and>${clause('equal', 'x*')}<or>${clause('equal', 'nothing')}`.repeat(5_000);
  assert.deepEqual(
    await search(`${deep}${clause('equal', 'xx*')}${'</or></and>'.repeat(5_000)}`),
    one,
  );
  const deepInLimits = `<and>${clause('equal', 'x*')}<or>${clause('equal', 'nothing')}`.repeat(100);
  assert.deepEqual(
    await search(`${deepInLimits}${clause('equal', 'xx*')}${'</or></and>'.repeat(100)}`),
    one,
  );
});
