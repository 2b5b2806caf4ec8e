// Attack 43: members flood a node with neighbor links. Each has four at most, all together 64; whoever
// is too many is told so and costs no more than a handshake, and direct connections are not touched.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../src/core/domain/limits.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { decodeRefuse } from '../../src/core/wire/hello.ts';
import { openBare } from '../support/bare-desk.ts';
import { besieged, dial, liveNeighbor } from '../support/live-neighbors.ts';
import { dialRaw, type RawFrame } from '../support/raw-link.ts';
import { craftedHello } from '../support/raw-member.ts';
import { until } from '../support/until.ts';

/** Hosts from which nobody has more handshakes in flight than the doorman takes. */
const AT_ONCE = 20;

test('a member that dials a hundred times is let in four times, and is no stranger', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const mallory = invite('Mallory');
  const answers: (RawFrame | null)[] = [];
  for (let round = 0; round < 5; round++) {
    const links = await Promise.all(
      Array.from({ length: AT_ONCE }, () => dialRaw(t, { ...door, shown: mallory })),
    );
    for (const link of links) {
      link.write(craftedHello(link, mallory, { body: { isNeighbor: true } }));
    }
    answers.push(...(await Promise.all(links.map((link) => link.frame()))));
  }
  const refused = answers.filter((answer) => answer?.kind === KIND.refuse);
  assert.equal(answers.length - refused.length, LIMITS.neighborLinksPerMemberMax);
  assert.deepEqual(
    new Set(refused.map((answer) => answer && decodeRefuse(answer.payload).reason)),
    new Set(['tooManyConnections']),
  );
  assert.equal(alice.opened.length, LIMITS.neighborLinksPerMemberMax);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  await until(() => bob.opened.length === 1, 5_000);
  assert.equal(alice.house.doors.counters.turnedAway, 0);
});

test('many members together have 64 links, and direct connections still come in', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const members = LIMITS.neighborLinksMax / LIMITS.neighborLinksPerMemberMax + 2;
  for (let number = 0; number < members; number++) {
    const member = invite(`Mallory ${number}`);
    for (let count = 0; count < LIMITS.neighborLinksPerMemberMax; count++) {
      const link = await dialRaw(t, { ...door, shown: member });
      link.write(craftedHello(link, member, { body: { isNeighbor: true } }));
      await link.frame();
    }
  }
  assert.equal(alice.opened.length, LIMITS.neighborLinksMax);
  const bob = await liveNeighbor(t, invite('Bob'));
  const opened = await openBare(bob.house.desk, alice.who.name, alice.address);
  assert.equal(opened.kind, 'connected');
  // The node dials whom it wants, however full its door is.
  dial(alice, bob);
  await until(() => alice.opened.length === LIMITS.neighborLinksMax + 1, 5_000);
});

test('those that one member invited have half of the links, and others are let in', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const eve = invite('Eve', undefined, 'administrator');
  const crew = LIMITS.neighborLinksPerKinMax / LIMITS.neighborLinksPerMemberMax + 1;
  for (let number = 0; number < crew; number++) {
    const sybil = invite(`Sybil ${number}`, eve);
    for (let count = 0; count < LIMITS.neighborLinksPerMemberMax; count++) {
      const link = await dialRaw(t, { ...door, shown: sybil });
      link.write(craftedHello(link, sybil, { body: { isNeighbor: true } }));
      await link.frame();
    }
  }
  assert.equal(alice.opened.length, LIMITS.neighborLinksPerKinMax);
  const bob = await liveNeighbor(t, invite('Bob'));
  dial(bob, alice);
  await until(() => bob.opened.length === 1, 5_000);
});

test('a HELLO that asks for a neighbor and for a connection of its own is no HELLO', async (t) => {
  const { alice, invite, door } = await besieged(t);
  const mallory = invite('Mallory');
  const link = await dialRaw(t, { ...door, shown: mallory });
  const hello = craftedHello(link, mallory, { body: { isNeighbor: true } });
  // Version and flags stand behind the header of five bytes.
  hello[6] = 3;
  link.write(hello);
  assert.deepEqual(await link.kindsToEnd(), []);
  assert.equal(alice.opened.length, 0);
});
