// The scene of most attacks: Alice's real node on a real port, taking everybody whom it believes,
// Bob who is a member, and Eve who is none.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import type { DirectConnection } from '../../src/api/index.ts';
import { accepted, found, type Household } from './live-group.ts';
import type { RawDial, RawLink } from './raw-link.ts';
import { doorOf, enlist, type RawIdentity, type RawMember, rawIdentity } from './raw-member.ts';

export interface Siege {
  readonly alice: Household;
  /** What Alice's application was given. */
  readonly taken: readonly DirectConnection[];
  readonly bob: RawMember;
  readonly eve: RawIdentity;
  /** How to ask for Alice at her port. */
  readonly dial: Pick<RawDial, 'port' | 'doorName'>;
}

export async function siege(t: TestContext): Promise<Siege> {
  const alice = await found(t);
  const taken = accepted(alice);
  const bob = await enlist(alice.group, rawIdentity('Bob'));
  const dial = { port: alice.port, doorName: doorOf(bob.discoverySecret, alice.group.self) };
  return { alice, taken, bob, eve: rawIdentity('Eve'), dial };
}

/** Nobody came in, and the link ended saying these frames. */
export async function assertTurnedAway(
  { alice, taken }: Siege,
  link: RawLink,
  kinds: readonly number[],
  withinMs = 2_000,
): Promise<void> {
  assert.deepEqual(await link.kindsToEnd(withinMs), kinds);
  assert.equal(taken.length, 0, 'the application was given a connection');
  assert.equal(alice.group.connections.length, 0);
}
