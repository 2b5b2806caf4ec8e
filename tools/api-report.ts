// The public surface as text: every declaration that users can name, door by door, and those that these
// name in turn, from the built declarations, without comments and without @internal members. Prints it, or
// writes docs/api.txt with --write. test/docs/api.test.ts compares, so no change goes unnoticed.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import type { ClassElement, Comment, Node, Program, Statement } from 'oxc-parser';
import { parseSync, visitorKeys } from 'oxc-parser';

import { run } from './run.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const DOORS: readonly Door[] = [
  { module: 'peergroup', file: join(DIST, 'api', 'index.d.ts') },
  { module: 'peergroup/testing', file: join(DIST, 'sim', 'index.d.ts') },
];
const REPORT = join(ROOT, 'docs', 'api.txt');
const BUILD_TIME_MAX_MS = 120_000;

/** An entry of `exports` in package.json. */
interface Door {
  readonly module: string;
  readonly file: string;
}

interface Declaration {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Names that stand in the text. */
  readonly names: readonly string[];
}

interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** What is imported or re-exported, by the name that it has here. */
  readonly borrowed: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

const modules = new Map<string, Module>();

function moduleAt(file: string): Module {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text, { sourceType: 'module' });
  const read = {
    declarations: declarationsOf(file, text, program, comments),
    borrowed: borrowed(file, program),
  };
  modules.set(file, read);
  return read;
}

function declarationsOf(
  file: string,
  text: string,
  program: Program,
  comments: readonly Comment[],
): Map<string, Declaration> {
  const found = program.body.flatMap((statement) => {
    const node = declared(statement);
    const name = node === null ? null : nameOf(node);
    if (node === null || name === null) return [];
    const hidden = hiddenSpans(text, node, comments);
    const clean = tidy(without(text.slice(node.start, node.end), node.start, hidden));
    const names = [...namesIn(node, hidden)].filter((each) => each !== name);
    return [{ name, file, text: clean, names }];
  });
  return new Map(found.map((declaration) => [declaration.name, declaration]));
}

function declared(statement: Statement): Node | null {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration;
  return statement.type.endsWith('Declaration') ? statement : null;
}

function nameOf(node: Node): string | null {
  if (node.type === 'VariableDeclaration') {
    const id = node.declarations[0]?.id;
    return id?.type === 'Identifier' ? id.name : null;
  }
  if ('id' in node && node.id !== null && node.id !== undefined && 'name' in node.id) {
    return String(node.id.name);
  }
  return null;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Comments, and in classes what is private or marked @internal. */
function hiddenSpans(text: string, node: Node, comments: readonly Comment[]): readonly Span[] {
  const inside = comments.filter(({ start, end }) => start >= node.start && end <= node.end);
  if (node.type !== 'ClassDeclaration') return inside;
  return [...inside, ...node.body.body.filter((member) => isHidden(text, member, inside))];
}

function isHidden(text: string, member: ClassElement, comments: readonly Comment[]): boolean {
  if ('key' in member && member.key.type === 'PrivateIdentifier') return true;
  // Node's own hooks, such as _read.
  const name = 'key' in member && 'name' in member.key ? member.key.name : '';
  if (typeof name === 'string' && name.startsWith('_')) return true;
  const above = comments.findLast(({ end }) => end <= member.start);
  const isItsOwn = above !== undefined && text.slice(above.end, member.start).trim() === '';
  return isItsOwn && above.value.includes('@internal');
}

function without(text: string, offset: number, spans: readonly Span[]): string {
  let rest = text;
  for (const { start, end } of [...spans].sort((a, b) => b.start - a.start)) {
    rest = rest.slice(0, start - offset) + rest.slice(end - offset);
  }
  return rest;
}

function tidy(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines
    .map((line) => line.trimEnd().replace(/^( {4})+/, (all) => all.slice(all.length / 2)))
    .join('\n');
}

function* namesIn(node: Node, hidden: readonly Span[]): Generator<string> {
  if (hidden.some(({ start, end }) => node.start >= start && node.end <= end)) return;
  if (node.type === 'Identifier') yield node.name;
  for (const key of visitorKeys[node.type] ?? []) {
    const below: unknown = Reflect.get(node, key);
    for (const each of Array.isArray(below) ? below : [below]) {
      if (typeof each === 'object' && each !== null && 'type' in each) yield* namesIn(each, hidden);
    }
  }
}

function borrowed(file: string, program: Program): Module['borrowed'] {
  const found = new Map<string, { file: string; name: string }>();
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const each of statement.specifiers) {
        if (each.type !== 'ImportSpecifier') continue;
        const name = 'name' in each.imported ? each.imported.name : each.imported.value;
        found.set(each.local.name, { file: target(file, statement.source.value), name });
      }
    } else if (statement.type === 'ExportNamedDeclaration' && statement.source !== null) {
      for (const { local, exported } of statement.specifiers) {
        const name = 'name' in local ? local.name : local.value;
        const as = 'name' in exported ? exported.name : exported.value;
        found.set(as, { file: target(file, statement.source.value), name });
      }
    }
  }
  return found;
}

function target(from: string, module: string): string {
  return module.startsWith('.') ? join(dirname(from), module.replace(/\.ts$/, '.d.ts')) : module;
}

/** What `name` means in `file`; null for what is not ours. */
function find(file: string, name: string): Declaration | null {
  if (!file.startsWith(DIST)) return null;
  const { declarations, borrowed: others } = moduleAt(file);
  const here = declarations.get(name);
  if (here !== undefined) return here;
  const there = others.get(name);
  return there === undefined ? null : find(there.file, there.name);
}

function report(): string {
  const doors = DOORS.map(({ module, file }) => ({ module, named: namedAt(file) }));
  const named = doors.flatMap((door) => door.named);
  const reached = new Set(named);
  for (const declaration of reached) {
    for (const name of declaration.names) {
      const next = find(declaration.file, name);
      if (next !== null) reached.add(next);
    }
  }
  const others = [...reached].filter((declaration) => !named.includes(declaration));
  return [
    ...doors.flatMap((door) => [
      `# What \`import … from '${door.module}'\` gives\n`,
      ...inOrder(door.named).map(({ text }) => `${text}\n`),
    ]),
    '# Types that these use and that have no name at a door\n',
    ...inOrder(others).map(({ text, file }) => `// ${place(file)}\n${text}\n`),
  ].join('\n');
}

function namedAt(door: string): readonly Declaration[] {
  return [...moduleAt(door).borrowed].flatMap(([, { file, name }]) => find(file, name) ?? []);
}

function inOrder(declarations: readonly Declaration[]): readonly Declaration[] {
  return [...declarations].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function place(file: string): string {
  return relative(DIST, file)
    .replaceAll(sep, '/')
    .replace(/\.d\.ts$/, '');
}

const build = await run({
  program: process.execPath,
  args: [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'src'],
  cwd: ROOT,
  timeMaxMs: BUILD_TIME_MAX_MS,
});
if (!build.ok) throw new Error(build.output);
if (process.argv.includes('--write')) writeFileSync(REPORT, report());
else process.stdout.write(report());
