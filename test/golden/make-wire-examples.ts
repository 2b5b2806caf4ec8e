// Writes test/golden/wire anew and fills the blocks of docs/protocol.md:
// `node test/golden/make-wire-examples.ts`. Deterministic, so both differ only when the wire does.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { PAGE_FILE, readPage, withBlock } from '../support/protocol-page.ts';
import { protocolBlocks } from './protocol-blocks.ts';
import { WIRE_FOLDER, wireFiles } from './wire-files.ts';

rmSync(WIRE_FOLDER, { recursive: true, force: true });
mkdirSync(WIRE_FOLDER, { recursive: true });
for (const { name, text } of wireFiles()) writeFileSync(new URL(name, WIRE_FOLDER), text);

let page = readPage();
for (const { language, name, content } of protocolBlocks()) {
  page = withBlock(page, language, name, content);
}
writeFileSync(PAGE_FILE, page);
