// What the tests of connections ask again and again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';

import {
  hresultName,
  type PEER_ADDRESS,
  type PEER_CONNECTION_INFO,
  PEER_CONNECTION_STATUS,
  type PEER_EVENT_CONNECTION_CHANGE_DATA,
  type PEER_EVENT_INCOMING_DATA,
  PEER_GROUP_EVENT_TYPE,
  S_OK,
} from '../../../src/p2p/index.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import { connectedPair, given, items, ok, type TestPeer } from '../support/test-peer.ts';

export const TYPE = '5d0ae5a2-54a6-4e0b-9c55-0f6a1f1d7e00';
export const OTHER_TYPE = '5d0ae5a3-54a6-4e0b-9c55-0f6a1f1d7e00';
const { PEER_CONNECTED, PEER_DISCONNECTED, PEER_CONNECTION_FAILED } = PEER_CONNECTION_STATUS;
const { PEER_GROUP_EVENT_DIRECT_CONNECTION, PEER_GROUP_EVENT_INCOMING_DATA } =
  PEER_GROUP_EVENT_TYPE;

/** A creator in this process and a member in another, both online. */
export async function twoProcesses(t: TestContext) {
  const [here, there] = [await nearMachine(t), await farMachine(t)];
  return { ...(await connectedPair(here, there)), here, there };
}

/** The ID of an attempt that was begun. */
export async function opened(
  from: TestPeer,
  to: TestPeer,
  address?: PEER_ADDRESS,
): Promise<bigint> {
  const { ullConnectionId } = ok(
    await from.p2p.PeerGroupOpenDirectConnection(
      from.hGroup,
      to.identity,
      address ?? (await to.address()),
    ),
  );
  return given(ullConnectionId);
}

/** The IDs at both sides of a connection that is up. */
export async function connected(from: TestPeer, to: TestPeer): Promise<readonly [bigint, bigint]> {
  const id = await opened(from, to);
  await changed(from, PEER_CONNECTED, id);
  const { ullConnectionId } = await changed(to, PEER_CONNECTED);
  return [id, ullConnectionId];
}

/** The next event of this status, for this ID where it is given. */
export async function changed(
  peer: TestPeer,
  status: PEER_CONNECTION_STATUS,
  id?: bigint,
): Promise<PEER_EVENT_CONNECTION_CHANGE_DATA> {
  const { connectionChangeData } = await peer.next(
    PEER_GROUP_EVENT_DIRECT_CONNECTION,
    ({ connectionChangeData: change }) =>
      change.status === status && (id === undefined || change.ullConnectionId === id),
  );
  return connectionChangeData;
}

export async function down(peer: TestPeer, id: bigint): Promise<void> {
  const { hrConnectionFailedReason, ullNextConnectionId } = await changed(
    peer,
    PEER_DISCONNECTED,
    id,
  );
  assert.equal(hrConnectionFailedReason, S_OK);
  assert.equal(ullNextConnectionId, 0n);
}

/** The attempt ends with this reason, and with nothing else. */
export async function failedAs(peer: TestPeer, id: bigint, reason: number): Promise<void> {
  const change = await changed(peer, PEER_CONNECTION_FAILED, id);
  assert.equal(hresultName(change.hrConnectionFailedReason), hresultName(reason));
  assert.equal(change.ullNextConnectionId, 0n);
  assert.equal(change.ullNodeId, 0n);
}

export async function incoming(peer: TestPeer): Promise<PEER_EVENT_INCOMING_DATA> {
  return (await peer.next(PEER_GROUP_EVENT_INCOMING_DATA)).incomingData;
}

export async function connectionsOf(
  { p2p, hGroup }: TestPeer,
  flags: number,
): Promise<readonly PEER_CONNECTION_INFO[]> {
  return await items(p2p, given(ok(await p2p.PeerGroupEnumConnections(hGroup, flags)).hPeerEnum));
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

/** A port at which nobody listens. */
export async function emptyAddress(): Promise<PEER_ADDRESS> {
  const server = createServer().listen(0, '::1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  server.close();
  await once(server, 'close');
  return { sin6: { sin6_addr: '::1', sin6_port: bound.port } };
}
