// Promises of those who wait for room on a connection.

import { abortedBy } from './arguments.ts';

/** Rejects for whoever waits; that nobody does is no unhandled rejection, for `closed` tells the same. */
export function watched(
  start: (resolve: () => void, reject: (error: unknown) => void) => void,
): Promise<void> {
  const promise = new Promise<void>(start);
  promise.catch(() => undefined);
  return promise;
}

/** The same, given up by the signal. */
export function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortedBy(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
