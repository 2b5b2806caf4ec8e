// What every file of the tree keeps: a header, a bounded length, a telling name, no leftovers and
// no silenced checks.

import { posix } from 'node:path';

import type { Argument, Expression } from 'oxc-parser';

import { DOORS } from './rooms.ts';
import type { Finding, Source } from './source.ts';
import { lineAt } from './source.ts';

const LINES_MAX = 400;
const HEADER_LINES_MAX = 6;
const TELLING_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/;
const EMPTY_WORDS = /^(utils?|helpers?|managers?|misc|data|infos?)$/;
const LEFTOVER = /\b(TODO(?!\(#\d+\))|FIXME|XXX)\b/;
const SILENCER = /@ts-(ignore|nocheck)\b/;
const TEST_FUNCTIONS = /^(test|it|describe|suite|t|context)$/;
const TEST_MARKS = /^(skip|only|todo)$/;

export function headerProblems({ text, program, comments }: Source): Finding[] {
  const [first] = comments;
  const start = program.hashbang?.end ?? 0;
  if (first === undefined || text.slice(start, first.start).trim() !== '') {
    return [{ line: 1, what: 'has no header comment' }];
  }
  const { end } = first;
  const header = first.type === 'Block' ? text.slice(first.start, end) : lineComments(text, start);
  const lines = header.split('\n').filter((line) => /\w/.test(line)).length;
  if (lines >= 1 && lines <= HEADER_LINES_MAX) return [];
  return [{ line: 1, what: `has a header of ${lines} lines, not 1 to ${HEADER_LINES_MAX}` }];
}

export function excessLength({ text }: Source): Finding[] {
  const lines = text.trimEnd().split('\n').length;
  return lines <= LINES_MAX ? [] : [{ line: lines, what: `${lines} lines, over ${LINES_MAX}` }];
}

export function fileNameProblems({ path }: Source): Finding[] {
  const name = posix.basename(path);
  if (name === 'index.ts' && !DOORS.includes(path)) {
    return [{ line: 1, what: 'index.ts stands at the doors only' }];
  }
  if (!TELLING_NAME.test(name)) return [{ line: 1, what: 'the file name is not kebab-case' }];
  const empty = path.split(/[/.-]/).find((word) => EMPTY_WORDS.test(word));
  return empty === undefined ? [] : [{ line: 1, what: `'${empty}' in a file name says nothing` }];
}

export function unwantedLanguage({ text, occurrences }: Source): Finding[] {
  return occurrences.flatMap(({ node }) => {
    const line = lineAt(text, node.start);
    if (node.type === 'TSAnyKeyword') return [{ line, what: 'any' }];
    if (node.type === 'ExportDefaultDeclaration') return [{ line, what: 'default export' }];
    if (node.type === 'ExportAllDeclaration') return [{ line, what: 'export *' }];
    return [];
  });
}

export function leftovers({ text, comments }: Source): Finding[] {
  return comments.flatMap(({ value, start }) => {
    const found = LEFTOVER.exec(value) ?? SILENCER.exec(value);
    return found === null ? [] : [{ line: lineAt(text, start + 2 + found.index), what: found[0] }];
  });
}

/** `test.skip(…)`, `t.todo()`, `test('…', { only: true }, …)`: a test that does not run. */
export function sleepingTests({ path, text, occurrences }: Source): Finding[] {
  if (!path.startsWith('test/')) return [];
  return occurrences.flatMap(({ node }) => {
    if (node.type !== 'CallExpression') return [];
    const what = markedName(node.callee) ?? node.arguments.map(markedOption).find(Boolean);
    return what && isOfTests(node.callee) ? [{ line: lineAt(text, node.start), what }] : [];
  });
}

function isOfTests(callee: Expression): boolean {
  const named = callee.type === 'MemberExpression' ? callee.object : callee;
  return named.type === 'Identifier' && TEST_FUNCTIONS.test(named.name);
}

function markedName(callee: Expression): string | null {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return null;
  return TEST_MARKS.test(callee.property.name) ? `.${callee.property.name}` : null;
}

function markedOption(argument: Argument): string | null {
  if (argument.type !== 'ObjectExpression') return null;
  for (const property of argument.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
    if (TEST_MARKS.test(property.key.name)) return `{ ${property.key.name} }`;
  }
  return null;
}

function lineComments(text: string, start: number): string {
  const lines = text.slice(start).trimStart().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines.slice(0, end === -1 ? undefined : end).join('\n');
}
