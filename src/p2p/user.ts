// One Windows user on one machine: the node of its folder, what it has started, and the handles that it was given.

import type { KeyObject } from 'node:crypto';

import type { PeerNode } from '../api/index.ts';
import { answer } from './calls/answer.ts';
import type { Enumeration } from './calls/enumeration.ts';
import { demand } from './calls/failure.ts';
import { HandleTable } from './calls/handle-table.ts';
import type { Registration } from './events/registration.ts';
import { LocalIdentities } from './identities/local-identities.ts';
import type { GroupHandle } from './peers/group-handle.ts';
import { LocalPeers } from './peers/local-peers.ts';
import type { HCRYPTPROV, HGROUP, HPEERENUM, HPEEREVENT, HResult } from './surface/basic-types.ts';
import {
  E_INVALIDARG,
  ERROR_INVALID_HANDLE,
  PEER_E_INVALID_GROUP,
  PEER_E_NOT_INITIALIZED,
} from './surface/results.ts';
import type { UserMemory } from './user-memory.ts';

export interface ListeningWish {
  readonly host: string;
  readonly port: number;
}

export class User {
  readonly node: PeerNode;
  readonly memory: UserMemory;
  /** Where to listen while a group is online. */
  readonly listening: ListeningWish;
  readonly identities: LocalIdentities;
  readonly peers: LocalPeers;
  readonly groupHandles = new HandleTable<HGROUP, GroupHandle>(PEER_E_INVALID_GROUP);
  registrations = newRegistrations();
  readonly enumerations = new HandleTable<HPEERENUM, Enumeration>(E_INVALIDARG);
  readonly keys = new HandleTable<HCRYPTPROV, KeyObject>(ERROR_INVALID_HANDLE);
  #startups = 0;
  #lastConnection = 0n;
  #closed: Promise<void> | null = null;

  constructor(node: PeerNode, memory: UserMemory, listening: ListeningWish) {
    this.node = node;
    this.memory = memory;
    this.listening = listening;
    this.identities = new LocalIdentities(node, memory);
    this.peers = new LocalPeers(this);
  }

  /** A function that needs no start-up. */
  call<Value extends object>(
    act: () => Value | Promise<Value>,
  ): Promise<HResult | (HResult & Value)> {
    return answer(() => {
      demand(this.#closed === null, PEER_E_NOT_INITIALIZED);
      return act();
    });
  }

  /** A function of Grouping: it needs a start-up. */
  grouping<Value extends object>(
    act: () => Value | Promise<Value>,
  ): Promise<HResult | (HResult & Value)> {
    return this.call(() => {
      demand(this.#startups > 0, PEER_E_NOT_INITIALIZED);
      return act();
    });
  }

  startUp(): void {
    this.#startups += 1;
  }

  /** Resolves when every group is closed, if it was the last start-up. */
  async shutDown(): Promise<void> {
    this.#startups -= 1;
    if (this.#startups > 0) return;
    // Unlike those of a closed group, they cannot be read empty: a later start-up knows none of them.
    this.registrations = newRegistrations();
    await this.peers.closeAll();
  }

  /** Unique over all connections of this object, and never 0. */
  nextConnectionId(): bigint {
    this.#lastConnection += 1n;
    return this.#lastConnection;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      await this.peers.closeAll();
    } finally {
      // Before the folder is free: the next one reads what was written last.
      await this.memory.settled();
      await this.node.close();
    }
  }
}

function newRegistrations(): HandleTable<HPEEREVENT, Registration> {
  return new HandleTable(E_INVALIDARG);
}
