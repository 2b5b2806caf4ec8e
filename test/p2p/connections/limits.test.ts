// How many direct connections a peer has, on groups of the API: the functions around them would add nothing but time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Places } from '../../../src/p2p/connections/places.ts';
import { PEER_GROUP_EVENT_TYPE } from '../../../src/p2p/index.ts';
import { newNode, Side } from './side.ts';

const { PEER_GROUP_EVENT_DIRECT_CONNECTION } = PEER_GROUP_EVENT_TYPE;
const REFUSED = '8063010b';

test('a peer has 256 direct connections, and whoever wants another is refused at either side', async (t) => {
  const [here, there] = [await newNode(t), await newNode(t)];
  await here.createIdentity({ friendlyName: 'Ann' });
  const group = await here.createGroup({ friendlyName: 'Chess club' });
  const ann = new Side(here, group, [PEER_GROUP_EVENT_DIRECT_CONNECTION]);
  const others: Side[] = [];
  for (let at = 0; at < 257; at += 1) {
    const identity = await there.createIdentity({ friendlyName: `Bob ${at}` });
    const joined = await there.joinGroup(await group.invite(identity.card), { identity });
    others.push(new Side(there, joined, [PEER_GROUP_EVENT_DIRECT_CONNECTION]));
  }
  // From both sides, and all at once: whichever of them comes last.
  const attempts = others.map((other, at) => {
    const [from, to] = at % 2 === 0 ? [ann, other] : [other, ann];
    return { from, id: from.connections.openDirect(to.group.self, to.address) };
  });
  const ends: string[] = [];
  for (const { from, id } of attempts) {
    const event = await from.nextOf((each) => each.includes(` ${id} `) && !each.includes('down'));
    ends.push(event.split(' ').slice(2).join(' '));
  }
  assert.equal(ends.filter((end) => end === 'up 0').length, 256);
  assert.deepEqual(
    ends.filter((end) => end !== 'up 0'),
    [`failed ${REFUSED}`],
  );
  assert.equal(ann.connections.list(0).length, 256);

  // One ends, and its place is free.
  const refused = others.find((other) => other.connections.list(0).length === 0);
  const [first] = ann.connections.list(0);
  ann.connections.closeDirect(first?.ullConnectionId ?? 0n);
  await ann.nextOf((each) => each === `direct ${first?.ullConnectionId} down 0`);
  const again = refused?.connections.openDirect(group.self, ann.address);
  assert.equal(
    await refused?.nextOf((each) => each.includes(` ${again} `)),
    `direct ${again} up 0`,
  );
  const once = refused?.connections.openDirect(group.self, ann.address);
  const answer = await refused?.nextOf((each) => each.includes(` ${once} `));
  assert.equal(answer, `direct ${once} failed ${REFUSED}`);
});

test('who finds all places taken waits for those that may come free, and for no others', async () => {
  const places = new Places(2);
  assert.equal(await places.take(), true);
  assert.equal(await places.take(), true);
  const [third, fourth, fifth] = [places.take(), places.take(), places.take()];
  places.giveBack();
  assert.equal(await third, true);
  places.keep();
  places.keep();
  assert.equal(await fourth, false);
  assert.equal(await fifth, false);
  assert.equal(await places.take(), false);
  places.leave();
  assert.equal(await places.take(), true);
});
