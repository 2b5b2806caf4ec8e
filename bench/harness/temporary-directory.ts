// Directories that are gone when this process ends, whatever happens. They are below TMPDIR, which
// should lie on the disk that is to be measured.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();
process.on('exit', () => {
  for (const directory of made) removeDirectory(directory);
});

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'peergroup-bench-'));
  made.add(directory);
  return directory;
}

/** A process that was killed a moment ago may still be writing. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  made.delete(directory);
}
