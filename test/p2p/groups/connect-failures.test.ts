// PEER_GROUP_EVENT_CONNECTION_FAILED: when nobody is there, when it is somebody else, and when it is our own fault.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import {
  type PEER_ADDRESS,
  PEER_E_CONNECTION_NOT_AUTHENTICATED,
  PEER_E_GROUP_NOT_READY,
  PEER_E_NO_MEMBERS_FOUND,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_UNABLE_TO_LISTEN,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_ROLE_MEMBER,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
  given,
  invited,
  newGroup,
  newUser,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import { breakingRelay, deadAddress, filetime, silentServer, statusOf } from './support.ts';

const { PEER_GROUP_EVENT_CONNECTION_FAILED, PEER_GROUP_EVENT_STATUS_CHANGED } =
  PEER_GROUP_EVENT_TYPE;

contract(
  'an invited member whose creator never connected is told so, and may try again',
  [
    'PeerGroupConnect S_OK',
    'PeerGroupConnect 4',
    'PeerGroupConnect 5',
    'PeerGroupConnect 7',
    'PeerGroupCreate 7',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    ok(await bob.p2p.PeerGroupConnect(bob.hGroup));
    await failed(bob, PEER_E_NO_MEMBERS_FOUND);
    assert.equal(await statusOf(bob), 0);
    refusedAs(await bob.p2p.PeerGroupGetProperties(bob.hGroup), PEER_E_GROUP_NOT_READY);

    await ann.connect();
    await bob.connect(ONLINE_WITH_OTHERS, [await ann.address()]);
  },
);

contract(
  'one that was synchronised before goes online alone, and meets those who come later',
  ['PeerGroupConnect 4'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const name = await ann.p2p.PeerGroupGetProperties(ann.hGroup);
    const group = name.pProperties?.pwzGroupPeerName ?? '';
    const far = await bob.address();
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    const again = await reopened(bob, group);
    ok(await again.p2p.PeerGroupConnect(again.hGroup));
    await failed(again, PEER_E_NO_MEMBERS_FOUND);
    await again.next(PEER_GROUP_EVENT_STATUS_CHANGED, ({ dwStatus }) => dwStatus === 1);
    assert.notDeepEqual(await again.address(), far);

    const creator = await reopened(ann, group);
    await creator.connect(ONLINE_WITH_OTHERS, [await again.address()]);
    await again.untilStatus(ONLINE_WITH_OTHERS);
  },
);

contract(
  'an endpoint where nobody answers is given up after five seconds',
  ['PeerGroupConnect 4'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const bob = await invited(ann, await nearMachine(t));
    const begun = Date.now();
    await by(bob, await silentServer(t), await deadAddress());
    await failed(bob, PEER_E_NO_MEMBERS_FOUND);
    assert.ok(Date.now() - begun < 6_000);
    assert.equal(await statusOf(bob), 0);
  },
);

contract(
  'only the given endpoints are tried, and a member of another group there is nobody of ours',
  ['PeerGroupConnectByAddress 1', 'PeerGroupConnectByAddress 6'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const stranger = await newGroup(await nearMachine(t));
    await stranger.connect();
    const bob = await invited(ann, await nearMachine(t));
    await by(bob, await stranger.address());
    await failed(bob, PEER_E_CONNECTION_NOT_AUTHENTICATED);
    assert.equal(await statusOf(bob), 0);
    assert.equal(await statusOf(ann), 1);
  },
);

contract(
  'a port that somebody else has is a reason to stay offline',
  ['PeerGroupConnect 4'],
  async (t) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
    t.after(() => server.close());
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const ann = await newGroup(await nearMachine(t, { port }));
    ok(await ann.p2p.PeerGroupConnect(ann.hGroup));
    await failed(ann, PEER_E_UNABLE_TO_LISTEN);
    assert.equal(await statusOf(ann), 0);
    await new Promise((resolve) => server.close(resolve));
    await ann.connect();
    assert.equal((await ann.address()).sin6.sin6_port, port);
  },
);

contract(
  'a connection that breaks before everything has come, with nobody else there, is a failure',
  ['PeerGroupConnect 6'],
  async (t) => {
    const machine = await farMachine(t);
    const ann = await newGroup(machine);
    await ann.connect();
    const ftExpiration = filetime(Date.now() + 3_600_000);
    for (let count = 0; count < 8; count += 1) {
      const data = randomBytes(60_000);
      const type = '11111111-2222-3333-4444-555555555555';
      ok(await ann.p2p.PeerGroupAddRecord(ann.hGroup, { type, ftExpiration, data } as never));
    }
    const bob = await invited(ann, await nearMachine(t));
    const onBroken = (): void => void machine.kill();
    await by(bob, await breakingRelay(t, await ann.address(), { bytesMax: 100_000, onBroken }));
    await failed(bob, PEER_E_NO_MEMBERS_FOUND);
    assert.equal(await statusOf(bob), 0);
    refusedAs(await bob.p2p.PeerGroupGetProperties(bob.hGroup), PEER_E_GROUP_NOT_READY);
  },
);

contract(
  'an attempt that runs goes on when it is asked for again',
  ['PeerGroupConnect S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    await by(bob, await deadAddress());
    ok(await bob.p2p.PeerGroupConnect(bob.hGroup));
    await failed(bob, PEER_E_NO_MEMBERS_FOUND);
    const types = (await bob.drain()).map(({ eventType }) => eventType);
    assert.ok(!types.includes(PEER_GROUP_EVENT_CONNECTION_FAILED));
  },
);

contract(
  'a membership that has ended is a reason to stay offline, whoever is there',
  ['PeerGroupConnect 4'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const machine = await nearMachine(t);
    const identity = await newUser(machine, 'Bob');
    const { pwzIdentityXML } = ok(await machine.p2p.PeerIdentityGetXML(identity));
    const endsAt = (Math.floor(Date.now() / 1_000) + 2) * 1_000;
    const roles = [PEER_GROUP_ROLE_MEMBER];
    const { pwzInvitation } = ok(
      await ann.p2p.PeerGroupCreateInvitation(
        ann.hGroup,
        given(pwzIdentityXML),
        filetime(endsAt),
        roles.length,
        roles,
      ),
    );
    const { hGroup } = ok(await machine.p2p.PeerGroupJoin(identity, given(pwzInvitation), null));
    const bob = await TestPeer.of(machine, { identity, hGroup: given(hGroup) });
    // The last second belongs to it.
    await setTimeout(endsAt + 1_100 - Date.now());
    ok(await bob.p2p.PeerGroupConnect(bob.hGroup));
    await failed(bob, PEER_E_NOT_AUTHORIZED);
    ok(await ann.p2p.PeerGroupClose(ann.hGroup));
    ok(await bob.p2p.PeerGroupConnect(bob.hGroup));
    await failed(bob, PEER_E_NOT_AUTHORIZED);
    assert.equal(await statusOf(bob), 0);
  },
);

async function by({ p2p, hGroup }: TestPeer, ...addresses: readonly PEER_ADDRESS[]): Promise<void> {
  ok(await p2p.PeerGroupConnectByAddress(hGroup, addresses.length, addresses));
}

async function failed(peer: TestPeer, reason: number): Promise<void> {
  const { hrConnectionFailedReason } = await peer.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
  refusedAs({ hr: hrConnectionFailedReason }, reason);
}

async function reopened({ machine, identity }: TestPeer, group: string): Promise<TestPeer> {
  const { hGroup } = ok(await machine.p2p.PeerGroupOpen(identity, group, null));
  assert.ok(hGroup !== undefined);
  return await TestPeer.of(machine, { identity, hGroup });
}
