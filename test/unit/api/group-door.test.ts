// The door of a group, as time goes by.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { GroupDoor } from '../../../src/api/group-door.ts';
import { doorName, hourOf } from '../../../src/core/link/door-name.ts';
import { Doors } from '../../../src/engine/doors.ts';
import { NOW } from '../../support/golden-chains.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { CLUB } from '../../support/simulated-club.ts';

test('a secret that is over is answered to no more, also when nothing else has happened', () => {
  const clock = new SimulatedClock(NOW);
  const doors = new Doors(nodeCrypto, clock);
  const [present, earlier] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const { member, group } = CLUB.bob.membership;
  const all = [present, earlier];
  const taker = { receive: () => assert.fail('nobody comes') };
  const { credentials } = CLUB.bob;
  const door = new GroupDoor({
    doors,
    secrets: { all: () => all },
    member,
    group,
    credentials,
    desk: taker,
    joins: taker,
  });
  const isAnswered = (discoverySecret: Uint8Array): boolean => {
    const hour = hourOf(clock.now().wallTime);
    const [byMember, byGroup] = [member, group].map((name) => {
      const asked = doorName(nodeCrypto, { discoverySecret, member: name }, hour);
      return doors.credentialsFor(asked) !== null;
    });
    assert.equal(byGroup, byMember);
    return byMember === true;
  };
  assert.deepEqual([present, earlier].map(isAnswered), [true, true]);
  all.pop();
  clock.advance(3_600_000);
  assert.deepEqual([present, earlier].map(isAnswered), [true, false]);
  door.close();
  assert.equal(isAnswered(present), false);
});
