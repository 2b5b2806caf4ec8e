// openP2P and close(): options, folders, sockets, and what is left afterwards.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { openP2P, PEER_E_NOT_INITIALIZED, PEER_GROUP_VERSION } from '../../../src/p2p/index.ts';
import { farMachine } from '../support/far-machine.ts';
import { ALONE, nearMachine, newDirectory } from '../support/machine.ts';
import { given, newGroup, ok, refusedAs } from '../support/test-peer.ts';

const DOOR = join(import.meta.dirname, '..', '..', '..', 'src', 'p2p', 'index.ts');
const run = promisify(execFile);

test('a folder is made when it is missing, for its owner alone', async (t) => {
  const directory = join(await newDirectory(t), 'a', 'b');
  await nearMachine(t, { directory });
  assert.equal((await stat(directory)).mode & 0o077, 0);
});

test('a folder that is in use is refused, and free again after close()', async (t) => {
  const directory = await newDirectory(t);
  const first = await nearMachine(t, { directory });
  await assert.rejects(openP2P({ directory }), Error);
  await first.close();
  const far = await farMachine(t, { directory });
  await assert.rejects(openP2P({ directory }), Error);
  await far.close();
  const again = await openP2P({ directory });
  await again.close();
});

test('a folder that cannot be used is refused, and stays free for the next try', async (t) => {
  const directory = await newDirectory(t);
  await writeFile(join(directory, 'file'), '');
  await assert.rejects(openP2P({ directory: join(directory, 'file') }), Error);
  await assert.rejects(openP2P({ directory: join(directory, 'file', 'below') }), Error);
  const open = join(directory, 'open');
  await mkdir(open, { mode: 0o777 });
  await chmod(open, 0o777);
  await assert.rejects(openP2P({ directory: open }), Error);
  const damaged = join(directory, 'damaged');
  await (await openP2P({ directory: damaged })).close();
  for (const text of [
    '{',
    '[]',
    '{"deletedIdentities":[5],"groupNames":[],"groups":[],"passwordJoins":[]}',
  ]) {
    await writeFile(join(damaged, 'p2p.json'), text);
    await assert.rejects(openP2P({ directory: damaged }), Error);
  }
  await writeFile(
    join(damaged, 'p2p.json'),
    '{"deletedIdentities":[],"groupNames":[],"groups":[],"passwordJoins":[]}',
  );
  await (await openP2P({ directory: damaged })).close();
});

test('options that are none are refused before anything is made', async (t) => {
  const directory = join(await newDirectory(t), 'new');
  const none: readonly unknown[] = [
    null,
    undefined,
    'folder',
    {},
    { directory: '' },
    { directory: 5 },
    { directory: 'a\0b' },
    { directory, host: '' },
    { directory, host: 'localhost' },
    { directory, host: 5 },
    { directory, port: -1 },
    { directory, port: 65_536 },
    { directory, port: 1.5 },
    { directory, port: '80' },
    { directory, discovery: 'everywhere' },
    { directory, discovery: null },
  ];
  for (const options of none) {
    await assert.rejects(Reflect.apply(openP2P, undefined, [options]), Error);
  }
  await assert.rejects(stat(directory), { code: 'ENOENT' });
  for (const discovery of ['none', 'local', 'internet', undefined] as const) {
    await (await openP2P({ directory, host: '::', port: 0, discovery })).close();
  }
});

test('no socket is opened before a group goes online', async (t) => {
  const { p2p } = await newGroup(await nearMachine(t));
  const sockets = process.getActiveResourcesInfo().filter((name) => /TCP|UDP/.test(name));
  assert.deepEqual(sockets, []);
  ok(await p2p.PeerGroupShutdown());
});

test('close() may be called twice, and at once', async (t) => {
  const { p2p, hGroup } = await newGroup(await nearMachine(t));
  await Promise.all([p2p.close(), p2p.close(), p2p[Symbol.asyncDispose]()]);
  await p2p.close();
  refusedAs(await p2p.PeerGroupGetStatus(hGroup), PEER_E_NOT_INITIALIZED);
  refusedAs(await p2p.PeerGroupStartup(PEER_GROUP_VERSION), PEER_E_NOT_INITIALIZED);
  refusedAs(await p2p.PeerIdentityGetDefault(), PEER_E_NOT_INITIALIZED);
});

test('functions that run while it is closed end with a code', async (t) => {
  const { p2p } = await nearMachine(t);
  const running = Array.from({ length: 10 }, () => p2p.PeerIdentityCreate(null, null, null));
  await p2p.close();
  for (const { hr } of await Promise.all(running)) {
    assert.ok(hr === 0 || hr === PEER_E_NOT_INITIALIZED);
  }
});

test('functions need no `this`', async (t) => {
  const { p2p } = await nearMachine(t);
  const { PeerGroupStartup, PeerIdentityCreate } = p2p;
  ok(await PeerGroupStartup(PEER_GROUP_VERSION));
  assert.ok(given(ok(await PeerIdentityCreate(null, null, null)).pwzIdentity));
});

test('a program ends by itself after close(), online or not', async (t) => {
  const directory = await newDirectory(t);
  const program = `
    const { CreateEvent, openP2P } = await import(${JSON.stringify(DOOR)});
    const p2p = await openP2P(${JSON.stringify({ ...ALONE, directory })});
    await p2p.PeerGroupStartup(0x0101);
    const { pwzIdentity } = await p2p.PeerIdentityCreate(null, 'Ann', null);
    const { hGroup } = await p2p.PeerGroupCreate({ pwzCreatorPeerName: pwzIdentity });
    const event = CreateEvent();
    const { hPeerEvent } = await p2p.PeerGroupRegisterEvent(hGroup, event, 1, [{ eventType: 1 }]);
    await p2p.PeerGroupConnect(hGroup);
    await event.wait();
    const { pEventData } = await p2p.PeerGroupGetEventData(hPeerEvent);
    await p2p.close();
    process.stdout.write(String(pEventData.dwStatus));
  `;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { timeout: 20_000 });
  assert.equal(stdout, '1');
});
