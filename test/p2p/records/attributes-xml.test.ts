// The attributes of records as XML, by themselves: what is taken, what is refused, and what is read again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Attributes } from '../../../src/api/index.ts';
import { Failure } from '../../../src/p2p/calls/failure.ts';
import { hresultName } from '../../../src/p2p/surface/result-names.ts';
import { attributesXml, readAttributesXml } from '../../../src/p2p/xml/attributes-xml.ts';

function one(name: string, type: string, value: string): string {
  return `<attributes><attribute name="${name}" type="${type}">${value}</attribute></attributes>`;
}

function codeOf(text: string): string {
  try {
    return JSON.stringify(readAttributesXml(text), (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
  } catch (error) {
    assert.ok(error instanceof Failure, `${text.slice(0, 200)}: ${String(error)}`);
    return hresultName(error.hr);
  }
}

test('values have their types', () => {
  assert.deepEqual(
    readAttributesXml(
      '<attributes>' +
        '<attribute name="colour" type="string">blue</attribute>' +
        '<attribute name="size" type="int">+012</attribute>' +
        "<attribute name='due' type='date'>2024-05-31</attribute>" +
        '<attribute name="PeerCreatorId" type="string"/>' +
        '</attributes>',
    ),
    {
      colour: 'blue',
      size: 12n,
      due: new Date('2024-05-31T00:00:00Z'),
      PeerCreatorId: '',
    },
  );
});

test('what says nothing is passed over', () => {
  for (const text of [
    '',
    '<attributes/>',
    '<?xml version="1.0" encoding="utf-16"?>\n<attributes xmlns="urn:a" xmlns:xs="urn:b">\n</attributes>\n',
    '<!-- none --><attributes><!-- none --></attributes><!-- none -->',
  ]) {
    assert.deepEqual(readAttributesXml(text), {}, text);
  }
  assert.deepEqual(
    readAttributesXml(
      '<attributes\n >\t<attribute type="string"\r\n name="a" > x<!-- y -->&lt;<![CDATA[<z>]]> </attribute>\r</attributes>',
    ),
    { a: ' x<<z> ' },
  );
});

test('dates come in the forms of the W3C note, and exist', () => {
  const moments = {
    '1997': '1997-01-01T00:00:00.000Z',
    '1997-07': '1997-07-01T00:00:00.000Z',
    '1997-07-16': '1997-07-16T00:00:00.000Z',
    '1997-07-16T19:20+01:00': '1997-07-16T18:20:00.000Z',
    '1997-07-16T19:20:30+01:00': '1997-07-16T18:20:30.000Z',
    '1997-07-16T19:20:30.45+01:00': '1997-07-16T18:20:30.450Z',
    '1997-07-16T19:20:30.4567891Z': '1997-07-16T19:20:30.456Z',
    '1997-01-01T00:00-12:30': '1997-01-01T12:30:00.000Z',
    '2000-02-29': '2000-02-29T00:00:00.000Z',
    '0000': '0000-01-01T00:00:00.000Z',
    '0050-12-31': '0050-12-31T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:59.999Z',
  };
  for (const [text, moment] of Object.entries(moments)) {
    const { due } = readAttributesXml(one('due', 'date', text));
    assert.ok(due instanceof Date && due.toISOString() === moment, `${text} is ${String(due)}`);
  }
  for (const text of [
    '',
    '97',
    '1997-7',
    '1997-13',
    '1997-00',
    '1997-07-00',
    '1997-02-29',
    '2003-02-328',
    '2024-02-30',
    '1900-02-29',
    '1997-07-16T19:20',
    '1997-07-16T19:20:30',
    '1997-07-16T19Z',
    '1997-07-16T24:00Z',
    '1997-07-16T23:60Z',
    '1997-07-16T23:59:60Z',
    '1997-07-16T19:20:30.Z',
    '1997-07-16t19:20z',
    '1997-07-16 19:20Z',
    '1997-07-16T19:20+1:00',
    '1997-07-16T19:20+24:00',
    '1997-07-16T19:20+01:60',
    '1997-07-16Z',
    ' 1997',
    '1997\n',
    '-1997',
    '12024',
    '٢٠٢٤',
    '0000-01-01T00:00+00:01',
  ]) {
    assert.equal(codeOf(one('due', 'date', text)), 'PEER_E_INVALID_ATTRIBUTES', text);
  }
});

test('a whole number has up to 18 digits and perhaps a sign', () => {
  const values = {
    '0': 0n,
    '-0': 0n,
    '+7': 7n,
    '007': 7n,
    '999999999999999999': 999_999_999_999_999_999n,
    '-999999999999999999': -999_999_999_999_999_999n,
  };
  for (const [text, value] of Object.entries(values)) {
    assert.deepEqual(readAttributesXml(one('n', 'int', text)), { n: value }, text);
  }
  for (const text of [
    '',
    '+',
    '-',
    '--1',
    '1.0',
    '1e3',
    '0x10',
    '1,000',
    ' 1',
    '1 ',
    '１２',
    'one',
    '1000000000000000000',
    '0000000000000000001',
  ]) {
    assert.equal(codeOf(one('n', 'int', text)), 'PEER_E_INVALID_ATTRIBUTES', text);
  }
});

test('names are letters and digits, none of them reserved, each once', () => {
  for (const name of ['a', 'Z9', '1', 'constructor', 'a'.repeat(40)]) {
    assert.deepEqual(readAttributesXml(one(name, 'string', 'x')), { [name]: 'x' });
  }
  for (const name of [
    '',
    ' a',
    'a b',
    'a-b',
    'a_b',
    'a.b',
    'a:b',
    'ä',
    'a&#10;',
    '__proto__',
    'a'.repeat(41),
    'peercreatorid',
    'peerlastmodifiedby',
    'peercreationtime',
    'peerlastmodificationtime',
    'peerrecordid',
    'peerrecordtype',
  ]) {
    assert.equal(codeOf(one(name, 'string', 'x')), 'PEER_E_INVALID_ATTRIBUTES', name);
  }
  const twice =
    '<attribute name="a" type="int">1</attribute><attribute name="a" type="string">1</attribute>';
  assert.equal(codeOf(`<attributes>${twice}</attributes>`), 'PEER_E_INVALID_ATTRIBUTES');
});

test('whatever breaks the schema is refused', () => {
  const good = '<attribute name="a" type="string">x</attribute>';
  for (const text of [
    ' ',
    'x',
    '<attributes>',
    '<attribute name="a" type="string">x</attribute>',
    '<Attributes/>',
    '<x:attributes xmlns:x="urn:x"/>',
    '<attributes/><attributes/>',
    '<attributes a="1"/>',
    '<attributes>x</attributes>',
    `<attributes>${good}x</attributes>`,
    `<attributes><attributes>${good}</attributes></attributes>`,
    '<attributes><attrib name="a" type="string">x</attrib></attributes>',
    '<attributes><attribute type="string">x</attribute></attributes>',
    '<attributes><attribute name="a">x</attribute></attributes>',
    '<attributes><attribute name="a" type="">x</attribute></attributes>',
    '<attributes><attribute name="a" type="String">x</attribute></attributes>',
    '<attributes><attribute name="a" type="float">1</attribute></attributes>',
    '<attributes><attribute name="a" type="string" more="1">x</attribute></attributes>',
    '<attributes><attribute name="a" type="string" xmlns="urn:a">x</attribute></attributes>',
    '<attributes><attribute name="a" name="b" type="string">x</attribute></attributes>',
    '<attributes><attribute name="a" type="string"><b/></attribute></attributes>',
    `<!DOCTYPE attributes><attributes>${good}</attributes>`,
    '<!DOCTYPE a [<!ENTITY b "x">]><attributes><attribute name="a" type="string">&b;</attribute></attributes>',
    `<?go on?><attributes>${good}</attributes>`,
    one('a', 'string', '&b;'),
    one('a', 'string', '&#0;'),
    one('a', 'string', '&#1;'),
    one('a', 'string', '\u0000'),
    one('a', 'string', '\u0001'),
    one('a', 'string', '\ud800'),
    `<?xml version="1.1"?>${one('a', 'string', '&#1;')}`,
    one('a', 'string', '<').slice(0, -1),
    `${'<attributes>'.repeat(20_000)}`.slice(0, 65_000),
  ]) {
    assert.equal(codeOf(text), 'PEER_E_INVALID_ATTRIBUTES', text.slice(0, 100));
  }
});

test('there are at most 256 of them, in at most 65,536 characters', () => {
  const many = (count: number): string => {
    const each = Array.from(
      { length: count },
      (_, at) => `<attribute name="a${at}" type="int">1</attribute>`,
    );
    return `<attributes>${each.join('')}</attributes>`;
  };
  assert.equal(Object.keys(readAttributesXml(many(256))).length, 256);
  assert.equal(codeOf(many(257)), 'PEER_E_TOO_MANY_ATTRIBUTES');
  const long = one('a', 'string', '');
  const full = one('a', 'string', 'x'.repeat(65_536 - long.length));
  assert.equal(full.length, 65_536);
  assert.equal(String(Object.values(readAttributesXml(full))[0]).length, 65_536 - long.length);
  assert.equal(
    codeOf(one('a', 'string', 'x'.repeat(65_537 - long.length))),
    'PEER_E_INVALID_ATTRIBUTES',
  );
});

test('what is written reads as the same attributes', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'ab<>&"\'\t\n\r ]*?\\é€', '\u{1f600}', ']]>', '\u0085', '\u2028'),
  });
  const value = fc.oneof(
    text,
    fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }),
    fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    }),
  );
  const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019'), minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }), (attributes) => {
      const xml = attributesXml(attributes);
      assert.ok(xml !== null);
      assert.deepEqual(readAttributesXml(xml), attributes);
    }),
    { numRuns: 500 },
  );
  assert.equal(attributesXml({}), null);
});

test('numbers of the API and characters that XML does not have are written as well', () => {
  const attributes: Attributes = { n: 12, s: 'a\u0001b\ufffec' };
  const xml = attributesXml(attributes);
  assert.ok(xml !== null);
  assert.deepEqual(readAttributesXml(xml), { n: 12n, s: 'a\ufffdb\ufffdc' });
});

test('whatever the text is, it is attributes or one of the two codes', () => {
  const pieces = [
    '<attributes>',
    '</attributes>',
    '<attribute name="a" type="string">',
    '<attribute name="b" type="int">',
    '<attribute name="c" type="date">',
    '</attribute>',
    '<attribute name="d" type="string"/>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<!DOCTYPE a>',
    '<?a b?>',
    '&lt;',
    '&#x10FFFF;',
    '&a;',
    '+7',
    '2024-05',
    '"',
    ' ',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((each) => each.join(''));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (each) => {
      const answer = codeOf(each);
      assert.ok(answer.startsWith('{') || answer.startsWith('PEER_E_'), answer);
    }),
    { numRuns: 2_000 },
  );
});
