// Members that admit others on real sockets, and people who come there by TLS.

import type { TestContext } from 'node:test';

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { tlsWires } from '../../src/adapters/tls/tls-dialler.ts';
import { TlsListener } from '../../src/adapters/tls/tls-listener.ts';
import type { Address } from '../../src/core/domain/addresses.ts';
import { atEnd } from './at-end.ts';
import { AdmitterHouse, Newcomer } from './join-club.ts';
import { watchWarnings } from './live-group.ts';
import type { Clubber } from './simulated-club.ts';
import { type Person, person } from './trust-cast.ts';
import { until } from './until.ts';

/** A member with its door on a free port. */
export async function liveHouse(t: TestContext, who: Clubber): Promise<AdmitterHouse> {
  watchWarnings(t);
  const house = new AdmitterHouse(who, { host: '127.0.0.1', port: 1 }, systemClock);
  const listener = new TlsListener(house.doors);
  house.address = await listener.listen('127.0.0.1', 0);
  atEnd(t, async () => {
    house.host.close();
    house.desk.close();
    await listener.close();
  });
  return house;
}

export function liveNewcomer(who: string | Person): Newcomer {
  const whoever = typeof who === 'string' ? person(who) : who;
  return new Newcomer(whoever, tlsWires, systemClock);
}

export async function done(newcomer: Newcomer, withinMs = 5_000): Promise<void> {
  await until(() => newcomer.results.length > 0, withinMs);
}

/** As a contact that an invitation names. */
export function contactAt(who: Clubber, address: Address) {
  return { member: who.membership.member, addresses: [address] };
}
