// Each room below src/ has a README.md that says, in one line, what the room may import; it must
// say the same as the table. Order, backticks and a leading `core/` are left to the writer.

import type { Room } from './rooms.ts';

const LINE = /^-? *\*\*May import\*\*:(.*)$/m;

/** The line as it may stand in the README. */
export function importLine(room: Room): string {
  const words = wordsOf(room);
  return `- **May import**: ${words.length === 0 ? 'nothing' : words.join(', ')}.`;
}

export function readmeProblem(room: Room, readme: string | null): string | null {
  const expected = importLine(room);
  if (readme === null) return `has no README.md with the line: ${expected}`;
  const found = LINE.exec(readme);
  if (found === null) return `README.md lacks the line: ${expected}`;
  if (meaning(found[0]) === meaning(expected)) return null;
  return `README.md says '${found[0]}' instead of '${expected}'`;
}

function wordsOf({ mayImport, typesOnly, mayUseNode, npm }: Room): string[] {
  const rooms = mayImport === 'anything' ? ['anything'] : mayImport;
  const last = rooms.length - 1;
  const written = rooms.map((name, at) =>
    typesOnly && at === last ? `${name} (types only)` : name,
  );
  const packages = npm === 'anything' ? ['npm'] : (npm ?? []);
  return [...written, ...(mayUseNode ? ['Node'] : []), ...packages];
}

function meaning(line: string): string {
  const list = line
    .replace(LINE, '$1')
    .replaceAll('`', '')
    .replace(/\.\s*$/, '');
  const words = list
    .replace('(types only)', ', types only')
    .split(',')
    .map((word) =>
      word
        .trim()
        .replace(/^core\//, '')
        .replace(/^adapters\/\*$/, 'adapters'),
    );
  return words.filter(Boolean).sort().join(', ');
}
