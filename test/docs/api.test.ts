// docs/api.txt is the public surface as it is built: a change of what users can name or call shows
// here, is written by `node tools/api-report.ts --write`, and belongs into the changelog.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, readPage } from './markdown.ts';

const REPORT_MAX_MS = 120_000;

test('docs/api.txt is the public surface', () => {
  const report = execFileSync(process.execPath, [join(ROOT, 'tools', 'api-report.ts')], {
    encoding: 'utf8',
    timeout: REPORT_MAX_MS,
  });
  assert.equal(readPage('docs/api.txt'), report, 'node tools/api-report.ts --write');
});
