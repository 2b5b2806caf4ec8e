// One TypeScript file as the rules see it: its syntax tree, comments and imports. Parsing is left
// to oxc, because TypeScript 7 keeps its own parser behind an unstable interface.

import type { Comment, Node, Program } from 'oxc-parser';
import { parseSync, visitorKeys } from 'oxc-parser';

export interface Import {
  /** `null` when it is computed. */
  readonly target: string | null;
  readonly typesOnly: boolean;
  readonly line: number;
}

export interface Occurrence {
  readonly node: Node;
  readonly parent: Node;
}

export interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly occurrences: readonly Occurrence[];
  readonly imports: readonly Import[];
}

/** What breaks a rule, and where. */
export interface Finding {
  readonly line: number;
  readonly what: string;
}

export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text, { sourceType: 'module' });
  const problem = parsed.errors[0];
  if (problem !== undefined) throw new SyntaxError(`${path}: ${problem.message}`);
  const { program, comments } = parsed;
  const occurrences = [...occurrencesBelow(program)];
  const imports = occurrences.flatMap(({ node }) => importOf(node, text));
  return { path, text, program, comments, occurrences, imports };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function* occurrencesBelow(parent: Node): Generator<Occurrence> {
  for (const key of visitorKeys[parent.type] ?? []) {
    const below: unknown = Reflect.get(parent, key);
    for (const node of Array.isArray(below) ? below : [below]) {
      if (!isNode(node)) continue;
      yield { node, parent };
      yield* occurrencesBelow(node);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function importOf(node: Node, text: string): Import[] {
  const line = lineAt(text, node.start);
  switch (node.type) {
    case 'ImportDeclaration':
      return [{ target: node.source.value, typesOnly: node.importKind === 'type', line }];
    case 'ExportAllDeclaration':
      return [{ target: node.source.value, typesOnly: node.exportKind === 'type', line }];
    case 'ExportNamedDeclaration':
      if (node.source === null) return [];
      return [{ target: node.source.value, typesOnly: node.exportKind === 'type', line }];
    case 'TSImportType':
      return [{ target: node.source.value, typesOnly: true, line }];
    case 'ImportExpression':
      return [{ target: literalText(node.source), typesOnly: false, line }];
    default:
      return [];
  }
}

function literalText(node: Node): string | null {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}
