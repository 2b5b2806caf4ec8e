// What the tests of the documents need to know about Markdown: pages, marked sections, code blocks,
// words in backticks, links and headings.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..', '..');

/** Every page of the project, by its path from the root. */
export function pages(): readonly string[] {
  return globSync('**/*.md', { cwd: ROOT, exclude: ['**/node_modules', 'dist'] })
    .map((path) => path.replaceAll(sep, '/'))
    .sort();
}

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
export function section(page: string, name: string): string {
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readPage(page);
  const start = text.indexOf(before);
  const end = text.indexOf(after);
  if (start < 0 || end < start) throw new Error(`${page} has no section ${before} … ${after}`);
  return text.slice(start + before.length, end).trim();
}

export function writeSection(page: string, name: string, content: string): void {
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readPage(page);
  const head = text.slice(0, text.indexOf(before) + before.length);
  writeFileSync(join(ROOT, page), `${head}\n${content}\n${text.slice(text.indexOf(after))}`);
}

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

export function codeBlocks(text: string): readonly CodeBlock[] {
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', block = '']) => ({
      language,
      text: block,
    }),
  );
}

/** The text without its code blocks and comments. */
export function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/<!--[\s\S]*?-->/g, '');
}

/** What stands in single backticks. */
export function inBackticks(text: string): readonly string[] {
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word);
}

/** The targets of links, as they are written. */
export function linkTargets(text: string): readonly string[] {
  const bare = prose(text).replace(/`[^`\n]*`/g, '');
  return [...bare.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that a page offers, as GitHub makes them of its headings. */
export function anchors(text: string): ReadonlySet<string> {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
