// Does what should be refused, and tells how it was.

import { isPeerGroupError } from '../src/api/index.ts';
import type { Refused } from './wishes.ts';

export async function refused(act: () => Promise<void>): Promise<Refused> {
  const startedAt = performance.now();
  const tookMs = (): number => performance.now() - startedAt;
  try {
    await act();
    return { code: null, why: 'nobody refused it', tookMs: tookMs() };
  } catch (error) {
    if (!isPeerGroupError(error)) throw error;
    return { code: error.code, why: error.message, tookMs: tookMs() };
  }
}
