// Puts an open group together: its keys, its desk, its door, and the book of addresses.

import { SigningKey } from '../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import type { DeskParts } from '../engine/desk-parts.ts';
import { DirectDesk } from '../engine/direct-desk.ts';
import { AddressMemory } from './address-memory.ts';
import type { GroupGraph } from './graph/group-graph.ts';
import { openGroupGraph } from './graph/open-group-graph.ts';
import type { NodeServices } from './node-services.ts';
import { PeerGroup } from './peer-group.ts';
import { openGroupRecords } from './records/open-group-records.ts';
import type { CheckedRecordOptions } from './records/record-options.ts';
import { membershipOf } from './vault-entries.ts';

/** The book of addresses is written this long after it changed. */
const BOOK_DELAY_MS = 2_000;

export interface GroupOpening {
  /** Of the node. */
  readonly directory: string;
  readonly records: CheckedRecordOptions;
  readonly group: StoredGroup;
  readonly identity: StoredIdentity;
  readonly vault: Vault;
  readonly services: NodeServices;
  readonly onClosed: () => void;
}

export function openStoredGroup(opening: GroupOpening): PeerGroup {
  const { group: stored, identity, services } = opening;
  const { judge, issuer, clock, crypto, listenAddresses, doors } = services;
  const { discoverySecret } = stored;
  const membership = membershipOf(stored, services);
  const key = SigningKey.fromPkcs8(identity.key);
  const credentials = { certificate: identity.certificate, privateKeyPem: key.privateKeyPem };
  const book = keepBook(opening);
  const nodeId = randomNodeId(services);
  const deskParts: DeskParts = {
    membership,
    credentials,
    certificateDigest: crypto.sha256(identity.certificate),
    signer: key,
    discoverySecret,
    nodeId,
    handshake: { crypto, judge, memory: services.chainMemory },
    line: { clock, pool: services.pool, allocate: Buffer.allocUnsafeSlow },
    wires: services.wires,
    clock,
    chance: services.chance,
    nextId: services.nextId,
    listenAddresses,
  };
  const desk = new DirectDesk(deskParts);
  let graph: GroupGraph | null = null;
  const records = openGroupRecords({
    ...opening.records,
    directory: opening.directory,
    membership,
    signer: key,
    services,
    // Our own membership is stored before there is a graph.
    onStored: (changes, origin) => graph?.onStored(changes, origin),
    onChange: (change, origin) => group.onRecordChange(change, origin),
    onFailed: (error) => group.onRecordsFailed(error),
  });
  graph = openGroupGraph({
    deskParts,
    desk,
    records,
    addresses: book.memory,
    dispatch: (event) => group.dispatchEvent(event),
  });
  const resident = { key: { discoverySecret, member: membership.member }, credentials, desk };
  const group = new PeerGroup({
    membership,
    friendlyName: stored.friendlyName,
    addresses: book.memory,
    house: { judge, issuer, clock, key, discoverySecret, listenAddresses },
    desk,
    records,
    graph,
    onClose: async () => {
      doors.remove(resident);
      try {
        await records.close();
      } finally {
        // Or the group could not be opened again while the node is open.
        opening.onClosed();
        await book.save();
      }
    },
  });
  doors.add(resident);
  return group;
}

interface Book {
  readonly memory: AddressMemory;
  /** Writes what has changed. */
  readonly save: () => Promise<void>;
}

function keepBook({ group, vault }: GroupOpening): Book {
  let timer: NodeJS.Timeout | null = null;
  const save = async (): Promise<void> => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    // Losing the book is harmless, so a full disk ends nobody's connection.
    await vault.putAddressBook(group.identity, group.name, memory.entries()).catch(() => undefined);
  };
  const memory = new AddressMemory(group.addressBook, () => {
    timer ??= setTimeout(() => void save(), BOOK_DELAY_MS).unref();
  });
  return { memory, save };
}

/** Not 0, which p2p.h keeps for none. */
function randomNodeId({ chance }: NodeServices): bigint {
  return Buffer.from(chance.bytes(8)).readBigUInt64BE() || 1n;
}
