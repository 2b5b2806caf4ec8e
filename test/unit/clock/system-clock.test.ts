// The clock of this machine. Waiting is held to what performance.now() says.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';

const SOURCE = pathToFileURL(
  join(import.meta.dirname, '../../../src/adapters/clock/system-clock.ts'),
);

test('instants do not go back, and wall time is that of the machine', () => {
  const [first, second] = [systemClock.now(), systemClock.now()];
  assert.ok(second.instant >= first.instant);
  assert.ok(Math.abs(first.wallTime - Date.now()) < 1_000);
});

test('nobody is woken before the delay has passed', async () => {
  const busy = setInterval(() => undefined, 1_000);
  const delays = Array.from({ length: 40 }, (_, at) => at * 1.37);
  const overshoots = delays.map(
    (delayMs) =>
      new Promise<number>((resolve) => {
        const start = performance.now();
        systemClock.wakeAfter(delayMs, () => resolve(performance.now() - start - delayMs));
      }),
  );
  for (const overshoot of await Promise.all(overshoots)) assert.ok(overshoot >= 0);
  clearInterval(busy);
});

test('a delay longer than 2^31 milliseconds is not over at once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isAwake = false;
  const cancel = systemClock.wakeAfter(40 * 86_400_000, () => {
    isAwake = true;
  });
  t.mock.timers.tick(1);
  assert.equal(isAwake, false);
  t.mock.timers.tick(2 ** 31 - 1);
  assert.equal(isAwake, false);
  cancel();
});

test('a wish that was taken back is not fulfilled', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const cancel = systemClock.wakeAfter(0, () => assert.fail('was woken'));
  cancel();
  t.mock.timers.tick(10);
});

test('a pending wake-up does not keep the process alive', async () => {
  const program = `import { systemClock } from '${SOURCE}'; systemClock.wakeAfter(3_600_000, () => {});`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 60_000,
  });
});

test('who puts something off to the next turn again and again leaves timers their turn', async () => {
  let isFired = false;
  setTimeout(() => {
    isFired = true;
  }, 1);
  let turns = 0;
  await new Promise<void>((resolve) => {
    function act(): void {
      turns += 1;
      if (isFired || turns > 1_000_000) resolve();
      else systemClock.nextTurn(act);
    }
    systemClock.nextTurn(act);
    assert.equal(turns, 0, 'never at once');
  });
  assert.ok(isFired);
});

test('what was put off to the next turn keeps the process alive until it is done', async () => {
  const program = `import { systemClock } from '${SOURCE}'; systemClock.nextTurn(() => console.log('done'));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program],
    { timeout: 60_000 },
  );
  assert.equal(stdout, 'done\n');
});
