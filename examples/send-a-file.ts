// A file over a stream of a direct connection, with its progress and a SHA-256 that the receiver
// sends back. A stream has its own flow control, so messages still pass while a file is on its way.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type DirectConnection, openNode } from 'peergroup';

const folder = mkdtempSync(join(tmpdir(), 'send-a-file-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await using alicesNode = await openNode({ directory: join(folder, 'alice') });
await using bobsNode = await openNode({ directory: join(folder, 'bob'), listen: {} });
await alicesNode.createIdentity({ friendlyName: 'Alice' });
const bob = await bobsNode.createIdentity({ friendlyName: 'Bob' });
const groupOfAlice = await alicesNode.createGroup();
const groupOfBob = await bobsNode.joinGroup(await groupOfAlice.invite(bob.card));

groupOfBob.acceptDirectConnections({ onConnection: receiveFiles });
await using connection = await groupOfAlice.openDirectConnection(bob.name, {
  address: bobsNode.addresses,
});
await writeFile(join(folder, 'holiday.bin'), randomBytes(8_000_000));
await sendFile(connection, join(folder, 'holiday.bin'));

async function sendFile(to: DirectConnection, path: string): Promise<void> {
  const { size } = statSync(path);
  const digest = createHash('sha256');
  const stream = to.openStream({ name: 'holiday.bin' });
  let sent = 0;
  await pipeline(
    createReadStream(path, { highWaterMark: 1_000_000 }),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        digest.update(chunk);
        yield chunk;
        sent += chunk.length;
        console.log(`${Math.round((100 * sent) / size)} %`);
      }
    },
    stream,
  );
  const answer = (await stream.setEncoding('utf8').toArray()).join('');
  console.log(answer === digest.digest('hex') ? 'Arrived whole.' : 'Arrived damaged.');
}

async function receiveFiles(from: DirectConnection): Promise<void> {
  for await (const stream of from.streams()) {
    // The name comes from the other side: never use it as a path.
    console.log(`${from.member.friendlyName} sends ${JSON.stringify(stream.label)}`);
    const digest = createHash('sha256');
    stream.on('data', (chunk: Uint8Array) => digest.update(chunk));
    await pipeline(stream, createWriteStream(join(folder, 'received')));
    stream.end(digest.digest('hex'));
  }
}
