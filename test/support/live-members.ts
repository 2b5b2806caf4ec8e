// Members that come in by tickets, passwords and codes, on real sockets, for the tests of who belongs.

import type { TestContext } from 'node:test';

import type { JoinOptions, PeerGroup } from '../../src/api/index.ts';
import { found, type Household, openHouse } from './live-group.ts';
import { until } from './until.ts';

const HERE = { host: '127.0.0.1' };
export const NOTE = 'b3a2c1d0-54a6-4e0b-9c55-0f6a1f1d7e00';
export const WORDS = 'Correct horse 7 battery';

/** A creator that listens and is connected. */
export async function founded(t: TestContext, name = 'Alice'): Promise<Household> {
  const house = await found(t, { name });
  await house.group.connect();
  return house;
}

/** A node of its own that becomes a member by this line, and is not connected. */
export async function admitted(
  t: TestContext,
  name: string,
  text: string,
  options: JoinOptions = {},
): Promise<Household> {
  const { node, identity } = await openHouse(t, name, HERE);
  const group = await node.joinGroup(text, options);
  const [address = ''] = node.addresses;
  return { node, identity, group, address, port: Number(address.split(':').at(-1)) };
}

/** By a ticket of `host` for this role, connected and in step with it. */
export async function comrade(
  t: TestContext,
  host: Household,
  name: string,
  role: 'administrator' | 'invitingMember' | 'member' = 'member',
): Promise<Household> {
  const { text } = await host.group.invitations.createTicket({ role });
  const house = await admitted(t, name, text);
  await online(house);
  return house;
}

export async function online(...houses: readonly Household[]): Promise<void> {
  for (const { group } of houses) await group.connect();
  for (const { group } of houses) await group.synced({ timeoutMs: 10_000 });
}

/** Resolves when the group here knows of something that others have said. */
export async function comes<Value>(
  look: () => Promise<Value>,
  isSo: (value: Value) => boolean,
  withinMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (performance.now() > deadline) throw new Error(`not so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** As `get` shows it. */
export async function stateOf(group: PeerGroup, member: string): Promise<string> {
  const { state } = await group.memberships.get(member);
  return state;
}

export async function isRemovedAt(member: string, ...houses: readonly Household[]): Promise<void> {
  for (const { group } of houses) {
    await comes(
      () => stateOf(group, member),
      (state) => state === 'removed',
    );
  }
}

/** Each event that was dispatched, by what `tell` makes of it. */
export function told<Type extends Parameters<PeerGroup['addEventListener']>[0]>(
  group: PeerGroup,
  type: Type,
  tell: (event: Parameters<Parameters<typeof group.addEventListener<Type>>[1]>[0]) => string,
): readonly string[] {
  const all: string[] = [];
  group.addEventListener(type, (event) => void all.push(tell(event)));
  return all;
}

/** Its directory stays, and so does what it knows. */
export async function goesAway({ node }: Household): Promise<void> {
  await node.close();
}

export async function isAlone({ group }: Household): Promise<void> {
  await until(() => group.neighbors.length === 0, 10_000);
}
