// Records: signed, stored, and searched by their attributes; a search that goes on, events, and a
// record that ends by itself. All of this works offline; group-chat.ts shows how records get to other members.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPeerGroupError, type LiveSearch, openNode } from 'peergroup';

// What kinds of records there are is yours to say; `crypto.randomUUID()` makes a new one.
const MOVE = '9a0d3c52-61be-4c0f-8d43-2c1f7b5e0a01';
const OFFER = '9a0d3c52-61be-4c0f-8d43-2c1f7b5e0a02';

const folder = mkdtempSync(join(tmpdir(), 'shared-records-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// A node that listens keeps the process alive; a search that watches does not.
await using node = await openNode({ directory: join(folder, 'alice'), listen: {} });
await node.createIdentity({ friendlyName: 'Alice' });
const group = await node.createGroup({ friendlyName: 'Chess club' });
const { records } = group;

// 1. Events tell of every change: what happened, and whether it was done here or by the clock.
group.addEventListener('recordChanged', ({ change, origin, record }) => {
  if (record.type === OFFER) console.log(`event: an offer ${change}, by ${origin}`);
});

// 2. A record is signed, stored and found by searches when `add` resolves.
const move = await records.add({
  type: MOVE,
  data: '1. e4',
  attributes: { player: 'Alice', round: 3, playedAt: new Date() },
});
console.log(`version ${move.version} of ${move.id}, until ${move.expiresAt.toISOString()}`);

// 3. An update leaves alone what it does not name; attributes are given all or none. A record that
// you hold never changes: the new version is another one.
const better = await records.update(move, { data: '1. d4' });
console.log(`version ${better.version}: ${await better.text()}; before: ${await move.text()}`);

// 4. Many at once are stored all or not at all, and share a signature, which is much faster than one
// after the other. Numbers are whole; a search never takes text for a number or for a date.
const openings = ['Sicilian', 'Slav', 'Ruy Lopez'];
await records.addAll(
  Array.from({ length: 300 }, (_, at) => ({
    type: MOVE,
    data: `game ${at}`,
    attributes: { player: 'Bob', round: 1 + (at % 9), opening: openings[at % 3] ?? '' },
  })),
);

// 5. A search gives one page, the newest first unless it says otherwise, and where the next begins. A
// page may be shorter than its limit; the last one is that whose `next` is null.
const query = {
  type: MOVE,
  where: {
    and: [
      { attribute: 'opening', like: 'S*' },
      {
        or: [
          { attribute: 'round', lessOrEqual: 2 },
          { attribute: 'round', equal: 8 },
        ],
      },
    ],
  },
  limit: 40,
};
let page = await records.search(query);
console.log(`a page of ${page.records.length}`);
while (page.next !== null) {
  page = await records.search({ ...query, after: page.next });
  console.log(`and one of ${page.records.length}`);
}

// 6. The same without pages, in the order of an attribute.
const orderBy = { attribute: 'round', type: 'int' } as const;
const rounds = new Set<unknown>();
for await (const record of records.all({ ...query, orderBy, direction: 'ascending' })) {
  const { round } = record.attributes;
  rounds.add(round);
}
console.log('rounds', [...rounds]);

// 7. Watch first and search then, and no change is missed in between.
const watch = { type: OFFER, where: { attribute: 'to', equal: 'Bob' } };
const live = records.watch(watch);
const told = tell(live);
console.log(`offers so far: ${(await records.search(watch)).records.length}`);
const draw = { type: OFFER, data: 'draw?', attributes: { to: 'Bob' } };
await records.add({ ...draw, expiresAt: new Date(Date.now() + 300) });
await told;

// 8. What is wrong is told before anything is stored.
try {
  await records.update(move, { expiresAt: new Date(0) });
} catch (error) {
  if (!isPeerGroupError(error)) throw error;
  console.log(error.message);
}

// 9. A deleted record leaves a tombstone, so that no late copy brings it back.
await records.delete(move);
console.log(`deleted: ${(await records.get(move.id)) === undefined}`);
console.log(`stored, tombstones included: ${records.use.records} records, ${records.use.bytes} B`);

/** Until the offer is over. Leaving the loop ends the search. */
async function tell(changes: LiveSearch): Promise<void> {
  for await (const { kind, record } of changes) {
    console.log(`live: ${kind} ${await record.text()}`);
    if (kind === 'removed') return;
  }
}
