// Attack 47: somebody has the text of an invitation and guesses its password: at three admitters, from many
// hosts, many at once, and going away with each challenge to try it at home.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../src/core/domain/limits.ts';
import { type AdmitterHouse, JoinClub, type Newcomer } from '../support/join-club.ts';
import { exchange, passwordOf, STAFF } from '../support/join-offers.ts';
import { PASSWORD } from '../support/join-pair.ts';

const OFFER = passwordOf(STAFF.alice, PASSWORD, { usesMax: 100 });
const MINUTE_MS = 60_000;

/** Takes the challenge and goes: it has all that it needs to try one password at home. */
function guesser(club: JoinClub, at: number): Newcomer {
  const newcomer = club.newcomer(`Guesser ${at}`);
  const startLogin = (password: string) => {
    const { request } = exchange.startLogin(password);
    return { request, finish: () => null };
  };
  const { tools } = newcomer.parts;
  Object.assign(newcomer.parts, { tools: { ...tools, exchange: { ...exchange, startLogin } } });
  return newcomer;
}

function challengesOf(guessers: readonly Newcomer[]): number {
  return guessers.filter(({ failure }) => failure.code === 'WRONG_PASSWORD').length;
}

function threeHouses(club: JoinClub): readonly AdmitterHouse[] {
  const houses = [STAFF.ann, STAFF.ada, STAFF.ivy].map((who) => club.house(who));
  for (const house of houses) {
    house.hear(OFFER.bytes);
    // As the broadcast of a guess does it.
    Object.assign(house.parts.listener, {
      onGuess: (offer: Uint8Array) => {
        for (const other of houses) {
          if (other === house) continue;
          const { publicKey } = house.clubber.membership;
          other.throttle.failedElsewhere(offer, publicKey, club.clock.now());
        }
      },
    });
  }
  return houses;
}

test('three admitters let nobody try three times as often as one', () => {
  const club = new JoinClub();
  const houses = threeHouses(club);
  const guessers: Newcomer[] = [];
  for (let round = 0; round < 10; round++) {
    for (const house of houses) {
      const each = guesser(club, guessers.length);
      guessers.push(each);
      each.tryPassword(OFFER, 'Wrong horse 7 battery staple', [house]);
      club.pass(1_500);
    }
  }
  const tried = challengesOf(guessers);
  assert.ok(tried >= LIMITS.guessesPerMinute, `${tried} tries`);
  assert.ok(tried <= LIMITS.guessesPerMinute + houses.length, `${tried} tries in a minute`);
  const refused = guessers.filter(({ failure }) => failure.code === 'TOO_MANY_ATTEMPTS');
  assert.equal(refused.length, guessers.length - tried);
});

test('many at once are not as good as none', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  ann.hear(OFFER.bytes);
  const guessers = Array.from({ length: LIMITS.joinsUnderWayMax }, (_, at) => guesser(club, at));
  for (const each of guessers) each.tryPassword(OFFER, 'Wrong horse 7 battery staple', [ann]);
  club.pass();
  assert.equal(challengesOf(guessers), LIMITS.guessesPerMinute);
});

test('whoever is slow to guess is still slower than one in a minute, and the right one comes in', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  ann.hear(OFFER.bytes);
  const guessers: Newcomer[] = [];
  for (let minute = 0; minute < 60; minute++) {
    const each = guesser(club, minute);
    guessers.push(each);
    each.tryPassword(OFFER, 'Wrong horse 7 battery staple', [ann]);
    club.pass(MINUTE_MS);
  }
  const tried = challengesOf(guessers);
  assert.ok(tried < 15, `${tried} tries in an hour`);
  club.pass(LIMITS.guessDelayMsMax);
  const dora = club.newcomer('Dora');
  dora.tryPassword(OFFER, PASSWORD, [ann]);
  club.pass();
  assert.equal(dora.joined.membership.member, dora.person.peer);
});
