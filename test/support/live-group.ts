// People with real nodes on real sockets, for the attacks and for the tests of direct connections.
// A test that leaves a warning of the process behind has failed.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import {
  type DirectConnection,
  type Identity,
  isPeerGroupError,
  type ListenOptions,
  openNode,
  type PeerGroup,
  type PeerGroupError,
  type PeerNode,
} from '../../src/api/index.ts';
import { atEnd } from './at-end.ts';
import { failureOf } from './until.ts';

export interface Household {
  readonly node: PeerNode;
  readonly identity: Identity;
  readonly group: PeerGroup;
  /** The first address at which the node listens; empty when it does not. */
  readonly address: string;
  readonly port: number;
}

const HERE: ListenOptions = { host: '127.0.0.1' };
const warnings: string[] = [];
const watched = new WeakSet<TestContext>();
process.on('warning', (warning) => warnings.push(String(warning.stack)));

/** A warning of the process fails the test. */
export function watchWarnings(t: TestContext): void {
  if (watched.has(t)) return;
  watched.add(t);
  atEnd(t, () => assert.deepEqual(warnings.splice(0), []));
}

export async function openHouse(
  t: TestContext,
  friendlyName: string,
  listen: ListenOptions | null = HERE,
): Promise<{ readonly node: PeerNode; readonly identity: Identity }> {
  watchWarnings(t);
  const directory = await mkdtemp(join(tmpdir(), 'peergroup-'));
  const node = await openNode(listen === null ? { directory } : { directory, listen });
  atEnd(t, async () => {
    await node.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  return { node, identity: await node.createIdentity({ friendlyName }) };
}

/** The creator of a group, by default the only one who listens. */
export async function found(
  t: TestContext,
  options: { readonly name?: string; readonly listen?: ListenOptions | null } = {},
): Promise<Household> {
  const { node, identity } = await openHouse(t, options.name ?? 'Alice', options.listen ?? HERE);
  const group = await node.createGroup({ friendlyName: 'Chess' });
  return householdOf(node, identity, group);
}

export async function joinAs(
  t: TestContext,
  founder: Household,
  friendlyName: string,
  listen: ListenOptions | null = null,
): Promise<Household> {
  const { node, identity } = await openHouse(t, friendlyName, listen);
  const group = await node.joinGroup(await founder.group.invite(identity.card));
  return householdOf(node, identity, group);
}

function householdOf(node: PeerNode, identity: Identity, group: PeerGroup): Household {
  const [address = ''] = node.addresses;
  return { node, identity, group, address, port: Number(address.split(':').at(-1)) };
}

/** Takes every connection from now on, in the order of their coming. */
export function accepted(house: Household): readonly DirectConnection[] {
  const taken: DirectConnection[] = [];
  house.group.acceptDirectConnections({
    onConnection: (connection) => void taken.push(connection),
  });
  return taken;
}

/** The error of the front door that a call has to fail with. */
export async function refusalOf(promise: Promise<unknown>): Promise<PeerGroupError> {
  const error = await failureOf(promise);
  assert.ok(isPeerGroupError(error), `not an error of the front door: ${String(error)}`);
  return error;
}

/** What the error says of why, in one word. */
export function reasonOf({ details }: PeerGroupError): string | number | undefined {
  const { reason } = details;
  return reason;
}
