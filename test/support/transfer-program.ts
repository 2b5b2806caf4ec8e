// A process that exports or imports, for tests that kill it or give it little room:
// `node transfer-program.ts export|import <directory> <file>`. It prints a JSON line for each progress
// and one for the end, with the most memory that it ever had.

import { writeSync } from 'node:fs';
import { openNode, PeerGroupError } from '../../src/api/index.ts';

export interface TransferLine {
  readonly begun?: true;
  readonly progress?: { readonly records: number };
  readonly end?: 'done' | string;
  readonly memoryBytes?: number;
}

const SAMPLE_MS = 5;

function say(line: TransferLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Beyond the largest file that it may have, a process is told so by a signal first. */
process.on('SIGXFSZ', () => undefined);

async function transfer(verb: string, directory: string, file: string): Promise<void> {
  const node = await openNode({ directory });
  const { records } = await node.openGroup();
  // What resourceUsage() tells includes the process that started this one.
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MS);
  const onProgress = (progress: { readonly records: number }): void => say({ progress });
  say({ begun: true });
  try {
    if (verb === 'export') await records.exportTo(file, { onProgress });
    else await records.importFrom(file, { onProgress });
    say({ end: 'done', memoryBytes: most - before });
  } catch (error) {
    if (!(error instanceof PeerGroupError)) throw error;
    say({ end: error.code });
  }
  clearInterval(sampling);
  await node.close();
}

const [verb, directory, file] = process.argv.slice(2);
if (import.meta.main && verb !== undefined && directory !== undefined && file !== undefined) {
  await transfer(verb, directory, file);
}
