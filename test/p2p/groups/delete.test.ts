// PeerGroupDelete: what is here of a group goes, under running applications too.

import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  E_ACCESSDENIED,
  E_INVALIDARG,
  PEER_E_GROUPS_EXIST,
  PEER_E_INVALID_GROUP,
  PEER_E_NOT_FOUND,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { connectedPair, given, newGroup, ok, refusedAs } from '../support/test-peer.ts';
import { groupNameOf, membersOf } from './support.ts';

/** HRESULT_FROM_WIN32(ERROR_FILE_EXISTS), which p2p.h has no name for. */
const FILE_EXISTS = 0x80070050;

contract(
  'deleting a group makes every handle void, takes it offline, and leaves the others alone',
  [
    'PeerGroupDelete S_OK',
    'PeerGroupDelete 1',
    'PeerGroupDelete 3',
    'PeerGroupDelete 4',
    'PeerGroupDelete 7',
  ],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const { p2p } = bob;
    const name = await groupNameOf(ann);
    const second = given(ok(await p2p.PeerGroupOpen(bob.identity, name, null)).hGroup);
    refusedAs(await p2p.PeerIdentityDelete(bob.identity), PEER_E_GROUPS_EXIST);

    ok(await p2p.PeerGroupDelete(bob.identity, name));
    for (const hGroup of [bob.hGroup, second]) {
      refusedAs(await p2p.PeerGroupGetStatus(hGroup), PEER_E_INVALID_GROUP);
      refusedAs(await p2p.PeerGroupClose(hGroup), PEER_E_INVALID_GROUP);
    }
    refusedAs(await p2p.PeerGroupOpen(bob.identity, name, null), PEER_E_NOT_FOUND);
    await ann.next(
      PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED,
      ({ dwStatus }) => dwStatus === 1,
    );
    assert.equal((await membersOf(ann.p2p, ann.hGroup)).length, 2);
    ok(await p2p.PeerIdentityDelete(bob.identity));
  },
);

contract(
  'without an identity it is a group of the default one, and what is not there is not found',
  [
    'PeerGroupDelete E_INVALIDARG',
    'PeerGroupDelete PEER_E_NOT_FOUND',
    'PeerGroupDelete 2',
    'PeerGroupDelete 5',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const ann = await newGroup(machine);
    const name = await groupNameOf(ann);
    const other = given(ok(await p2p.PeerIdentityCreate(null, null, null)).pwzIdentity);
    refusedAs(await p2p.PeerGroupDelete(other, name), PEER_E_NOT_FOUND);
    refusedAs(await p2p.PeerGroupDelete('nobody', name), PEER_E_NOT_FOUND);
    refusedAs(await p2p.PeerGroupDelete(ann.identity, 'nothing'), PEER_E_NOT_FOUND);
    for (const value of ['', 7, {}, 'a\0b']) {
      refusedAs(await p2p.PeerGroupDelete(value as string, name), E_INVALIDARG);
      refusedAs(await p2p.PeerGroupDelete(ann.identity, value as string), E_INVALIDARG);
    }
    refusedAs(await p2p.PeerGroupDelete(ann.identity, null as never), E_INVALIDARG);
    ok(await p2p.PeerGroupGetStatus(ann.hGroup));
    ok(await p2p.PeerGroupDelete(null, name));
    refusedAs(await p2p.PeerGroupDelete(null, name), PEER_E_NOT_FOUND);
  },
);

contract(
  'what the file system refuses is passed on, and the group is still there',
  ['PeerGroupDelete E_ACCESSDENIED', 'PeerGroupDelete <file system error>', 'PeerGroupDelete 6'],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const ann = await newGroup(machine);
    const name = await groupNameOf(ann);
    ok(await p2p.PeerGroupClose(ann.hGroup));
    const folder = join(machine.directory, 'records');
    const file = (await readdir(folder)).find((each) => each.endsWith('.db'));
    const path = join(folder, given(file));
    await rename(path, `${folder}.kept`);
    await mkdir(path);
    refusedAs(await p2p.PeerGroupDelete(ann.identity, name), E_ACCESSDENIED);
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    refusedAs(await p2p.PeerGroupDelete(ann.identity, name), FILE_EXISTS);
    await rm(folder);
    ok(await p2p.PeerGroupDelete(ann.identity, name));
  },
);
