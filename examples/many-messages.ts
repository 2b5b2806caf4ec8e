// Many small messages: types that cost two bytes or fewer, the fastest way to receive, and `send`
// as back-pressure, so that a slow receiver slows the sender down and nothing piles up.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNode } from 'peergroup';

// What kinds of messages there are is yours to say; `crypto.randomUUID()` makes a new one.
const TEMPERATURE = 'd7a8fbb3-07d7-4094-92a9-1f3a7b1c9e01';
const HUMIDITY = 'd7a8fbb3-07d7-4094-92a9-1f3a7b1c9e02';
const COUNT = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'many-messages-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await using stationNode = await openNode({ directory: join(folder, 'station') });
await using officeNode = await openNode({ directory: join(folder, 'office'), listen: {} });
await stationNode.createIdentity({ friendlyName: 'Weather station' });
const office = await officeNode.createIdentity({ friendlyName: 'Office' });
const groupOfStation = await stationNode.createGroup();
const groupOfOffice = await officeNode.joinGroup(await groupOfStation.invite(office.card));

let sum = 0;
const countByType = new Map<string, number>();
groupOfOffice.acceptDirectConnections({
  onConnection: (connection) => {
    // Called for each message in order, and nothing else is read meanwhile: keep it short.
    connection.onMessage(({ type, data }) => {
      countByType.set(type, (countByType.get(type) ?? 0) + 1);
      sum += new DataView(data.buffer, data.byteOffset).getFloat64(0);
    });
  },
});

const connection = await groupOfStation.openDirectConnection(office.name, {
  address: officeNode.addresses,
});
const startedAt = performance.now();
for (let at = 0; at < COUNT; at++) {
  const reading = new Uint8Array(64);
  new DataView(reading.buffer).setFloat64(0, 20 + at / COUNT);
  // Resolves at once while there is room. Never leave it out: 64 MiB later `send` fails.
  await connection.send(reading, { type: at % 2 === 0 ? TEMPERATURE : HUMIDITY });
}
// All that was sent has arrived at the other process.
await connection.flush();
const seconds = (performance.now() - startedAt) / 1000;

const { messagesSent, bytesSent, unsentBytes } = connection.counters;
console.log(`${messagesSent} messages, ${bytesSent} B, ${unsentBytes} B still waiting`);
console.log(`${Math.round(COUNT / seconds)} messages a second in one process`);
console.log(`mean ${(sum / COUNT).toFixed(2)}, by type:`, Object.fromEntries(countByType));
await connection.close();
