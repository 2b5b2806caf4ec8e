// Every code of the catalogue is raised somewhere in the sources, or stands below as reserved. The
// table of docs/errors.md is checked by tables.test.ts.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import type { Node } from 'oxc-parser';
import { ERROR_CATALOGUE } from '../../src/api/error-catalogue.ts';
import { parseSource } from '../house/source.ts';
import { ROOT, readPage } from './markdown.ts';

/** Codes that nothing raises yet, with what will. */
const RESERVED: Readonly<Record<string, string>> = {};

const codes = Object.keys(ERROR_CATALOGUE);

/** Where a code only stands in a list, a comparison or a type, it is not raised. */
const MENTIONS: ReadonlySet<Node['type']> = new Set<Node['type']>([
  'ArrayExpression',
  'BinaryExpression',
  'SwitchCase',
  'TSLiteralType',
]);

function raisedCodes(): ReadonlySet<string> {
  const paths = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => path.replaceAll(sep, '/'));
  const raised = new Set<string>();
  for (const path of paths) {
    const { occurrences } = parseSource(path, readFileSync(join(ROOT, path), 'utf8'));
    for (const { node, parent } of occurrences) {
      if (node.type !== 'Literal' || typeof node.value !== 'string') continue;
      if (!MENTIONS.has(parent.type) || isValueOfPair(node, parent)) raised.add(node.value);
    }
  }
  return raised;
}

/** `['MEMBERSHIP_EXPIRED', 'INVITATION_EXPIRED']` of a map raises the second. */
function isValueOfPair(node: Node, parent: Node): boolean {
  return (
    parent.type === 'ArrayExpression' && parent.elements.length === 2 && parent.elements[1] === node
  );
}

test('every error code is raised somewhere, or reserved with a reason', () => {
  const raised = raisedCodes();
  const silent = codes.filter((code) => !raised.has(code) && !(code in RESERVED));
  assert.deepEqual(silent, []);
  const awake = Object.keys(RESERVED).filter((code) => raised.has(code));
  assert.deepEqual(awake, [], 'no longer reserved');
});

test('the catalogue is in the order of the alphabet, and says something for each code', () => {
  assert.deepEqual(codes, [...codes].sort());
  for (const [code, { meaning, hint }] of Object.entries(ERROR_CATALOGUE)) {
    assert.match(meaning, /^[A-Z].*\.$/, code);
    assert.ok(hint.length > 5, code);
  }
});

test('hints call what the front door has, and as it is', () => {
  const surface = readPage('docs/api.txt');
  const wrong = Object.entries(ERROR_CATALOGUE).flatMap(([code, { hint }]) =>
    [...hint.matchAll(/\b(?:node|group|records|connection)\.(\w+)(\(?)/g)]
      .filter(([, name = '', call]) => !isThere(surface, name, call === '('))
      .map(([text]) => `${code}: ${text}`),
  );
  assert.deepEqual(wrong, []);
});

function isThere(surface: string, name: string, isCalled: boolean): boolean {
  const declaration = isCalled ? `^ +${name}\\(` : `^ +(readonly ${name}\\b|get ${name}\\()`;
  return new RegExp(declaration, 'm').test(surface);
}
