// The queries of PeerGroupSearchRecords, by themselves: what the schema takes, and what it does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Failure } from '../../../src/p2p/calls/failure.ts';
import { hresultName } from '../../../src/p2p/surface/result-names.ts';
import { readSearchXml } from '../../../src/p2p/xml/search-xml.ts';

const CLAUSE = '<clause attrib="a" type="string" compare="equal">x</clause>';

function search(expression: string): string {
  return `<peersearch>${expression}</peersearch>`;
}

function codeOf(text: string): string {
  try {
    readSearchXml(text);
    return 'S_OK';
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return hresultName(error.hr);
  }
}

test('steps stand in the order in which they are judged', () => {
  const text = search(
    `<and>${CLAUSE}<or><clause attrib="n" type="int" compare="lessorequal">+7</clause>` +
      '<and><clause attrib="d" type="date" compare="greater">2024-05</clause></and></or>' +
      '<clause attrib="peercreatorid" compare="notequal">J?n\\**</clause></and>',
  );
  const value = (content: unknown) => ({ kind: 'value', value: content });
  assert.deepEqual(readSearchXml(text), [
    { kind: 'clause', subject: { attribute: 'a' }, compare: 'equal', operand: value('x') },
    { kind: 'clause', subject: { attribute: 'n' }, compare: 'lessOrEqual', operand: value(7n) },
    {
      kind: 'clause',
      subject: { attribute: 'd' },
      compare: 'greater',
      operand: value(new Date('2024-05-01T00:00:00Z')),
    },
    { kind: 'or', count: 2 },
    {
      kind: 'clause',
      subject: { field: 'creator' },
      compare: 'notEqual',
      operand: {
        kind: 'wildcards',
        pieces: [{ literal: 'J' }, 'one', { literal: 'n*' }, 'any'],
      },
    },
    { kind: 'and', count: 3 },
  ]);
});

test('declarations, comments and white space are passed over', () => {
  const text =
    '<?xml version="1.0" encoding="utf-8" ?>\n<peersearch xmlns:xs="http://www.w3.org/2001/XMLSchema">\n' +
    `<!-- a --><and xmlns="urn:a">\n  ${CLAUSE}\t<!-- b -->${CLAUSE}\r\n</and>\n</peersearch>\n`;
  assert.equal(readSearchXml(text).length, 3);
});

test('what breaks the schema is no search', () => {
  for (const text of [
    '',
    ' ',
    'x',
    '<peersearch>',
    '<peersearch/>',
    search(''),
    search(CLAUSE + CLAUSE),
    search(`${CLAUSE}<and>${CLAUSE}</and>`),
    search(`x${CLAUSE}`),
    search('<and/>'),
    search('<or></or>'),
    search(`<and>${CLAUSE}<or/></and>`),
    search(`<and>x${CLAUSE}</and>`),
    search('<not/>'),
    search(`<AND>${CLAUSE}</AND>`),
    search(`<and of="x">${CLAUSE}</and>`),
    search(search(CLAUSE)),
    CLAUSE,
    `<peersearch a="1">${CLAUSE}</peersearch>`,
    `<s:peersearch xmlns:s="urn:s">${CLAUSE}</s:peersearch>`,
    search('<clause type="string" compare="equal">x</clause>'),
    search('<clause attrib="" type="string" compare="equal">x</clause>'),
    search('<clause attrib="a-b" type="string" compare="equal">x</clause>'),
    search('<clause attrib="a" type="text" compare="equal">x</clause>'),
    search('<clause attrib="a" type="" compare="equal">x</clause>'),
    search('<clause attrib="a" type="string" compare="like">x</clause>'),
    search('<clause attrib="a" type="string" compare="Equal">x</clause>'),
    search('<clause attrib="a" type="string" compare="notEqual">x</clause>'),
    search('<clause attrib="a" type="string" compare="equal" more="1">x</clause>'),
    search('<clause attrib="a" type="string" compare="equal"><and/></clause>'),
    search('<clause attrib="a" type="int" compare="equal">x</clause>'),
    search('<clause attrib="a" type="int" compare="equal">1*</clause>'),
    search('<clause attrib="a" type="int" compare="equal">\\1</clause>'),
    search('<clause attrib="a" type="int" compare="equal"/>'),
    search('<clause attrib="a" type="date" compare="less">2003-02-328</clause>'),
    search('<clause attrib="a" type="date" compare="less">yesterday</clause>'),
    `<!DOCTYPE peersearch>${search(CLAUSE)}`,
    `<?go on?>${search(CLAUSE)}`,
    search(CLAUSE.replace('x', '&x;')),
    search(CLAUSE.replace('x', '\u0001')),
  ]) {
    assert.equal(codeOf(text), 'PEER_E_INVALID_SEARCH', text);
  }
});

test('a backslash stands before a star, a question mark or a backslash, whatever the comparison', () => {
  for (const compare of ['equal', 'notequal', 'less', 'greater', 'lessorequal', 'greaterorequal']) {
    const of = (value: string): string =>
      codeOf(search(`<clause attrib="a" compare="${compare}">${value}</clause>`));
    for (const value of ['\\', 'a\\', '\\a', '*\\n', '\\\\\\', '\\ *']) {
      assert.equal(of(value), 'E_INVALIDARG', `${compare} ${value}`);
    }
    for (const value of ['\\*', '\\?', '\\\\', 'a\\\\\\*', '**?']) assert.equal(of(value), 'S_OK');
  }
});

test('a query may be nested to any depth', () => {
  const depth = 50_000;
  const deep = search(`${'<and><or>'.repeat(depth)}${CLAUSE}${'</or></and>'.repeat(depth)}`);
  assert.equal(readSearchXml(deep).length, 1);
  const wide = search(
    `${`<and>${CLAUSE}<or>${CLAUSE}`.repeat(depth)}${CLAUSE}${'</or></and>'.repeat(depth)}`,
  );
  assert.equal(readSearchXml(wide).length, 4 * depth + 1);
});

test('whatever the text is, it is steps or one of the two codes', () => {
  const pieces = [
    '<peersearch>',
    '</peersearch>',
    '<and>',
    '</and>',
    '<or>',
    '</or>',
    '<or/>',
    CLAUSE,
    '<clause attrib="',
    'peerrecordid',
    '" type="int"',
    ' compare="less">',
    '</clause>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<!DOCTYPE a>',
    '<?a b?>',
    '&lt;',
    '&#x10FFFF;',
    '&a;',
    '\\',
    '*',
    '2024-05',
    '"',
    ' ',
    '\u{1f600}',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((each) => each.join(''));
  fc.assert(
    fc.property(fc.oneof(text, text.map(search), fc.string({ unit: 'binary' })), (each) => {
      assert.ok(['S_OK', 'E_INVALIDARG', 'PEER_E_INVALID_SEARCH'].includes(codeOf(each)));
    }),
    { numRuns: 2_000 },
  );
});
