// PeerGroupExportDatabase and PeerGroupImportDatabase: the records of a group out to a file and in from one.

import assert from 'node:assert/strict';
import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import {
  E_ACCESSDENIED,
  E_INVALIDARG,
  ERROR_FILE_NOT_FOUND,
  ERROR_PATH_NOT_FOUND,
  type HResult,
  PEER_E_GROUP_IN_USE,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_DATABASE,
  PEER_E_INVALID_GROUP,
  PEER_GROUP_STATUS,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine, newDirectory } from '../support/machine.ts';
import {
  added,
  bytes,
  foundIds,
  groupNameOf,
  listed,
  nextChange,
  offline,
  read,
  updated,
} from '../support/record-peer.ts';
import {
  connectedPair,
  given,
  invited,
  newGroup,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';

function exported(peer: TestPeer, path: unknown): Promise<HResult> {
  return peer.p2p.PeerGroupExportDatabase(peer.hGroup, path as string);
}

function imported(peer: TestPeer, path: unknown): Promise<HResult> {
  return peer.p2p.PeerGroupImportDatabase(peer.hGroup, path as string);
}

contract(
  'what was exported comes back by an import',
  [
    'PeerGroupExportDatabase S_OK',
    'PeerGroupExportDatabase 1',
    'PeerGroupExportDatabase 2',
    'PeerGroupExportDatabase 6',
    'PeerGroupImportDatabase S_OK',
    'PeerGroupImportDatabase 1',
    'PeerGroupImportDatabase i1',
  ],
  async (t) => {
    const folder = await newDirectory(t);
    const path = join(folder, 'records.db');
    await writeFile(path, 'something else');
    const pair = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { ann } = pair;
    const group = await groupNameOf(ann);
    const attribute = '<attribute name="a" type="string">x</attribute>';
    const ofAnn = await added(ann, { pwzAttributes: `<attributes>${attribute}</attributes>` });
    const ofBob = await added(pair.bob, { data: new Uint8Array(9_000).fill(7) });
    await nextChange(ann, 'PEER_RECORD_ADDED', ofBob);
    await nextChange(pair.bob, 'PEER_RECORD_ADDED', ofAnn);
    const bob = await offline(pair.bob, group);
    const records = [await read(bob, ofAnn), await read(bob, ofBob)];
    ok(await exported(bob, path));
    const file = await readFile(path);
    assert.notDeepEqual(file, Buffer.from('something else'));
    // The file stands for itself: what happens later is not in it.
    await updated(bob, ofBob, { data: bytes('later') });
    const config = given(ok(await bob.p2p.PeerGroupExportConfig(bob.hGroup, 'a password')).pwzXML);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    ok(await bob.p2p.PeerGroupDelete(bob.identity, group));
    ok(await bob.p2p.PeerGroupImportConfig(config, 'a password', true));
    const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, group, null));
    const again = await TestPeer.of(bob.machine, { identity: bob.identity, hGroup: given(hGroup) });
    assert.deepEqual(await listed(again), []);
    ok(await imported(again, path));
    for (const id of [ofAnn, ofBob]) await nextChange(again, 'PEER_RECORD_ADDED', id);
    const ids = (await listed(again)).map(({ id }) => id).sort();
    assert.deepEqual(ids, [ofAnn, ofBob].sort());
    for (const record of records) {
      assert.deepEqual(
        (await listed(again)).find(({ id }) => id === record.id),
        record,
      );
    }
    const search = '<peersearch><clause attrib="a" type="string">x</clause></peersearch>';
    assert.deepEqual(await foundIds(again, search), [ofAnn]);
    // It was never synchronised here, and an import does not change that.
    refusedAs(await again.p2p.PeerGroupGetRecord(again.hGroup, ofAnn), PEER_E_GROUP_NOT_READY);
    assert.deepEqual(await readFile(path), file);
  },
);

contract(
  'imported records join those that are here: of two versions the later counts',
  ['PeerGroupImportDatabase S_OK'],
  async (t) => {
    const path = join(await newDirectory(t), 'records.db');
    const ann = await newGroup(await nearMachine(t));
    const [changed, deleted] = [await added(ann, { data: bytes('one') }), await added(ann)];
    ok(await exported(ann, path));
    await updated(ann, changed, { data: bytes('two') });
    ok(await ann.p2p.PeerGroupDeleteRecord(ann.hGroup, deleted));
    const fresh = await added(ann);
    await ann.drain();
    ok(await imported(ann, path));
    assert.deepEqual(await ann.drain(), []);
    assert.deepEqual((await listed(ann)).map(({ id }) => id).sort(), [changed, fresh].sort());
    assert.deepEqual((await read(ann, changed)).data, bytes('two'));
  },
);

contract(
  'the path is absolute',
  [
    'PeerGroupExportDatabase E_INVALIDARG',
    'PeerGroupExportDatabase 3',
    'PeerGroupImportDatabase E_INVALIDARG',
    'PeerGroupImportDatabase PEER_E_INVALID_GROUP',
  ],
  async (t) => {
    const folder = await newDirectory(t);
    const ann = await newGroup(await nearMachine(t));
    const path = join(folder, 'records.db');
    for (const wrong of [
      null,
      undefined,
      5,
      {},
      '',
      'records.db',
      './records.db',
      '../records.db',
      relative(process.cwd(), path),
      `${path}\0`,
      '\ud800',
    ]) {
      refusedAs(await exported(ann, wrong), E_INVALIDARG);
      refusedAs(await imported(ann, wrong), E_INVALIDARG);
    }
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    refusedAs(await exported(ann, path), PEER_E_INVALID_GROUP);
    refusedAs(await imported(ann, null), PEER_E_INVALID_GROUP);
    await assert.rejects(stat(path));
  },
);

contract(
  'neither is done while the group is online or about to be',
  [
    'PeerGroupExportDatabase 4',
    'PeerGroupImportDatabase PEER_E_GROUP_IN_USE',
    'PeerGroupImportDatabase 2',
  ],
  async (t) => {
    const folder = await newDirectory(t);
    const path = join(folder, 'records.db');
    const ann = await newGroup(await nearMachine(t));
    ok(await exported(ann, path));
    const before = await readFile(path);
    ok(await ann.p2p.PeerGroupConnect(ann.hGroup));
    refusedAs(await exported(ann, path), PEER_E_GROUP_IN_USE);
    refusedAs(await imported(ann, path), PEER_E_GROUP_IN_USE);
    await ann.untilStatus(PEER_GROUP_STATUS.PEER_GROUP_STATUS_LISTENING);
    refusedAs(await exported(ann, path), PEER_E_GROUP_IN_USE);
    refusedAs(await imported(ann, path), PEER_E_GROUP_IN_USE);
    refusedAs(await imported(ann, join(folder, 'nothing')), PEER_E_GROUP_IN_USE);
    refusedAs(await imported(ann, 'nothing'), E_INVALIDARG);
    assert.deepEqual(await readFile(path), before);
    const again = await offline(ann, await groupNameOf(ann));
    ok(await imported(again, path));
    ok(await exported(again, path));
  },
);

contract(
  'what the file system says is passed on',
  [
    'PeerGroupExportDatabase <file system error>',
    'PeerGroupExportDatabase 5',
    'PeerGroupImportDatabase <file system error>',
    'PeerGroupImportDatabase 3',
  ],
  async (t) => {
    const folder = await newDirectory(t);
    const ann = await newGroup(await nearMachine(t));
    const file = join(folder, 'file');
    await writeFile(file, 'a file');
    await mkdir(join(folder, 'folder'));
    refusedAs(await exported(ann, join(folder, 'none', 'records.db')), ERROR_PATH_NOT_FOUND);
    refusedAs(await exported(ann, join(file, 'records.db')), ERROR_PATH_NOT_FOUND);
    refusedAs(await exported(ann, join(folder, 'folder')), E_ACCESSDENIED);
    refusedAs(await imported(ann, join(folder, 'none')), ERROR_FILE_NOT_FOUND);
    refusedAs(await imported(ann, join(folder, 'none', 'records.db')), ERROR_PATH_NOT_FOUND);
    refusedAs(await imported(ann, join(file, 'records.db')), ERROR_PATH_NOT_FOUND);
    refusedAs(await imported(ann, join(folder, 'folder')), E_ACCESSDENIED);
    assert.equal(await readFile(file, 'utf8'), 'a file');
  },
);

contract(
  'a database of another group, of another identity or none at all is refused',
  ['PeerGroupImportDatabase 4'],
  async (t) => {
    const folder = await newDirectory(t);
    const machine = await nearMachine(t);
    const ann = await newGroup(machine);
    await added(ann);
    const own = join(folder, 'own');
    ok(await exported(ann, own));
    const { hGroup } = ok(await machine.p2p.PeerGroupCreate({ pwzCreatorPeerName: ann.identity }));
    const other = await TestPeer.of(machine, { identity: ann.identity, hGroup: given(hGroup) });
    refusedAs(await imported(other, own), PEER_E_INVALID_DATABASE);
    const bob = await invited(ann, await nearMachine(t));
    refusedAs(await imported(bob, own), PEER_E_INVALID_DATABASE);
    const text = join(folder, 'text');
    await writeFile(text, 'no database');
    const empty = join(folder, 'empty');
    await writeFile(empty, '');
    const cut = join(folder, 'cut');
    await writeFile(cut, await readFile(own));
    await truncate(cut, (await stat(own)).size - 3);
    for (const path of [text, empty, cut, '/dev/null']) {
      refusedAs(await imported(ann, path), PEER_E_INVALID_DATABASE);
    }
    assert.deepEqual([await listed(other), await listed(bob)], [[], []]);
    ok(await imported(ann, own));
  },
);
