// The auto-reset event object of Win32: one signal releases one waiter, in the order in which they came.

import type { HANDLE } from '../surface/basic-types.ts';

type Waiter = (isSignalled: boolean) => void;

/** Makes an auto-reset event object that is not signalled. */
export function CreateEvent(): HANDLE {
  return new EventObject();
}

class EventObject implements HANDLE {
  readonly #waiters = new Set<Waiter>();
  #isSignalled = false;

  set(): void {
    const [first] = this.#waiters;
    if (first === undefined) this.#isSignalled = true;
    else first(true);
  }

  reset(): void {
    this.#isSignalled = false;
  }

  /** What is no number of milliseconds, or more than a timer takes, waits without limit. */
  wait(timeoutMs?: number): Promise<boolean> {
    if (this.#isSignalled) {
      this.#isSignalled = false;
      return Promise.resolve(true);
    }
    if (timeoutMs !== undefined && timeoutMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const isLimited = timeoutMs !== undefined && timeoutMs < 2 ** 31;
      const timer = isLimited ? setTimeout(() => waiter(false), timeoutMs) : undefined;
      const waiter: Waiter = (isSignalled) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(isSignalled);
      };
      this.#waiters.add(waiter);
    });
  }
}
