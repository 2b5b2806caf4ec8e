// PeerGroupEnumRecords and PeerGroupSearchRecords: what they find in the local database.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_SEARCH,
  type PEER_RECORD,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  added,
  bytes,
  filetimeIn,
  foundIds,
  groupNameOf,
  listed,
  NOTE,
  nextChange,
  OTHER,
  offline,
  read,
  updated,
} from '../support/record-peer.ts';
import {
  connectedPair,
  given,
  invited,
  items,
  newGroup,
  ok,
  refusedAs,
  type TestPeer,
} from '../support/test-peer.ts';

const THIRD = '0a5b1c00-54a6-4e0b-9c55-0f6a1f1d7e03';

function attributes(values: Readonly<Record<string, string | number | Date>>): string {
  const each = Object.entries(values).map(([name, value]) => {
    const type = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int' : 'date';
    const text = value instanceof Date ? value.toISOString() : `${value}`;
    return `<attribute name="${name}" type="${type}">${text}</attribute>`;
  });
  return `<attributes>${each.join('')}</attributes>`;
}

function clause(attrib: string, type: string, compare: string, value: string): string {
  return `<clause attrib="${attrib}" type="${type}" compare="${compare}">${value}</clause>`;
}

function search(expression: string): string {
  return `<peersearch xmlns:xs="http://www.w3.org/2001/XMLSchema">${expression}</peersearch>`;
}

/** A group with one record for each of these, by name. */
async function shelf<Name extends string>(
  peer: TestPeer,
  values: Readonly<Record<Name, Readonly<Record<string, string | number | Date>>>>,
): Promise<(expression: string) => Promise<readonly string[]>> {
  const nameOfId = new Map<string, string>();
  for (const [name, each] of Object.entries<Readonly<Record<string, string | number | Date>>>(
    values,
  )) {
    nameOfId.set(await added(peer, { pwzAttributes: attributes(each) }), name);
  }
  return async (expression) =>
    (await foundIds(peer, search(expression))).map((id) => nameOfId.get(id) ?? id).sort();
}

async function refused(peer: TestPeer, criteria: unknown, code: number): Promise<void> {
  const answer = await peer.p2p.PeerGroupSearchRecords(peer.hGroup, criteria as string);
  refusedAs(answer, code);
  assert.equal(answer.hPeerEnum, undefined);
}

contract(
  'records of one type are enumerated, or all',
  ['PeerGroupEnumRecords S_OK', 'PeerGroupEnumRecords 1', 'PeerGroupEnumRecords 2'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const notes = [await added(ann, { data: bytes('one') }), await added(ann)];
    const other = await added(ann, { type: OTHER });
    const ids = (records: readonly PEER_RECORD[]): readonly string[] =>
      records.map(({ id }) => id).sort();
    assert.deepEqual(ids(await listed(ann, NOTE)), [...notes].sort());
    assert.deepEqual(ids(await listed(ann, OTHER.toUpperCase())), [other]);
    assert.deepEqual(await listed(ann, THIRD), []);
    const all = await listed(ann, null);
    assert.deepEqual(ids(all), [...notes, other].sort());
    for (const record of all) assert.deepEqual(record, await read(ann, record.id));
  },
);

contract(
  'an enumeration shows the moment of its call',
  ['PeerGroupEnumRecords S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const [changed, gone] = [
      await added(ann, { data: new Uint8Array(5_000).fill(1) }),
      await added(ann),
    ];
    const { hPeerEnum } = ok(await ann.p2p.PeerGroupEnumRecords(ann.hGroup, null));
    await updated(ann, changed, { data: bytes('two') });
    ok(await ann.p2p.PeerGroupDeleteRecord(ann.hGroup, gone));
    await added(ann);
    const { pCount } = ok(await ann.p2p.PeerGetItemCount(given(hPeerEnum)));
    assert.equal(pCount, 2);
    const records = await items(ann.p2p, given(hPeerEnum));
    assert.deepEqual(records.map(({ id }) => id).sort(), [changed, gone].sort());
    const before = records.find(({ id }) => id === changed);
    assert.deepEqual(before?.data, new Uint8Array(5_000).fill(1));
  },
);

contract(
  'what is deleted, over or the infrastructures own is not enumerated, offline as online',
  ['PeerGroupEnumRecords i1', 'PeerGroupEnumRecords i2', 'PeerGroupSearchRecords 1'],
  async (t) => {
    const pair = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { ann } = pair;
    const deleted = await added(ann);
    const over = await added(ann, { ftExpiration: filetimeIn(1_000) });
    const kept = await added(ann);
    ok(await ann.p2p.PeerGroupDeleteRecord(ann.hGroup, deleted));
    await nextChange(pair.bob, 'PEER_RECORD_ADDED', over);
    await nextChange(pair.bob, 'PEER_RECORD_ADDED', kept);
    await nextChange(pair.bob, 'PEER_RECORD_EXPIRED', over);
    const bob = await offline(pair.bob, await groupNameOf(ann));
    const late = await added(ann);
    const all = search(clause('peerrecordid', 'string', 'equal', '*'));
    assert.deepEqual(
      (await listed(bob)).map(({ id }) => id),
      [kept],
    );
    assert.deepEqual(await foundIds(bob, all), [kept]);
    assert.deepEqual(await foundIds(ann, all), [kept, late].sort());
  },
);

contract(
  'a peer that was never synchronised finds nothing',
  [
    'PeerGroupEnumRecords S_OK',
    'PeerGroupEnumRecords E_INVALIDARG',
    'PeerGroupEnumRecords PEER_E_INVALID_GROUP',
    'PeerGroupSearchRecords S_OK',
    'PeerGroupSearchRecords E_INVALIDARG',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    const { p2p, hGroup } = bob;
    assert.deepEqual(await listed(bob), []);
    assert.deepEqual(await foundIds(bob, search(clause('a', 'string', 'equal', '*'))), []);
    for (const type of ['', 'x', `{${NOTE}}`, 5]) {
      refusedAs(await p2p.PeerGroupEnumRecords(hGroup, type as string), E_INVALIDARG);
    }
    for (const criteria of [null, undefined, 5, {}]) await refused(bob, criteria, E_INVALIDARG);
    ok(await p2p.PeerGroupClose(hGroup));
    refusedAs(await p2p.PeerGroupEnumRecords(hGroup, 'x'), PEER_E_INVALID_GROUP);
    await refused(bob, 5, PEER_E_INVALID_GROUP);
  },
);

contract(
  'a query that breaks the schema is refused',
  [
    'PeerGroupSearchRecords PEER_E_INVALID_SEARCH',
    'PeerGroupSearchRecords 2',
    'PeerGroupSearchRecords 4',
    'PeerGroupSearchRecords 5',
    'PeerGroupSearchRecords 6',
    'PeerGroupSearchRecords 8',
    'PeerGroupSearchRecords 9',
    'PeerGroupSearchRecords 10',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const find = await shelf(ann, { one: { a: 'x' }, two: { a: 'y' } });
    const good = clause('a', 'string', 'equal', 'x');
    for (const criteria of [
      '',
      'a',
      good,
      search(''),
      search(good + good),
      search('<and></and>'),
      search('<or/>'),
      search(`<or>${good}<and/></or>`),
      search(`<not>${good}</not>`),
      search(clause('a', 'float', 'equal', '1')),
      search(clause('a', 'string', 'contains', 'x')),
      search(clause('a', 'string', 'equal', `<and>${good}</and>`)),
      search(clause('a', 'string', 'equal', '<or/>')),
      search(clause('a', 'int', 'equal', 'x')),
      search(clause('a', 'date', 'less', '2003-02-328')),
      search(good).replace('>x<', '>x'),
      `<!DOCTYPE peersearch>${search(good)}`,
    ]) {
      await refused(ann, criteria, PEER_E_INVALID_SEARCH);
    }
    assert.deepEqual(await find(good), ['one']);
    assert.deepEqual(await find(`<and>${good}</and>`), ['one']);
    assert.deepEqual(await find(`<or>${good}${clause('a', 'string', 'equal', 'y')}</or>`), [
      'one',
      'two',
    ]);
    assert.deepEqual(await find('<clause attrib="a">x</clause>'), ['one']);
    for (const type of ['string', 'int', 'date']) {
      const value = { string: 'x', int: '1', date: '2024' }[type] ?? '';
      for (const compare of [
        'equal',
        'notequal',
        'less',
        'greater',
        'lessorequal',
        'greaterorequal',
      ]) {
        await find(clause('a', type, compare, value));
      }
    }
  },
);

contract('and, or and clause nest to any depth', ['PeerGroupSearchRecords 7'], async (t) => {
  const ann = await newGroup(await nearMachine(t));
  const find = await shelf(ann, {
    one: { a: 'x', n: 1 },
    two: { a: 'x', n: 2 },
    three: { a: 'y', n: 1 },
  });
  const isX = clause('a', 'string', 'equal', 'x');
  const isY = clause('a', 'string', 'equal', 'y');
  const isOne = clause('n', 'int', 'equal', '1');
  assert.deepEqual(await find(`<and>${isX}${isOne}</and>`), ['one']);
  assert.deepEqual(await find(`<or>${isY}<and>${isX}${isOne}</and></or>`), ['one', 'three']);
  assert.deepEqual(await find(`<and>${isX}<or>${isY}${isOne}</or></and>`), ['one']);
  for (const depth of [10, 100, 300, 3_000]) {
    const nested = `<and>${isX}<or>${isY}`.repeat(depth) + isOne + '</or></and>'.repeat(depth);
    assert.deepEqual(await find(nested), ['one'], `${depth} levels`);
  }
});

contract(
  'stars and question marks are wildcards, and ordinary behind a backslash',
  [
    'PeerGroupSearchRecords E_INVALIDARG',
    'PeerGroupSearchRecords 3',
    'PeerGroupSearchRecords 11',
    'PeerGroupSearchRecords 12',
    'PeerGroupSearchRecords 13',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const find = await shelf(ann, {
      empty: { a: '' },
      a: { a: 'a' },
      ab: { a: 'ab' },
      abc: { a: 'abc' },
      A: { a: 'A' },
      star: { a: 'a*' },
      mark: { a: 'a?' },
      slash: { a: 'a\\' },
      emoji: { a: 'a\u{1f600}' },
      number: { a: 5 },
      none: { b: 'a' },
    });
    const of = (value: string, compare = 'equal'): Promise<readonly string[]> =>
      find(clause('a', 'string', compare, value));
    const texts = ['A', 'a', 'ab', 'abc', 'emoji', 'empty', 'mark', 'slash', 'star'];
    assert.deepEqual(await of('*'), texts);
    assert.deepEqual(await of('?'), ['A', 'a']);
    assert.deepEqual(
      await of('a*'),
      texts.filter((name) => name !== 'A' && name !== 'empty'),
    );
    assert.deepEqual(await of('a?'), ['ab', 'emoji', 'mark', 'slash', 'star']);
    assert.deepEqual(await of('*b*'), ['ab', 'abc']);
    assert.deepEqual(await of('a\\*'), ['star']);
    assert.deepEqual(await of('a\\?'), ['mark']);
    assert.deepEqual(await of('a\\\\'), ['slash']);
    assert.deepEqual(await of(''), ['empty']);
    assert.deepEqual(await of('a*', 'notequal'), ['A', 'empty']);
    assert.deepEqual(
      await of('a\\*', 'notequal'),
      texts.filter((name) => name !== 'star'),
    );
    // In other comparisons they are characters: `*` stands before the letters, escapes are resolved.
    assert.deepEqual(await of('a*', 'lessorequal'), ['A', 'a', 'empty', 'star']);
    assert.deepEqual(await of('a\\*', 'lessorequal'), ['A', 'a', 'empty', 'star']);
    for (const value of ['\\', '\\a', 'a\\', '*\\b', '\\\\\\']) {
      for (const compare of ['equal', 'notequal', 'less', 'greaterorequal']) {
        await refused(ann, search(clause('a', 'string', compare, value)), E_INVALIDARG);
      }
    }
  },
);

contract(
  'dates compare by their moment and whole numbers by their value',
  ['PeerGroupSearchRecords 14', 'PeerGroupSearchRecords i1', 'record attributes 5'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const find = await shelf(ann, {
      early: { d: new Date('2024-05-31T12:00:00Z'), n: 9 },
      late: { d: new Date('2024-06-01T00:00:00Z'), n: 10 },
      minus: { d: new Date('1950-01-01T00:00:00Z'), n: -10 },
      text: { d: '2024-05-31', n: '10' },
    });
    for (const same of [
      '2024-05-31T12:00Z',
      '2024-05-31T14:00+02:00',
      '2024-05-31T12:00:00.000Z',
    ]) {
      assert.deepEqual(await find(clause('d', 'date', 'equal', same)), ['early'], same);
    }
    assert.deepEqual(await find(clause('d', 'date', 'less', '2024-06')), ['early', 'minus']);
    assert.deepEqual(await find(clause('d', 'date', 'greaterorequal', '2024-06-01')), ['late']);
    assert.deepEqual(await find(clause('d', 'date', 'greater', '2024')), ['early', 'late']);
    assert.deepEqual(await find(clause('d', 'date', 'notequal', '2024-06-01')), ['early', 'minus']);
    assert.deepEqual(await find(clause('n', 'int', 'greater', '+09')), ['late']);
    assert.deepEqual(await find(clause('n', 'int', 'less', '9')), ['minus']);
    assert.deepEqual(await find(clause('n', 'int', 'notequal', '10')), ['early', 'minus']);
    assert.deepEqual(await find(clause('n', 'string', 'less', '9')), ['text']);
  },
);

contract(
  'the fields of records have names of their own',
  ['PeerGroupSearchRecords 15'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const ofBob = await added(bob);
    await nextChange(ann, 'PEER_RECORD_ADDED', ofBob);
    const ofAnn = await added(ann, { type: OTHER, pwzAttributes: attributes({ a: 'x' }) });
    await updated(ann, ofBob, { data: bytes('by Ann') });
    const find = (name: string, type: string, compare: string, value: string) =>
      foundIds(ann, search(clause(name, type, compare, value)));
    assert.deepEqual(await find('peercreatorid', 'string', 'equal', bob.identity), [ofBob]);
    assert.deepEqual(await find('peerlastmodifiedby', 'string', 'equal', bob.identity), []);
    assert.deepEqual(
      await find('peerlastmodifiedby', 'string', 'equal', ann.identity),
      [ofAnn, ofBob].sort(),
    );
    assert.deepEqual(await find('peerrecordtype', 'string', 'equal', OTHER), [ofAnn]);
    assert.deepEqual(await find('peerrecordid', 'string', 'notequal', ofAnn), [ofBob]);
    assert.deepEqual(await find('peerrecordid', 'string', 'equal', `*${ofAnn.slice(8)}`), [ofAnn]);
    const { ftCreation, ftLastModified } = await read(ann, ofBob);
    const dateOf = (filetime: bigint): string =>
      new Date(Number(filetime / 10_000n - 11_644_473_600_000n)).toISOString();
    assert.ok(
      (await find('peercreationtime', 'date', 'equal', dateOf(ftCreation))).includes(ofBob),
    );
    assert.deepEqual(await find('peercreationtime', 'date', 'greater', dateOf(ftLastModified)), []);
    assert.deepEqual(
      await find('peerlastmodificationtime', 'date', 'less', dateOf(ftLastModified)),
      [ofAnn],
    );
    // What compares a field with another type than its own finds nothing.
    assert.deepEqual(await find('peercreatorid', 'int', 'notequal', '5'), []);
    assert.deepEqual(await find('peercreationtime', 'string', 'notequal', 'x'), []);
    assert.deepEqual(
      await foundIds(
        ann,
        search(
          `<and>${clause('peerrecordtype', 'string', 'equal', OTHER)}${clause('a', 'string', 'equal', 'x')}</and>`,
        ),
      ),
      [ofAnn],
    );
  },
);

contract(
  'as many records are found as there are',
  ['PeerGroupSearchRecords S_OK', 'PeerGroupEnumRecords S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const made = await Promise.all(
      Array.from({ length: 1_205 }, (_, at) =>
        added(ann, { pwzAttributes: attributes({ n: at }) }),
      ),
    );
    assert.equal(new Set(made).size, 1_205);
    const ids = (await listed(ann)).map(({ id }) => id);
    assert.deepEqual(ids.sort(), [...made].sort());
    const found = await foundIds(ann, search(clause('n', 'int', 'less', '1100')));
    assert.deepEqual(found, made.slice(0, 1_100).sort());
  },
);
