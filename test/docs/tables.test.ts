// Tables of the documents say what the code says. UPDATE=1 writes them anew.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { section, writeSection } from './markdown.ts';
import { TABLES } from './tables.ts';

for (const { page, section: name, text } of TABLES) {
  test(`the table of ${name} in ${page} is that of the code`, () => {
    if (process.env['UPDATE'] === '1') writeSection(page, name, text());
    assert.equal(section(page, name), text(), `UPDATE=1 node --test test/docs/tables.test.ts`);
  });
}
