// Testing your own program against a simulated group: virtual time, faults, and a seed that replays
// them. A program that needs little of a group says so in an interface, and runs on a member as well.

import assert from 'node:assert/strict';
import { type VillageMember, village } from 'peergroup/testing';

/** The program under test: everybody counts, and the count is what all have counted together. */
class Counter {
  readonly #member: Pick<VillageMember, 'publish' | 'texts'>;

  constructor(member: Pick<VillageMember, 'publish' | 'texts'>) {
    this.#member = member;
  }

  add(): void {
    this.#member.publish('count', '1');
  }

  get value(): number {
    return this.#member.texts('count').length;
  }
}

// 1. A group of four that is connected. Nothing happens unless the test lets time pass.
const members = ['alice', 'bob', 'carol', 'dave'] as const;
const { world, alice, bob, carol, dave } = village({ seed: 7, members });
const [a, b, c, d] = [alice, bob, carol, dave].map((member) => new Counter(member));
assert.ok(a && b && c && d);
a.add();
b.add();
world.runFor({ seconds: 1 });
console.log('all see', [a, b, c, d].map(({ value }) => value).join(' '));

// 2. The group falls in two; both halves go on, and agree when the cable is back.
const heal = world.part([alice, bob], [carol, dave]);
a.add();
d.add();
world.runFor({ seconds: 30 });
console.log('parted', [a, b, c, d].map(({ value }) => value).join(' '));
heal();
const tookMs = world.runUntil(() => world.isInAgreement, { seconds: 60 });
assert.deepEqual([a.value, d.value], [4, 4]);
console.log(`agreed ${(tookMs / 1_000).toFixed(1)} virtual seconds after it was healed`);

// 3. A process ends at once, and what was acknowledged is on its disk.
dave.onChange(({ record, origin }) => console.log(`dave: ${record.author} counts, ${origin}`));
world.unplug(carol);
c.add();
world.kill(carol, { isPowerLost: true });
world.plugIn(carol);
world.start(carol);
world.runUntil(() => d.value === 5, { seconds: 60 });

// 4. Whatever may go wrong, with many seeds. A failure would name the seed and tell what happened.
for (let seed = 1; seed <= 5; seed++) {
  const group = village({ seed, members });
  group.world.disturb({ minutes: 1 }, { every: { seconds: 8 } });
  for (let at = 0; at < 20; at++) {
    group.world.runFor({ seconds: 3 });
    const member = group.world.members.filter(({ isThere }) => isThere)[at % 4];
    if (member !== undefined) tryTo(() => new Counter(member).add());
  }
  group.world.check();
  const counts = group.world.members.map((member) => new Counter(member).value);
  group.world.ensure(new Set(counts).size === 1, `they count ${counts}`);
  console.log(`seed ${seed}: ${counts[0]} counted through all of it`);
}

/** A disk may be full, and a process may end in the middle of it. */
function tryTo(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'VillageError')) throw error;
  }
}
