// Writes the files of test/golden/records that are not there: `node test/golden/make-golden-records.ts`.
// One that is there stays as it is, for it stands for the records that members have stored; when this
// build would write it otherwise, the program says so and fails.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { RECORDS_FOLDER, recordFiles } from './record-files.ts';

mkdirSync(RECORDS_FOLDER, { recursive: true });
for (const { name, text } of recordFiles()) {
  const file = new URL(name, RECORDS_FOLDER);
  if (!existsSync(file)) {
    writeFileSync(file, text);
    console.log(`${name}: written`);
  } else if (readFileSync(file, 'utf8') === text) {
    console.log(`${name}: as it was`);
  } else {
    console.error(
      `${name}: this build makes another one. Give the new examples a file of their own;`,
    );
    console.error('what members have stored has to be read for ever.');
    process.exitCode = 1;
  }
}
