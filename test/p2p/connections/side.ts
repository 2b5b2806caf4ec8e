// One side of a connection in tests that need no functions around it.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { openNode, type PeerGroup, type PeerNode } from '../../../src/api/index.ts';
import { PeerConnections } from '../../../src/p2p/connections/peer-connections.ts';
import { PeerEvents } from '../../../src/p2p/events/peer-events.ts';
import { Registration } from '../../../src/p2p/events/registration.ts';
import {
  CreateEvent,
  type PEER_EVENT_INCOMING_DATA,
  type PEER_GROUP_EVENT_DATA,
  PEER_GROUP_EVENT_TYPE,
} from '../../../src/p2p/index.ts';
import { newDirectory } from '../support/machine.ts';

const {
  PEER_GROUP_EVENT_DIRECT_CONNECTION,
  PEER_GROUP_EVENT_INCOMING_DATA,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
} = PEER_GROUP_EVENT_TYPE;
const ALL = [
  PEER_GROUP_EVENT_DIRECT_CONNECTION,
  PEER_GROUP_EVENT_INCOMING_DATA,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
];

/** A peer with the connections of the facade on a group of the API, and a registration for their events. */
export class Side {
  readonly group: PeerGroup;
  readonly node: PeerNode;
  readonly events = new PeerEvents();
  readonly connections: PeerConnections;
  readonly registration: Registration;
  readonly #object = CreateEvent();
  readonly #passed: string[] = [];
  #last = 0n;

  constructor(
    node: PeerNode,
    group: PeerGroup,
    eventTypes: readonly PEER_GROUP_EVENT_TYPE[] = ALL,
  ) {
    this.node = node;
    this.group = group;
    this.connections = new PeerConnections({
      events: this.events,
      nextId: () => {
        this.#last += 1n;
        return this.#last;
      },
      self: group.self,
    });
    this.registration = new Registration(
      this.#object,
      eventTypes.map((eventType) => ({ eventType, type: null })),
    );
    this.events.add(this.registration);
    this.connections.attach(group);
    this.connections.goOnline();
  }

  get address(): string {
    return this.node.addresses[0] ?? '';
  }

  /** The next one that fits; others can still be asked for. */
  async nextOf(fits: (event: string) => boolean): Promise<string> {
    const at = this.#passed.findIndex(fits);
    if (at >= 0) return this.#passed.splice(at, 1)[0] ?? '';
    for (;;) {
      const event = textOf(await this.#take());
      if (fits(event)) return event;
      this.#passed.push(event);
    }
  }

  /** All that is there, once nothing has come for some time. */
  async rest(): Promise<readonly string[]> {
    const all = this.#passed.splice(0);
    while (!this.registration.isEmpty || (await this.#object.wait(300))) {
      if (!this.registration.isEmpty) all.push(await this.next());
    }
    return all;
  }

  /** What is there now. */
  waiting(): readonly string[] {
    const all = this.#passed.splice(0);
    for (;;) {
      const event = this.registration.take();
      if (event === null) return all;
      all.push(textOf(event));
    }
  }

  /** The next data; what else has come can still be asked for. */
  async nextData(): Promise<PEER_EVENT_INCOMING_DATA> {
    for (;;) {
      const event = await this.#take();
      if ('incomingData' in event) return event.incomingData;
      this.#passed.push(textOf(event));
    }
  }

  /** In few words, once it is there. */
  async next(): Promise<string> {
    return this.#passed.shift() ?? textOf(await this.#take());
  }

  async #take(): Promise<PEER_GROUP_EVENT_DATA> {
    for (;;) {
      const event = this.registration.take();
      if (event !== null) return event;
      assert.ok(await this.#object.wait(10_000), 'an event');
    }
  }
}

function textOf(event: PEER_GROUP_EVENT_DATA): string {
  if ('incomingData' in event) {
    const { ullConnectionId, data } = event.incomingData;
    return `data ${ullConnectionId} ${data.length < 20 ? Buffer.from(data).toString() : data.length}`;
  }
  if (!('connectionChangeData' in event)) return 'something else';
  const { ullConnectionId, status, hrConnectionFailedReason } = event.connectionChangeData;
  const kind = event.eventType === PEER_GROUP_EVENT_DIRECT_CONNECTION ? 'direct' : 'neighbor';
  return `${kind} ${ullConnectionId} ${['', 'up', 'down', 'failed'][status]} ${hrConnectionFailedReason.toString(16)}`;
}

export async function pair(t: TestContext): Promise<readonly [Side, Side]> {
  const [here, there] = [await newNode(t), await newNode(t)];
  await here.createIdentity({ friendlyName: 'Ann' });
  const bob = await there.createIdentity({ friendlyName: 'Bob' });
  const group = await here.createGroup({ friendlyName: 'Chess club' });
  const other = await there.joinGroup(await group.invite(bob.card));
  return [new Side(here, group), new Side(there, other)];
}

export async function newNode(t: TestContext): Promise<PeerNode> {
  const node = await openNode({ directory: await newDirectory(t), listen: { host: '::1' } });
  t.after(() => node.close());
  return node;
}
