// Waiting in tests that use real sockets: always for something, and never longer than it may take.

/** How often a condition without an event of its own is looked at. */
const LOOK_MS = 4;

/** Resolves once the condition holds; rejects, and says so, when it does not hold in time. */
export async function until(
  condition: () => boolean,
  withinMs: number,
  what = condition.toString(),
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The value of a promise that may not take longer than this. */
export async function within<Value>(
  promise: Promise<Value>,
  withinMs: number,
  what: string,
): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not within ${withinMs} ms: ${what}`)), withinMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise that has to reject rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it succeeded');
}
