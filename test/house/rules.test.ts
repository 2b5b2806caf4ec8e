// Each rule is shown to fail on bad snippets and to leave their innocent twins alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importLine, readmeProblem } from './readmes.ts';
import { ROOMS, roomOf } from './rooms.ts';
import { RULES } from './rules.ts';
import type { Finding } from './source.ts';
import { parseSource } from './source.ts';
import { importsOfMissingFiles } from './walls.ts';

const LINK = 'src/core/link/link.ts';
const PORT = 'src/core/ports/clock.ts';
const TLS = 'src/adapters/tls/listener.ts';
const TEST = 'test/unit/link/link.test.ts';

type Case = readonly [path: string, text: string];

interface Expectation {
  readonly bad: readonly Case[];
  readonly good: readonly Case[];
}

const EXPECTATIONS: Readonly<Record<keyof typeof RULES, Expectation>> = {
  'a file imports only what its room may import': {
    bad: [
      [LINK, `import { a } from '../graph/a.ts';`],
      [LINK, `import { a } from '../../engine/engine.ts';`],
      [LINK, `import type { a } from '../../engine/engine.ts';`],
      [LINK, `export { a } from '../../engine/engine.ts';`],
      [LINK, `const a: import('../../engine/engine.ts').A = 1;`],
      [LINK, `import { readFileSync } from 'node:fs';`],
      [LINK, `import 'reflect-metadata';`],
      [LINK, `const a = import('./' + name);`],
      ['src/core/base/a.ts', `import { a } from '../domain/names.ts';`],
      ['src/core/wire/a.ts', `import { a } from '../trust/chain.ts';`],
      [PORT, `import { a } from '../base/time.ts';`],
      [PORT, `import { type A } from '../base/time.ts';`],
      ['src/engine/engine.ts', `import { a } from '../adapters/tls/listener.ts';`],
      ['src/engine/engine.ts', `import { readFileSync } from 'node:fs';`],
      [TLS, `import { a } from '../crypto/node-crypto.ts';`],
      [TLS, `import { a } from '../../engine/engine.ts';`],
      [TLS, `import { a } from '../../core/link/link.ts';`],
      [TLS, `import { a } from '@peculiar/x509';`],
      [TLS, `import { readFileSync } from 'fs';`],
      ['src/api/peer-group.ts', `import { a } from 'commander';`],
      ['src/api/peer-group.ts', `import { a } from '../../test/village.ts';`],
      ['src/stray.ts', `const a = 1;`],
      ['src/core/stray.ts', `const a = 1;`],
      ['demo/main.ts', `import { a } from '../src/api/peer-group.ts';`],
      ['examples/hello.ts', `import { a } from '../src/api/index.ts';`],
      ['examples/hello.ts', `import { a } from '@peculiar/x509';`],
    ],
    good: [
      [LINK, `import { a } from './send-queue.ts';`],
      [LINK, `import { a } from '../trust/chain.ts';`],
      [LINK, `// import { a } from '../graph/a.ts';\nconst text = "import 'node:fs'";`],
      [LINK, `const text = \`import 'node:fs' \${1 / 2 / 3} from "x"\`;`],
      [LINK, `const pattern = /import 'node:fs'/;`],
      [PORT, `import type { Instant } from '../base/time.ts';`],
      [TLS, `import { connect } from 'node:tls';`],
      ['src/api/peer-group.ts', `import { a } from '../adapters/tls/listener.ts';`],
      ['demo/main.ts', `import { a } from '../src/api/index.ts';`],
      ['examples/hello.ts', `import { a } from 'peergroup';\nimport 'node:fs';`],
      [TEST, `import { a } from '../../../src/core/link/link.ts';\nimport 'fast-check';`],
    ],
  },
  'the core has no clock, no chance and no waiting of its own': {
    bad: [
      [LINK, `const now = Date.now();`],
      [LINK, `const now = new Date();`],
      [LINK, `function f(at: Date) {}`],
      [LINK, `const a = Math.random();`],
      [LINK, `const a = Math['random']();`],
      [LINK, `const { random } = Math;`],
      [LINK, `async function f() {}`],
      [LINK, `const f = async () => 1;`],
      [LINK, `class A { async m() {} }`],
      [LINK, `await f();`],
      [LINK, `for await (const a of b) f(a);`],
      [LINK, `await using a = f();`],
      [LINK, `function f(): Promise<void> {}`],
      [LINK, `Promise.resolve();`],
      [LINK, `setTimeout(f, 1);`],
      [LINK, `queueMicrotask(f);`],
      [LINK, `globalThis.f();`],
      [LINK, `names.sort((a, b) => a.localeCompare(b));`],
      [PORT, `Promise.resolve();`],
    ],
    good: [
      [LINK, `// await new Date(), Math.random(), setTimeout\nconst a = 'Promise async await';`],
      [LINK, `const text = \`setTimeout(\${1}) Date\`;`],
      [LINK, `const a = { Date: 1 }; const b = a.Date; interface C { Date: number }`],
      [LINK, `const draw = chance.fraction(); type Chance = { random(): number };`],
      [LINK, `const awaiting = 1; const asynchronous = 2; const candidate = 3;`],
      [PORT, `export interface Codec { issue(): Promise<Uint8Array> }`],
      ['src/engine/engine.ts', `setTimeout(async () => await f(), Date.now());`],
    ],
  },
  'the core keeps no mutable state in a module': {
    bad: [
      [LINK, `let count = 0;`],
      [LINK, `export let count = 0;`],
    ],
    good: [
      [LINK, `const limit = 1; function f() { let count = 0; }`],
      ['src/engine/engine.ts', `let count = 0;`],
    ],
  },
  'a file begins with a header comment of one to six lines': {
    bad: [
      [LINK, `const a = 1;\n// after the first statement`],
      [LINK, `// 1\n// 2\n// 3\n// 4\n// 5\n// 6\n// 7\nconst a = 1;`],
      [LINK, `/*\n * 1\n * 2\n * 3\n * 4\n * 5\n * 6\n * 7\n */\nconst a = 1;`],
      [LINK, `//\n\nconst a = 1;`],
      [LINK, ``],
    ],
    good: [
      [
        LINK,
        `// One line.\n\n// A comment of its own, which is not part\n// of the header.\nconst a = 1;`,
      ],
      [LINK, `// 1\n// 2\n// 3\n// 4\n// 5\n// 6\nconst a = 1;`],
      [LINK, `/**\n * 1\n * 2\n * 3\n * 4\n * 5\n * 6\n */\nconst a = 1;`],
      ['tools/check.ts', `#!/usr/bin/env node\n// What it does.\nconst a = 1;`],
    ],
  },
  'a file has at most 400 lines': {
    bad: [[LINK, '//\n'.repeat(401)]],
    good: [[LINK, '//\n'.repeat(400)]],
  },
  'a file is named for its content, in kebab-case': {
    bad: [
      ['src/core/link/linkPhase.ts', ''],
      ['src/core/link/Link.ts', ''],
      ['src/core/link/link_phase.ts', ''],
      ['src/core/link/index.ts', ''],
      ['src/core/link/link-utils.ts', ''],
      ['src/core/link/helper.ts', ''],
      ['test/helpers/village.ts', ''],
      ['test/unit/peer-info.test.ts', ''],
    ],
    good: [
      ['src/core/link/link-phase.ts', ''],
      ['src/core/link/metadata.ts', ''],
      ['src/api/index.ts', ''],
      ['test/unit/link-phase.test.ts', ''],
    ],
  },
  'there is no any, no default export and no export *': {
    bad: [
      [LINK, `let a: any;`],
      [LINK, `const a = b as any;`],
      [LINK, `type A = Map<string, any[]>;`],
      [LINK, `export default 1;`],
      [LINK, `export default class A {}`],
      [LINK, `export * from './phase.ts';`],
    ],
    good: [
      [LINK, `// any\nconst a = 'any'; const any = 1; const b = { any, default: 1 };`],
      [LINK, `switch (a) { default: f(); }`],
    ],
  },
  'there are no leftovers and no silenced errors': {
    bad: [
      [LINK, `// TODO: later`],
      [LINK, `const a = 1; /* a\n FIXME */`],
      [LINK, `// XXX`],
      [LINK, `// @ts-ignore\nf();`],
      [LINK, `// @ts-nocheck`],
    ],
    good: [
      [LINK, `// TODO(#12): pace the offers`],
      [LINK, `const a = 'TODO'; const template = 'peergroup-XXXXXX';`],
    ],
  },
  'no test is skipped, left to do or run alone': {
    bad: [
      [TEST, `test.skip('a', () => {});`],
      [TEST, `test.only('a', () => {});`],
      [TEST, `describe.todo('a');`],
      [TEST, `test('a', { skip: true }, () => {});`],
      [TEST, `test('a', { only: true }, () => {});`],
      [TEST, `test('a', (t) => { t.skip(); });`],
    ],
    good: [
      [TEST, `test('an only child may skip', { timeout: 9 }, () => { reader.skip(2); });`],
      [TEST, `// test.only('a')\nassert.deepEqual(f({ skip: 1 }), 1);`],
    ],
  },
};

for (const [sentence, rule] of Object.entries(RULES)) {
  const { bad, good } = EXPECTATIONS[sentence] ?? { bad: [], good: [] };

  test(`the rule fails where it should: ${sentence}`, () => {
    assert.ok(bad.length > 0);
    for (const [path, text] of bad) {
      assert.notDeepEqual(rule(parseSource(path, text)), [], `${path}: ${text}`);
    }
  });

  test(`the rule leaves alone what is right: ${sentence}`, () => {
    assert.ok(good.length > 0);
    for (const [path, text] of good) {
      assert.deepEqual(rule(parseSource(path, text)), [], `${path}: ${text}`);
    }
  });
}

test('a finding names its line', () => {
  const source = parseSource(LINK, `// header\n\nconst a = 'Date';\nconst b = Date.now();\n`);
  const findings = Object.values(RULES).flatMap((rule): Finding[] => rule(source));
  assert.deepEqual(findings, [{ line: 4, what: 'Date: time is an argument (Now)' }]);
});

test('a relative import of a file that is not there is found', () => {
  const source = parseSource(LINK, `import './phase.ts';\nimport '../base/Bytes.ts';\n`);
  const known = new Set(['src/core/link/phase.ts', 'src/core/base/bytes.ts']);
  assert.deepEqual(
    importsOfMissingFiles(source, known).map(({ line }) => line),
    [2],
  );
});

test('a file that does not parse is refused', () => {
  assert.throws(() => parseSource(LINK, 'const = 1;'), SyntaxError);
});

test('a README must repeat the line of its room, in the words of the table', () => {
  const room = roomOf('src/core/ports/clock.ts');
  assert.ok(room);
  assert.equal(importLine(room), '- **May import**: core/base, core/domain (types only).');
  assert.equal(readmeProblem(room, `# ports\n\n${importLine(room)}\n`), null);
  assert.equal(readmeProblem(room, '- **May import**: `domain`, `base` (types only).'), null);
  assert.match(readmeProblem(room, null) ?? '', /has no README/);
  assert.match(readmeProblem(room, '# ports') ?? '', /lacks the line/);
  assert.match(readmeProblem(room, '- **May import**: base, domain.') ?? '', /instead of/);
  assert.match(readmeProblem(room, '- **May import**: base (types only).') ?? '', /instead of/);
});

test('no room of the table lies inside another and hides it', () => {
  for (const { folder } of ROOMS) assert.equal(roomOf(`${folder}/a.ts`)?.folder, folder);
});
