// Reads from the sources of the tests which rows of the contract they show, and from not-applicable/ why others do
// not apply, and makes the table of docs/p2p-api.md of it.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

import { parseSync } from 'oxc-parser';

import { NEVER_RETURNED } from '../not-applicable/all-functions.ts';
import { CONTRACT_ROWS, type ContractRow } from './contract-rows.ts';

const HERE = join(import.meta.dirname, '..');
const FOLDER = join(HERE, 'not-applicable');

interface Shown {
  readonly title: string;
  /** From test/p2p on. */
  readonly file: string;
}

export interface Claims {
  readonly shown: ReadonlyMap<string, readonly Shown[]>;
  readonly notApplicable: ReadonlyMap<string, string>;
}

export function readClaims(): Claims {
  const shown = new Map<string, Shown[]>();
  for (const path of filesBelow(HERE).filter((each) => each.endsWith('.test.ts'))) {
    for (const { title, rows } of contractCalls(path)) {
      const claim = { title, file: relative(HERE, path) };
      for (const row of rows) shown.set(row, [...(shown.get(row) ?? []), claim]);
    }
  }
  const isShown = (key: string): boolean => shown.has(key);
  const notApplicable = new Map([...REASONS].filter(([key]) => !isShown(key) || !isForAll(key)));
  return { shown, notApplicable };
}

export function answersOf(claims: Claims): {
  readonly missing: readonly string[];
  readonly summary: readonly string[];
} {
  const rows = [...CONTRACT_ROWS.values()];
  const missing = rows.filter(
    ({ key }) => !claims.shown.has(key) && !claims.notApplicable.has(key),
  );
  return { missing: missing.map(({ key }) => key), summary: summaryOf(claims) };
}

const KINDS: Readonly<Record<ContractRow['kind'], string>> = {
  return: 'return codes',
  behaviour: 'behaviours of functions',
  inferred: 'behaviours that follow from signatures and samples',
  crossCutting: 'behaviours of no single function',
};

function summaryOf({ shown, notApplicable }: Claims): readonly string[] {
  return Object.entries(KINDS).map(([kind, name]) => {
    const rows = [...CONTRACT_ROWS.values()].filter((row) => row.kind === kind);
    const shownCount = rows.filter(({ key }) => shown.has(key)).length;
    const reasonCount = rows.filter(({ key }) => notApplicable.has(key)).length;
    return `${name}: ${rows.length}, of which ${shownCount} are shown by a test and ${reasonCount} do not apply`;
  });
}

/** The table, function by function. */
export function coverageText(claims: Claims): string {
  const subjects = [...new Set([...CONTRACT_ROWS.values()].map((row) => row.of))];
  const summary = summaryOf(claims).map((line) => `- ${line[0]?.toUpperCase()}${line.slice(1)}.`);
  const tables = subjects.map((subject) => {
    const rows = [...CONTRACT_ROWS.values()].filter((row) => row.of === subject);
    const lines = rows.map((row) => `| ${cell(row.text)} | ${cell(answerText(row, claims))} |`);
    return [`#### ${subject}`, '', '| documented | here |', '| --- | --- |', ...lines].join('\n');
  });
  return [summary.join('\n'), ...tables].join('\n\n');
}

function answerText({ key }: ContractRow, { shown, notApplicable }: Claims): string {
  const tests = shown.get(key);
  if (tests === undefined) return notApplicable.get(key) ?? '(no answer)';
  return tests.map(({ title, file }) => `“${title}” (${file})`).join('; ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<', '\\<');
}

/** A code that a function returns all the same is shown where it does. */
function isForAll(key: string): boolean {
  return (key.split(' ')[1] ?? '') in NEVER_RETURNED;
}

const REASONS: ReadonlyMap<string, string> = await readReasons();

/** Each file's own, and for codes that nothing returns one for all functions. */
async function readReasons(): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for (const { key, kind, of } of CONTRACT_ROWS.values()) {
    const why = kind === 'return' ? NEVER_RETURNED[key.slice(of.length + 1)] : undefined;
    if (why !== undefined) reasons.set(key, why);
  }
  for (const path of filesBelow(FOLDER)) {
    const { NOT_APPLICABLE = {} } = await import(path);
    for (const [key, why] of Object.entries(NOT_APPLICABLE)) {
      if (reasons.has(key) || typeof why !== 'string') throw new Error(`${key} has two reasons`);
      reasons.set(key, why);
    }
  }
  return reasons;
}

interface ContractCall {
  readonly title: string;
  readonly rows: readonly string[];
}

interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The calls `contract('title', ['row', …], …)` of a file; both have to be literals. */
function contractCalls(path: string): readonly ContractCall[] {
  const calls: ContractCall[] = [];
  visit(parsed(path), (node) => {
    if (node.type !== 'CallExpression' || !isNamed(node['callee'], 'contract')) return;
    const given: unknown = node['arguments'];
    const [title, rows] = Array.isArray(given) ? given : [];
    calls.push({ title: literalOf(title), rows: elementsOf(rows).map(literalOf) });
  });
  return calls;
}

function parsed(path: string): unknown {
  return parseSync(basename(path), readFileSync(path, 'utf8')).program;
}

function visit(node: unknown, look: (node: SyntaxNode) => void): void {
  if (Array.isArray(node)) for (const each of node) visit(each, look);
  if (!isNode(node)) return;
  look(node);
  for (const value of Object.values(node)) visit(value, look);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === name;
}

function elementsOf(node: unknown): readonly unknown[] {
  const elements = isNode(node) && node.type === 'ArrayExpression' ? node['elements'] : null;
  if (!Array.isArray(elements)) throw new Error('the rows of a contract test are a literal array');
  return elements;
}

function literalOf(node: unknown): string {
  const value = isNode(node) && node.type === 'Literal' ? node['value'] : null;
  if (typeof value !== 'string') throw new Error('titles and rows of contract tests are literals');
  return value;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .map((name) => join(folder, name));
}
