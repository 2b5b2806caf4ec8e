// What `connect`, `synced`, `broadcast` and `sendToNeighbor` are given, and how it is checked: before
// anything is changed or sent.

import { utf8Bytes } from '../../core/base/utf8.ts';
import type { Address } from '../../core/domain/addresses.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Lead } from '../../core/domain/links.ts';
import { type MessageType, parseMessageType, UNTYPED } from '../../core/domain/message-types.ts';
import type { NodeName } from '../../core/node/graph-event.ts';
import {
  type AddressLike,
  requireAddress,
  requireDuration,
  requireNotAborted,
  requirePeerName,
} from '../arguments.ts';
import { invalidArgument, PeerGroupError, parsedArgument } from '../peer-group-error.ts';
import { guarded, ownValues } from '../records/own-values.ts';

export interface ConnectOptions {
  /**
   * False: nobody but its neighbors knows that this member is here, and in a small group everybody is a neighbor.
   * True by default.
   */
  readonly presence?: boolean;
  /** Where members may be found, beside those of `knownMembers`; when they are dialed they have to prove who they are. */
  readonly contacts?: readonly MemberContact[];
  /**
   * Where some member may be found, whoever it is: all are tried at once, and who proves to be a member of this group
   * is taken. `dialFailed` tells of those where nobody was.
   */
  readonly addresses?: readonly AddressLike[];
  /** True: nobody else is dialed than those of `contacts` and `addresses`, until it is connected without it. False by default. */
  readonly onlyGiven?: boolean;
}

export interface MemberContact {
  /** The peer name. */
  readonly name: string;
  readonly address: AddressLike | readonly AddressLike[];
}

export interface SyncedOptions {
  /** Milliseconds to wait at most; 30,000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What a wait for the neighbors came to. */
export interface SyncedSummary {
  /** With how many neighbors the records were compared; 1 at least. */
  readonly neighbors: number;
  /** Records of the group here, deleted ones that are remembered included. */
  readonly records: number;
}

export interface BroadcastOptions {
  /** A GUID by which the receiver tells messages apart; none by default. */
  readonly type?: string;
}

export interface Said {
  readonly type: MessageType;
  /** Ours: what the caller changes later does not matter. */
  readonly bytes: Uint8Array;
}

/** A guess: what a group of some ten thousand records takes on a slow line. */
const SYNCED_TIMEOUT_MS = 30_000;

const CONNECT_KEYS: readonly (keyof ConnectOptions)[] = [
  'presence',
  'contacts',
  'addresses',
  'onlyGiven',
];
const CONTACT_KEYS: readonly (keyof MemberContact)[] = ['name', 'address'];
const SYNCED_KEYS: readonly (keyof SyncedOptions)[] = ['timeoutMs', 'signal'];
const BROADCAST_KEYS: readonly (keyof BroadcastOptions)[] = ['type'];

export interface CheckedConnect {
  readonly presence: boolean;
  readonly contacts: readonly Contact[];
  readonly addresses: readonly Address[];
  readonly onlyGiven: boolean;
}

export function requireConnectOptions(given: ConnectOptions): CheckedConnect {
  // A misspelt `presence` would show somebody who wants to hide.
  const values = Object.fromEntries(ownValues('options', given, CONNECT_KEYS));
  const { presence = true, contacts = [], addresses, onlyGiven = false } = values;
  if (typeof presence !== 'boolean') throw invalidArgument('presence', 'true or false');
  if (typeof onlyGiven !== 'boolean') throw invalidArgument('onlyGiven', 'true or false');
  if (!Array.isArray(contacts)) throw invalidArgument('contacts', 'an array');
  if (contacts.length > LIMITS.contactsKeptMax) {
    throw invalidArgument('contacts', `at most ${LIMITS.contactsKeptMax}`);
  }
  return {
    presence,
    contacts: contacts.map((contact, at) => requireContact(`contacts[${at}]`, contact)),
    addresses: requireAddresses('addresses', addresses),
    onlyGiven,
  };
}

/** Where anybody of the group may be. */
export function placesOf(addresses: readonly Address[]): readonly Lead[] {
  return addresses.map((address) => ({ member: null, addresses: [address] }));
}

/** None by default; as many as are kept at most. */
export function requireAddresses(name: string, given: unknown): readonly Address[] {
  if (given === undefined) return [];
  const all: readonly unknown[] = guarded(name, () => (Array.isArray(given) ? [...given] : [null]));
  if (!Array.isArray(given)) throw invalidArgument(name, 'an array');
  if (all.length > LIMITS.contactsKeptMax) {
    throw invalidArgument(name, `at most ${LIMITS.contactsKeptMax}`);
  }
  return all.map((each, at) => requireAddress(`${name}[${at}]`, each));
}

function requireContact(path: string, given: unknown): Contact {
  const { name, address } = Object.fromEntries(ownValues(path, given, CONTACT_KEYS));
  if (typeof name !== 'string') throw invalidArgument(`${path}.name`, 'a peer name');
  const all: readonly unknown[] = Array.isArray(address) ? address : [address];
  if (all.length === 0 || all.length > LIMITS.addressesPerMemberMax) {
    const { addressesPerMemberMax } = LIMITS;
    throw invalidArgument(`${path}.address`, `1 to ${addressesPerMemberMax} addresses`);
  }
  return {
    member: requirePeerName(`${path}.name`, name),
    addresses: all.map((each) => requireAddress(`${path}.address`, each)),
  };
}

/** Throws `ABORTED` for a signal that is aborted already. */
export function requireSyncedOptions(given: SyncedOptions): {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
} {
  ownValues('options', given, SYNCED_KEYS);
  const { timeoutMs, signal } = given;
  requireNotAborted(signal);
  return { timeoutMs: requireDuration('timeoutMs', timeoutMs, SYNCED_TIMEOUT_MS), signal };
}

export function requireSaid(data: unknown, options: BroadcastOptions): Said {
  const { type } = Object.fromEntries(ownValues('options', options, BROADCAST_KEYS));
  const bytes = bytesOf(data);
  if (type === undefined) return { type: UNTYPED, bytes };
  if (typeof type !== 'string') throw invalidArgument('type', 'a GUID');
  return { type: parsedArgument('type', () => parseMessageType(type)), bytes };
}

/** What `neighbors` gave, or what looks like it: name and node id, for anybody can call itself any node. */
export function requireNode(neighbor: unknown): NodeName {
  if (typeof neighbor !== 'object' || neighbor === null) {
    throw invalidArgument('neighbor', 'one of group.neighbors');
  }
  const name = 'name' in neighbor ? neighbor.name : undefined;
  const nodeId = 'nodeId' in neighbor ? neighbor.nodeId : undefined;
  if (typeof name !== 'string') throw invalidArgument('neighbor.name', 'a peer name');
  if (typeof nodeId !== 'bigint') throw invalidArgument('neighbor.nodeId', 'a bigint');
  return { member: requirePeerName('neighbor.name', name), nodeId };
}

/** A copy. */
function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') {
    // A character has a byte at least: encoding what is too long would hold everybody up.
    requireLength(data.length, 'characters');
    const bytes = parsedArgument('data', () => utf8Bytes(data));
    requireLength(bytes.length, 'bytes');
    return bytes;
  }
  if (!(data instanceof Uint8Array)) throw invalidArgument('data', 'text or a Uint8Array');
  requireLength(data.length, 'bytes');
  const copy = guarded('data', () => new Uint8Array(data));
  // Memory that is shared with a thread may have grown meanwhile.
  requireLength(copy.length, 'bytes');
  return copy;
}

function requireLength(length: number, unit: 'bytes' | 'characters'): void {
  const bytesMax = LIMITS.broadcastBytesMax;
  if (length <= bytesMax) return;
  throw new PeerGroupError('MESSAGE_TOO_LARGE', `${length} ${unit}, at most ${bytesMax} bytes.`, {
    details: { [unit]: length, bytesMax },
    hint: 'Publish a record, or send it over a direct connection.',
  });
}
