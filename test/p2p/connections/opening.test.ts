// Opening a direct connection from one process to another: S_OK at once, and the event that follows at either side.

import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import {
  E_INVALIDARG,
  PEER_CONNECTION_STATUS,
  PEER_E_CONNECT_SELF,
  PEER_E_CONNECTION_FAILED,
  PEER_E_CONNECTION_NOT_AUTHENTICATED,
  PEER_E_CONNECTION_NOT_FOUND,
  PEER_E_CONNECTION_REFUSED,
  PEER_E_GROUP_NOT_READY,
  PEER_E_NO_KEY_ACCESS,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { breakingRelay, silentServer } from '../groups/support.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { invited, newGroup, newUser, ok, refusedAs, TestPeer } from '../support/test-peer.ts';
import {
  bytesOf,
  changed,
  connected,
  connectionsOf,
  down,
  emptyAddress,
  failedAs,
  opened,
  TYPE,
  twoProcesses,
} from './support.ts';

const { PEER_CONNECTED } = PEER_CONNECTION_STATUS;
const { PEER_GROUP_EVENT_DIRECT_CONNECTION } = PEER_GROUP_EVENT_TYPE;

contract(
  'a connection is told of at both sides, and its ID is of no use before',
  [
    'PeerGroupOpenDirectConnection S_OK',
    'PeerGroupOpenDirectConnection 1',
    'PeerGroupOpenDirectConnection 4',
    'PeerGroupOpenDirectConnection 5',
    'PeerGroupOpenDirectConnection 10',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const address = await ann.address();
    const member = await bob.member(ann.identity);
    const [answer, early] = await Promise.all([
      bob.p2p.PeerGroupOpenDirectConnection(bob.hGroup, ann.identity, address),
      bob.p2p.PeerGroupSendData(bob.hGroup, 1_000n, TYPE, 1, bytesOf('x')),
    ]);
    const id = ok(answer).ullConnectionId ?? 0n;
    refusedAs(early, PEER_E_CONNECTION_NOT_FOUND);
    assert.notEqual(id, 0n);
    const up = await changed(bob, PEER_CONNECTED, id);
    assert.deepEqual(up, {
      status: PEER_CONNECTED,
      ullConnectionId: id,
      ullNodeId: member?.ullNodeId,
      ullNextConnectionId: 0n,
      hrConnectionFailedReason: 0,
    });
    const atAnn = await changed(ann, PEER_CONNECTED);
    assert.equal(atAnn.ullNodeId, (await ann.member(bob.identity))?.ullNodeId);
    ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, atAnn.ullConnectionId));
    await down(ann, atAnn.ullConnectionId);
    await down(bob, id);
  },
);

contract(
  'an ID that is pending, failed or closed is no connection',
  [
    'PeerGroupOpenDirectConnection 5',
    'PeerGroupSendData 2',
    'PeerGroupSendData PEER_E_CONNECTION_NOT_FOUND',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const send = async (id: bigint) =>
      await ann.p2p.PeerGroupSendData(ann.hGroup, id, TYPE, 1, bytesOf('x'));
    const pending = await opened(ann, bob, await silentServer(t));
    refusedAs(await send(pending), PEER_E_CONNECTION_NOT_FOUND);
    await failedAs(ann, pending, PEER_E_CONNECTION_FAILED);
    refusedAs(await send(pending), PEER_E_CONNECTION_NOT_FOUND);
    const [id] = await connected(ann, bob);
    ok(await send(id));
    ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, id));
    refusedAs(await send(id), PEER_E_CONNECTION_NOT_FOUND);
  },
);

contract(
  'nobody connects to itself, wherever',
  ['PeerGroupOpenDirectConnection PEER_E_CONNECT_SELF', 'PeerGroupOpenDirectConnection 6'],
  async (t) => {
    const { ann } = await twoProcesses(t);
    for (const address of [await ann.address(), await emptyAddress()]) {
      const answer = await ann.p2p.PeerGroupOpenDirectConnection(ann.hGroup, ann.identity, address);
      refusedAs(answer, PEER_E_CONNECT_SELF);
    }
  },
);

contract(
  'identity and address are both required, and the address is IPv6 with a port',
  ['PeerGroupOpenDirectConnection E_INVALIDARG', 'PeerGroupOpenDirectConnection 9'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const good = await bob.address();
    const wrong: unknown[] = [null, undefined, {}, { sin6: null }];
    for (const sin6_addr of ['127.0.0.1', 'localhost', '', '::1%lo', '[::1]']) {
      wrong.push({ sin6: { ...good.sin6, sin6_addr } });
    }
    for (const sin6_port of [0, -1, 65_536, 1.5]) wrong.push({ sin6: { ...good.sin6, sin6_port } });
    const open = (values: readonly unknown[]) =>
      Reflect.apply(ann.p2p.PeerGroupOpenDirectConnection, ann.p2p, [ann.hGroup, ...values]);
    for (const address of wrong) refusedAs(await open([bob.identity, address]), E_INVALIDARG);
    for (const identity of [null, undefined, '', 5]) {
      refusedAs(await open([identity, good]), E_INVALIDARG);
    }
  },
);

contract(
  'who is not registered for direct connections is connected to nobody, and nobody to it',
  [
    'PeerGroupOpenDirectConnection 7',
    'PeerGroupOpenDirectConnection 8',
    'PeerGroupOpenDirectConnection 2',
    'PeerGroupOpenDirectConnection 3',
    'PeerGroupRegisterEvent 8',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const address = await bob.address();
    ok(await bob.p2p.PeerGroupUnregisterEvent(bob.hPeerEvent));
    const id = await opened(ann, bob, address);
    await failedAs(ann, id, PEER_E_CONNECTION_REFUSED);
    const back = await bob.p2p.PeerGroupOpenDirectConnection(
      bob.hGroup,
      ann.identity,
      await ann.address(),
    );
    refusedAs(back, E_INVALIDARG);
    const again = await TestPeer.of(bob.machine, bob, [PEER_GROUP_EVENT_DIRECT_CONNECTION]);
    await connected(ann, again);
  },
);

contract(
  'there is one connection for each pair, whoever opens another',
  [
    'PeerGroupOpenDirectConnection 11',
    'PeerGroupOpenDirectConnection 2',
    'PeerGroupOpenDirectConnection 3',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [id] = await connected(ann, bob);
    await failedAs(ann, await opened(ann, bob), PEER_E_CONNECTION_REFUSED);
    await failedAs(bob, await opened(bob, ann), PEER_E_CONNECTION_REFUSED);
    assert.equal((await connectionsOf(ann, 2)).length, 1);
    ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, id));
    await down(ann, id);
    await changed(bob, PEER_CONNECTION_STATUS.PEER_DISCONNECTED);
    await connected(bob, ann);
  },
);

contract(
  'where nobody answers the attempt fails, within five seconds',
  [
    'PeerGroupOpenDirectConnection 12',
    'PeerGroupOpenDirectConnection 2',
    'PeerGroupOpenDirectConnection 3',
  ],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    await failedAs(ann, await opened(ann, bob, await emptyAddress()), PEER_E_CONNECTION_FAILED);
    const began = Date.now();
    await failedAs(ann, await opened(ann, bob, await silentServer(t)), PEER_E_CONNECTION_FAILED);
    assert.ok(Date.now() - began < 6_500, 'it was given up');
  },
);

contract(
  'whoever is there and cannot prove to be the member is none',
  [
    'PeerGroupOpenDirectConnection 13',
    'PeerGroupOpenDirectConnection 2',
    'PeerGroupOpenDirectConnection 14',
  ],
  async (t) => {
    const { ann, bob, there } = await twoProcesses(t);
    const stranger = await newUser(await nearMachine(t), 'Nobody');
    const address = await bob.address();
    const { ullConnectionId } = ok(
      await ann.p2p.PeerGroupOpenDirectConnection(ann.hGroup, stranger, address),
    );
    await failedAs(ann, ullConnectionId ?? 0n, PEER_E_CONNECTION_NOT_AUTHENTICATED);
    // The link breaks after some bytes of the handshake.
    const relay = await breakingRelay(t, address, { bytesMax: 200, onBroken: () => undefined });
    await failedAs(ann, await opened(ann, bob, relay), PEER_E_CONNECTION_NOT_AUTHENTICATED);
    // Somebody listens who has nothing to do with the group.
    const other = await newGroup(await nearMachine(t));
    await other.connect();
    const elsewhere = await opened(ann, bob, await other.address());
    await failedAs(ann, elsewhere, PEER_E_CONNECTION_NOT_AUTHENTICATED);
    // And nothing more has come for any of them.
    await there.p2p.PeerGroupGetStatus(bob.hGroup);
    const left = await ann.drain();
    assert.ok(!left.some((each) => each.eventType === PEER_GROUP_EVENT_DIRECT_CONNECTION));
  },
);

contract(
  'a group that is not online has no direct connections',
  ['group life cycle and sharing 5'],
  async (t) => {
    const machine = await nearMachine(t);
    const ann = await newGroup(machine);
    const bob = await invited(ann, await nearMachine(t));
    const address = await emptyAddress();
    const { p2p, hGroup } = ann;
    const codes = [
      await p2p.PeerGroupOpenDirectConnection(hGroup, bob.identity, address),
      await p2p.PeerGroupCloseDirectConnection(hGroup, 1n),
      await p2p.PeerGroupSendData(hGroup, 1n, TYPE, 1, bytesOf('x')),
    ];
    for (const answer of codes) refusedAs(answer, PEER_E_GROUP_NOT_READY);
    assert.deepEqual(await connectionsOf(ann, 0), []);
  },
);

contract(
  'of two attempts that meet one connection comes',
  ['PeerGroupOpenDirectConnection 11'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const [toBob, toAnn] = [await bob.address(), await ann.address()];
    for (let round = 0; round < 4; round += 1) {
      const [a, b] = await Promise.all([opened(ann, bob, toBob), opened(bob, ann, toAnn)]);
      const atAnn = await changed(ann, PEER_CONNECTED);
      const atBob = await changed(bob, PEER_CONNECTED);
      if (atAnn.ullConnectionId !== a) await failedAs(ann, a, PEER_E_CONNECTION_REFUSED);
      if (atBob.ullConnectionId !== b) await failedAs(bob, b, PEER_E_CONNECTION_REFUSED);
      assert.equal((await connectionsOf(ann, 2)).length, 1);
      ok(await ann.p2p.PeerGroupCloseDirectConnection(ann.hGroup, atAnn.ullConnectionId));
      await down(ann, atAnn.ullConnectionId);
      await down(bob, atBob.ullConnectionId);
    }
  },
);

contract(
  'keys that others could read open nothing',
  ['PeerGroupOpenDirectConnection PEER_E_NO_KEY_ACCESS'],
  async (t) => {
    const { ann, bob } = await twoProcesses(t);
    const address = await bob.address();
    const key = join(ann.machine.directory, 'vault.key');
    await chmod(key, 0o644);
    const answer = await ann.p2p.PeerGroupOpenDirectConnection(ann.hGroup, bob.identity, address);
    await chmod(key, 0o600);
    refusedAs(answer, PEER_E_NO_KEY_ACCESS);
  },
);
