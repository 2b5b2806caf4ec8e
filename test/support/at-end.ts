// What a test cleans up, in the reverse order of its making: whoever besieges a node goes before the
// node does, so that closing it waits for nobody.

import type { TestContext } from 'node:test';

type Act = () => void | Promise<void>;

const actsOf = new WeakMap<TestContext, Act[]>();

export function atEnd(t: TestContext, act: Act): void {
  const known = actsOf.get(t);
  if (known !== undefined) {
    known.push(act);
    return;
  }
  const acts = [act];
  actsOf.set(t, acts);
  t.after(async () => {
    const failures: unknown[] = [];
    for (const each of acts.reverse()) {
      try {
        await each();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'cleaning up failed');
  });
}
