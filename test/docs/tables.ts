// The tables of the documents that the code dictates: limits, errors and rooms.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE } from '../../src/api/error-catalogue.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { ROOMS, type Room } from '../house/rooms.ts';
import { coverageText, readClaims } from '../p2p/support/coverage.ts';
import { ROOT } from './markdown.ts';

export interface Table {
  readonly page: string;
  readonly section: string;
  readonly text: () => string;
}

export const TABLES: readonly Table[] = [
  { page: 'docs/security.md', section: 'limits', text: limitsTable },
  { page: 'docs/errors.md', section: 'errors', text: errorsTable },
  { page: 'docs/architecture.md', section: 'rooms', text: roomsTable },
  { page: 'docs/p2p-api.md', section: 'contract', text: () => coverageText(readClaims()) },
];

const LIMITS_FOLDER = join(ROOT, 'src', 'core', 'domain');

/** LIMITS and the parts that it is made of. */
function limitsSource(): string {
  const files = readdirSync(LIMITS_FOLDER).filter((name) => /^(.*-)?limits\.ts$/.test(name));
  return files.map((name) => readFileSync(join(LIMITS_FOLDER, name), 'utf8')).join('\n');
}

function limitsTable(): string {
  const source = limitsSource();
  const rows = Object.entries(LIMITS).map(([name, value]) => {
    const why = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*${name}:`).exec(source)?.[1];
    if (why === undefined) throw new Error(`${name} of LIMITS has no comment`);
    return [`\`${name}\``, grouped(value), why.replace(/\s*\n\s*\*\s*/g, ' ').trim()];
  });
  return table(['limit', 'value', 'what it bounds, and what would happen without it'], rows);
}

function errorsTable(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(([code, { meaning, hint, isRetryable }]) => [
    `\`${code}\``,
    meaning,
    hint,
    isRetryable ? 'yes' : 'no',
  ]);
  return table(['code', 'meaning', 'what to do', 'retryable'], rows);
}

function roomsTable(): string {
  const rows = ROOMS.map((room) => [nameOf(room), purposeOf(room), importsOf(room)]);
  return table(['room', 'for', 'may import'], rows);
}

function nameOf({ folder }: Room): string {
  const name = folder.replace('src/', '');
  return folder.startsWith('src/') ? `[${name}](../${folder}/README.md)` : name;
}

const OUTSIDE: Readonly<Record<string, string>> = {
  test: 'All tests; [testing.md](testing.md) has the shelves.',
  bench: 'Measures peergroup beside raw TLS, js-libp2p and hyperdht.',
  tools: 'Scripts of the project.',
  demo: '`npm start`.',
  examples: 'Programs to copy.',
};

/** The first sentence of the room's README. */
function purposeOf({ folder }: Room): string {
  if (!folder.startsWith('src/')) return OUTSIDE[folder] ?? '';
  const readme = readFileSync(join(ROOT, folder, 'README.md'), 'utf8');
  const [, paragraph = ''] = readme.split('\n\n');
  return paragraph.replaceAll('\n', ' ').replace(/\. .*$/, '.');
}

function importsOf({ mayImport, typesOnly, mayUseNode, npm }: Room): string {
  if (mayImport === 'anything') return 'anything';
  const rooms = mayImport.map((room) => room.replace('core/', ''));
  const packages = npm === 'anything' ? ['npm'] : (npm ?? []);
  const all = [...rooms, ...(mayUseNode ? ['Node'] : []), ...packages];
  if (all.length === 0) return 'nothing';
  return `${all.join(', ')}${typesOnly ? ' (types only)' : ''}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
