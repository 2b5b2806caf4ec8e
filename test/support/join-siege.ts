// Joins as somebody would say them who does not keep to anything: machines of core/join on raw TLS links, and
// requests of a test's own over simulated wires.

import type { TestContext } from 'node:test';

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import type { IdentityCertificate } from '../../src/core/domain/certificates.ts';
import { Joiner, type JoinSecret } from '../../src/core/join/joiner.ts';
import { doorName, hourOf } from '../../src/core/link/door-name.ts';
import type { AdmitterHouse } from './join-club.ts';
import { exchange, type TestOffer } from './join-offers.ts';
import { dialRaw, type RawLink, type Shown } from './raw-link.ts';
import type { Clubber } from './simulated-club.ts';
import { nodeCrypto, type Person } from './trust-cast.ts';
import { identityOf, newJudge } from './trust-village.ts';

/** Somebody with what it shows in TLS. */
export interface Guest {
  readonly person: Person;
  readonly identity: IdentityCertificate;
}

export function guestOf(who: Person): Guest {
  return { person: who, identity: identityOf(who) };
}

export function shownBy({ person: key, identity: certificate }: Guest): Shown {
  return { key, certificate };
}

/** A link to a member, by the door of an offer. */
export function knock(
  t: TestContext,
  house: AdmitterHouse,
  { body: { doorSecret } }: TestOffer,
  who: Guest,
): Promise<RawLink> {
  const { member } = house.clubber.membership;
  const key = { discoverySecret: doorSecret, member };
  const name = doorName(nodeCrypto, key, hourOf(systemClock.now().wallTime));
  return dialRaw(t, { port: house.address.port, doorName: name, shown: shownBy(who) });
}

/** The joiner's machine on this link, for an admitter that it takes for `far`. */
export function joinerOn(
  link: Pick<RawLink, 'exporter'>,
  { person: who, identity }: Guest,
  secret: JoinSecret,
  far: Clubber,
): Joiner {
  return new Joiner(
    {
      group: far.membership.group,
      secret,
      member: who.peer,
      signer: who,
      ownCertificateDigest: nodeCrypto.sha256(identity.der),
      farCertificate: far.identity,
      exporter: link.exporter,
      joinId: new Uint8Array(16),
      addresses: [],
    },
    { crypto: nodeCrypto, judge: newJudge(), exchange },
  );
}

export function ticketSecret({ body: { role }, digest, key }: TestOffer): JoinSecret {
  return { kind: 'ticket', offer: digest, role, key };
}
