// A member of a connected group in a process of its own, for tests that kill processes and cut networks:
// told its directory by argument and what to do by orders of its parent; tells what happened in reports.

import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isPeerGroupError, openNode, type PeerGroup, type PeerNode } from '../../src/api/index.ts';

export type Order = LifeOrder | GroupOrder;

type LifeOrder =
  /** From now on these ports are dialed through other ones, which are told our side of the network. */
  | { readonly kind: 'route'; readonly side: string; readonly doors: readonly Door[] }
  | { readonly kind: 'found' }
  | { readonly kind: 'join'; readonly invitation: string }
  /** The group that was joined in an earlier life. */
  | { readonly kind: 'open' }
  /** Close everything and do nothing else: the process is to end by itself. */
  | { readonly kind: 'close' };

type GroupOrder =
  | { readonly kind: 'invite'; readonly card: string }
  | { readonly kind: 'connect' }
  /** One record at a time, again and again, each told when it is acknowledged. */
  | { readonly kind: 'publish'; readonly everyMs: number }
  | { readonly kind: 'stopPublishing' }
  | { readonly kind: 'publishMany'; readonly count: number }
  /** To be told as soon as all of these are here. */
  | { readonly kind: 'await'; readonly ids: readonly string[] }
  /** What the listeners were told of. */
  | { readonly kind: 'sum' }
  /** What the store has. */
  | { readonly kind: 'list' }
  | { readonly kind: 'look' }
  | RemovalOrder;

type RemovalOrder =
  /** Take direct connections. */
  | { readonly kind: 'accept' }
  /** A direct connection that stays open; what came of it. */
  | { readonly kind: 'dial'; readonly name: string; readonly address: string }
  | { readonly kind: 'remove'; readonly name: string; readonly reason: string }
  /** Links with this member, of either kind. */
  | { readonly kind: 'linksWith'; readonly name: string };

export type Report =
  | { readonly kind: 'card'; readonly card: string; readonly port: number }
  | { readonly kind: 'grouped'; readonly name: string }
  | { readonly kind: 'invitation'; readonly invitation: string }
  | { readonly kind: 'connected' }
  | { readonly kind: 'acknowledged'; readonly id: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'published' }
  | { readonly kind: 'arrived' }
  | { readonly kind: 'sum'; readonly count: number; readonly digest: string }
  | { readonly kind: 'list'; readonly ids: readonly string[] }
  | ({ readonly kind: 'look' } & Look)
  /** Of its neighbors now, each time that they have changed. */
  | { readonly kind: 'neighbors'; readonly names: readonly string[]; readonly why: string }
  | { readonly kind: 'status'; readonly status: string }
  | ({ readonly kind: 'dialed' } & Dialed)
  /** Times are of the day, by the clock that all processes of a machine have in common. */
  | { readonly kind: 'removed'; readonly at: number; readonly state: string }
  | { readonly kind: 'linksWith'; readonly neighbor: number; readonly direct: number }
  | { readonly kind: 'parted'; readonly parting: Parting }
  /** We are no member any more. */
  | { readonly kind: 'expelled'; readonly reason: string; readonly at: number }
  | { readonly kind: 'trouble'; readonly what: string }
  | { readonly kind: 'closed'; readonly tookMs: number; readonly resources: readonly string[] };

/** A link that has ended. */
export interface Parting {
  readonly name: string;
  readonly link: 'neighbor' | 'direct';
  readonly why: string;
  readonly at: number;
}

interface Dialed {
  /** Of the error; null when there was none. */
  readonly code: string | null;
  readonly message: string;
}

type Door = readonly [port: number, through: number];

interface Look {
  readonly status: string;
  readonly neighbors: readonly { readonly name: string; readonly isSynced: boolean }[];
  readonly present: number;
  /** Since the process began. */
  readonly cpuMs: number;
  readonly residentMiB: number;
}

const TYPE = '6f1f0e5a-3b1c-4b68-9c0e-9a3d5c1b7e21';
/** A killed process takes nothing with it that the system had; many processes share one disk here. */
const OPTIONS = { durability: 'process' } as const;
/** Of one publication. */
const BATCH = 100;

function report(what: Report): void {
  if (process.connected) process.send?.(what);
}

/** What is here, by what the listeners were told. */
class Known {
  readonly #ids = new Set<string>();
  readonly #awaited: { readonly ids: Set<string>; readonly done: () => void }[] = [];
  #digest = 0n;

  add(id: string): void {
    if (this.#ids.has(id)) report({ kind: 'trouble', what: `${id} was told twice` });
    this.#ids.add(id);
    this.#digest ^= numberOf(id);
    for (const each of [...this.#awaited]) {
      each.ids.delete(id);
      if (each.ids.size > 0) continue;
      this.#awaited.splice(this.#awaited.indexOf(each), 1);
      each.done();
    }
  }

  /** Whoever published it is no member any more. */
  take(id: string): void {
    if (!this.#ids.delete(id)) report({ kind: 'trouble', what: `${id} was unknown and taken` });
    this.#digest ^= numberOf(id);
  }

  whenAll(ids: readonly string[], done: () => void): void {
    const missing = new Set(ids.filter((id) => !this.#ids.has(id)));
    if (missing.size === 0) done();
    else this.#awaited.push({ ids: missing, done });
  }

  sum(): Report {
    return { kind: 'sum', count: this.#ids.size, digest: this.#digest.toString(16) };
  }
}

function numberOf(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '')}`);
}

/** All dials of this process, as a network that can be cut would lead them. */
function dialThrough(side: string, doors: ReadonlyMap<number, number>): void {
  const { connect } = net;
  const lead = ({ host, port, ...rest }: net.TcpNetConnectOpts): net.Socket => {
    const socket = connect({ ...rest, host: host ?? '127.0.0.1', port: doors.get(port) ?? port });
    socket.write(`${side}\n`);
    return socket;
  };
  Object.assign(net, { connect: lead });
  syncBuiltinESMExports();
}

class Life {
  readonly #node: PeerNode;
  readonly #known = new Known();
  #group: PeerGroup | null = null;
  #publishing: AbortController | null = null;

  constructor(node: PeerNode) {
    this.#node = node;
  }

  async obey(order: Order): Promise<void> {
    switch (order.kind) {
      case 'route':
        return dialThrough(order.side, new Map(order.doors));
      case 'found':
        return await this.#enter(await this.#node.createGroup(OPTIONS));
      case 'join':
        return await this.#enter(await this.#node.joinGroup(order.invitation, OPTIONS));
      case 'open':
        return await this.#enter(await this.#node.openGroup(undefined, OPTIONS));
      case 'close':
        return await this.#close();
      default:
        if (this.#group === null) throw new Error(`${order.kind} without a group`);
        return await this.#inGroup(this.#group, order);
    }
  }

  async #inGroup(group: PeerGroup, order: GroupOrder): Promise<void> {
    switch (order.kind) {
      case 'invite':
        return report({ kind: 'invitation', invitation: await group.invite(order.card) });
      case 'connect':
        await group.connect();
        return report({ kind: 'connected' });
      case 'publish':
        return await this.#publish(group, order.everyMs);
      case 'stopPublishing':
        return this.#publishing?.abort();
      case 'publishMany':
        return await publishMany(group, order.count);
      case 'await':
        return this.#known.whenAll(order.ids, () => report({ kind: 'arrived' }));
      case 'sum':
        return report(this.#known.sum());
      case 'list':
        return report({ kind: 'list', ids: await idsOf(group) });
      case 'look':
        return report({ kind: 'look', ...lookOf(group) });
      case 'accept':
        return void group.acceptDirectConnections();
      case 'dial':
        return report({ kind: 'dialed', ...(await dial(group, order)) });
      case 'remove':
        return await remove(group, order);
      case 'linksWith':
        return report({ kind: 'linksWith', ...linksWith(group, order.name) });
    }
  }

  async #enter(group: PeerGroup): Promise<void> {
    this.#group = group;
    for (const id of await idsOf(group)) this.#known.add(id);
    group.addEventListener('recordChanged', ({ change, record }) => {
      if (change === 'added') this.#known.add(record.id);
      else if (change === 'revoked') this.#known.take(record.id);
      else report({ kind: 'trouble', what: `a record was ${change}` });
    });
    group.addEventListener('neighborChanged', ({ change, neighbor, reason }) => {
      if (change === 'down') parted(neighbor.name, 'neighbor', reason ?? '');
      const names = group.neighbors.map(({ name }) => name);
      report({ kind: 'neighbors', names, why: reason ?? 'up' });
    });
    group.addEventListener('statusChanged', ({ status: { state, reason, lastFailure } }) => {
      const words = [state, reason, lastFailure?.code, lastFailure?.detail];
      report({ kind: 'status', status: words.filter((word) => word != null).join(' ') });
    });
    group.addEventListener('connectionClosed', ({ connection, end }) => {
      parted(connection.member.name, 'direct', end.how);
    });
    group.addEventListener('removed', ({ removal: { reason } }) => {
      report({ kind: 'expelled', reason, at: timeOfDay() });
    });
    for (const type of ['graphFailed', 'recordsFailed'] as const) {
      group.addEventListener(type, ({ error }) => complain(error));
    }
    group.addEventListener('syncLag', ({ lags }) => {
      for (const { code, count, side } of lags) {
        if (code !== 'pending') complain(`${count} records not taken ${side}: ${code}`);
      }
    });
    report({ kind: 'grouped', name: group.self });
  }

  async #publish(group: PeerGroup, everyMs: number): Promise<void> {
    this.#publishing = new AbortController();
    const { signal } = this.#publishing;
    for (let at = 1; !signal.aborted; at++) {
      if (!(await publishOne(group, `${group.self} ${at}`))) break;
      await delay(everyMs);
    }
    report({ kind: 'stopped' });
  }

  async #close(): Promise<void> {
    const startedAt = performance.now();
    await this.#group?.close();
    await this.#node.close();
    const tookMs = performance.now() - startedAt;
    report({ kind: 'closed', tookMs, resources: process.getActiveResourcesInfo() });
    process.disconnect();
  }
}

/** False for one that is no member any more. */
async function publishOne({ records }: PeerGroup, data: string): Promise<boolean> {
  try {
    const { id } = await records.add({ type: TYPE, data });
    report({ kind: 'acknowledged', id });
    return true;
  } catch (error) {
    if (isPeerGroupError(error) && error.code === 'MEMBERSHIP_REMOVED') return false;
    throw error;
  }
}

async function dial(
  group: PeerGroup,
  { name, address }: Record<'name' | 'address', string>,
): Promise<Dialed> {
  try {
    const { member } = await group.openDirectConnection(name, { address });
    return { code: null, message: member.name };
  } catch (error) {
    if (!isPeerGroupError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

async function remove(
  { memberships }: PeerGroup,
  { name, reason }: Record<'name' | 'reason', string>,
): Promise<void> {
  // From the call on: what is stored before it resolves is on its way meanwhile.
  const at = timeOfDay();
  const { state } = await memberships.remove(name, { reason });
  report({ kind: 'removed', at, state });
}

function linksWith(group: PeerGroup, name: string): Record<'neighbor' | 'direct', number> {
  return {
    neighbor: group.neighbors.filter((neighbor) => neighbor.name === name).length,
    direct: group.connections.filter(({ member }) => member.name === name).length,
  };
}

function parted(name: string, link: Parting['link'], why: string): void {
  report({ kind: 'parted', parting: { name, link, why, at: timeOfDay() } });
}

function timeOfDay(): number {
  return performance.timeOrigin + performance.now();
}

async function publishMany(group: PeerGroup, count: number): Promise<void> {
  for (let at = 0; at < count; at += BATCH) {
    const texts = Array.from({ length: Math.min(BATCH, count - at) }, (_, of) => `many ${at + of}`);
    const added = await group.records.addAll(texts.map((data) => ({ type: TYPE, data })));
    for (const { id } of added) report({ kind: 'acknowledged', id });
  }
  report({ kind: 'published' });
}

async function idsOf(group: PeerGroup): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of group.records.all({ type: TYPE })) ids.push(id);
  return ids.sort();
}

function lookOf(group: PeerGroup): Look {
  const { user, system } = process.cpuUsage();
  const { state, reason } = group.status;
  return {
    status: reason === null ? state : `${state} ${reason}`,
    neighbors: group.neighbors.map(({ name, isSynced }) => ({ name, isSynced })),
    present: group.members().length,
    cpuMs: (user + system) / 1_000,
    residentMiB: process.memoryUsage.rss() / 2 ** 20,
  };
}

function complain(error: unknown): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  report({ kind: 'trouble', what });
}

async function live(): Promise<void> {
  const [directory = ''] = process.argv.slice(2);
  process.on('warning', complain);
  process.on('unhandledRejection', complain);
  process.on('uncaughtException', complain);
  const node = await openNode({ directory, listen: { host: '127.0.0.1' } });
  const life = new Life(node);
  process.on('message', (order: Order) => void life.obey(order).catch(complain));
  const [first] = node.identities;
  const { card } = first ?? (await node.createIdentity());
  report({ kind: 'card', card, port: Number(node.addresses[0]?.split(':').at(-1)) });
}

if (process.argv[1] === import.meta.filename) await live();
