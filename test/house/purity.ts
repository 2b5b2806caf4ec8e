// What the core must do without: a clock, chance and waiting of its own, and whatever would make
// two runs of one seed differ. Sockets, timers and the rest of Node do not compile there anyway.

import type { Node } from 'oxc-parser';
import type { Finding, Occurrence, Source } from './source.ts';
import { lineAt } from './source.ts';

/** Each with what the core uses instead. */
const BANNED_NAMES: ReadonlyMap<string, string> = new Map([
  ['Date', 'time is an argument (Now)'],
  ['Promise', 'the core never waits'],
  ['setTimeout', 'a deadline is data'],
  ['setInterval', 'a deadline is data'],
  ['setImmediate', 'a deadline is data'],
  ['queueMicrotask', 'the core never waits'],
  ['performance', 'time is an argument (Now)'],
  ['globalThis', 'what a part needs stands in its constructor'],
  ['Atomics', 'the core never waits'],
  ['Intl', 'names and ids are compared bytewise'],
  ['WeakRef', 'it depends on the garbage collector'],
  ['FinalizationRegistry', 'it depends on the garbage collector'],
]);

const BANNED_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['random', 'chance is a port (Chance)'],
  ['localeCompare', 'names and ids are compared bytewise'],
  ['toLocaleString', 'names and ids are compared bytewise'],
]);

export function impurities({ path, text, occurrences }: Source): Finding[] {
  if (!path.startsWith('src/core/')) return [];
  return occurrences.flatMap((occurrence) => {
    if (isPortThatWaits(path, occurrence)) return [];
    const what =
      waiting(occurrence.node) ?? bannedName(occurrence) ?? bannedMember(occurrence) ?? null;
    return what === null ? [] : [{ line: lineAt(text, occurrence.node.start), what }];
  });
}

export function mutableModuleState({ path, text, program }: Source): Finding[] {
  if (!path.startsWith('src/core/')) return [];
  return program.body.flatMap((statement) => {
    const declared =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration' || declared.declare) return [];
    if (declared.kind !== 'let' && declared.kind !== 'var') return [];
    return [{ line: lineAt(text, statement.start), what: `'${declared.kind}' of a module` }];
  });
}

/** A port may promise something to the api, which may wait; the core itself cannot call it. */
function isPortThatWaits(path: string, { node, parent }: Occurrence): boolean {
  if (!path.startsWith('src/core/ports/') || parent.type !== 'TSTypeReference') return false;
  return node.type === 'Identifier' && node.name === 'Promise';
}

function waiting(node: Node): string | null {
  if ('async' in node && node.async) return 'async: the core never waits';
  if (node.type === 'AwaitExpression') return 'await: the core never waits';
  if (node.type === 'ForOfStatement' && node.await) return 'for await: the core never waits';
  if (node.type === 'VariableDeclaration' && node.kind === 'await using') {
    return 'await using: the core never waits';
  }
  return null;
}

function bannedName({ node, parent }: Occurrence): string | null {
  if (node.type !== 'Identifier' || isOnlyAName(node, parent)) return null;
  const instead = BANNED_NAMES.get(node.name);
  return instead === undefined ? null : `${node.name}: ${instead}`;
}

/** The name of a member, a field or a method, which reaches nothing global. */
function isOnlyAName(node: Node, parent: Node): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return parent.property === node && !parent.computed;
    case 'Property':
      return parent.key === node && !parent.computed && !parent.shorthand;
    case 'PropertyDefinition':
    case 'MethodDefinition':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      return parent.key === node && !parent.computed;
    default:
      return false;
  }
}

/** `Math.random`, `Math['random']` and `const { random } = Math` alike. */
function bannedMember({ node, parent }: Occurrence): string | null {
  const name = memberName(node, parent);
  const instead = name === null ? undefined : BANNED_MEMBERS.get(name);
  return instead === undefined ? null : `${name}: ${instead}`;
}

function memberName(node: Node, parent: Node): string | null {
  const isMember = parent.type === 'MemberExpression' && parent.property === node;
  const isTaken = parent.type === 'Property' && parent.key === node;
  if (!isMember && !isTaken) return null;
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}
