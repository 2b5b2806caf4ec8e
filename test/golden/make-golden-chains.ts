// Writes test/golden/chains anew: `node test/golden/make-golden-chains.ts`. Deterministic, so the
// files differ only when the profile, the laws or the cases do.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { goldenChains } from '../support/golden-chains.ts';
import { formatGolden, GOLDEN_FOLDER } from '../support/golden-files.ts';
import { renewedChains } from '../support/renewed-chains.ts';

rmSync(GOLDEN_FOLDER, { recursive: true, force: true });
mkdirSync(GOLDEN_FOLDER, { recursive: true });
for (const golden of [...goldenChains(), ...renewedChains()]) {
  writeFileSync(new URL(`${golden.rule}.json`, GOLDEN_FOLDER), formatGolden(golden));
}
