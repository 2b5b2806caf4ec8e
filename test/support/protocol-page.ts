// docs/protocol.md as the tests and the generator of its examples see it: headings, tables, and the
// blocks whose first line names a language and the example. Line breaks in hex are for the page.

import { readFileSync } from 'node:fs';

export interface PageBlock {
  readonly language: 'hex' | 'text' | 'json';
  readonly name: string;
  readonly content: string;
}

export const PAGE_FILE = new URL('../../docs/protocol.md', import.meta.url);

export function readPage(): string {
  return readFileSync(PAGE_FILE, 'utf8');
}

/** The numbers of all sections: `7`, `7.2`. */
export function sectionsOf(page: string): ReadonlySet<string> {
  return new Set([...page.matchAll(/^#{2,3} (\d+(?:\.\d+)?) /gm)].map(([, number = '']) => number));
}

/** Names of the blocks of a language, in the order of the page. */
export function blockNames(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language} (.+)$`, 'gm'))].map(
    ([, name = '']) => name,
  );
}

/** The content of a block without line breaks. Throws when the page does not have it. */
export function block(page: string, language: string, name: string): string {
  const { from, to } = boundsOf(page, language, name);
  return page.slice(from, to).replaceAll('\n', '');
}

/** The page with another content in the block, broken into lines unless it is JSON. */
export function withBlock(page: string, language: string, name: string, content: string): string {
  const { from, to } = boundsOf(page, language, name);
  const lines = language === 'json' ? [content] : (content.match(/.{1,120}/gu) ?? []);
  return `${page.slice(0, from)}${lines.map((line) => `${line}\n`).join('')}${page.slice(to)}`;
}

/** One line for each field. */
export function jsonText(values: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(values).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n}`;
}

/** The cells of the first table below a line that contains `before`, its head and rule left out. */
export function tableAfter(page: string, before: string): readonly (readonly string[])[] {
  const lines = page.slice(page.indexOf(before)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function boundsOf(page: string, language: string, name: string): { from: number; to: number } {
  const start = `\`\`\`${language} ${name}\n`;
  const at = page.indexOf(start);
  if (at < 0) throw new Error(`docs/protocol.md has no block '${language} ${name}'`);
  const from = at + start.length;
  return { from, to: page.indexOf('```', from) };
}
