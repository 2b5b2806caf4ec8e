// Puts an open group together: its keys, its desk, its door, and the book of addresses.

import { SigningKey } from '../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { WireCredentials } from '../core/ports/wires.ts';
import { OwnMembership } from '../core/security/own-membership.ts';
import type { DeskParts } from '../engine/desk-parts.ts';
import { DirectDesk } from '../engine/direct-desk.ts';
import { AddressMemory } from './address-memory.ts';
import type { GroupGraph } from './graph/group-graph.ts';
import { contactsOf, openGroupGraph } from './graph/open-group-graph.ts';
import { GroupDoor } from './group-door.ts';
import { keepLeases, type LeaseKeeping } from './keep-leases.ts';
import { Connecting, type ConnectingParts } from './membership/connecting.ts';
import { DiscoverySecrets } from './membership/discovery-secrets.ts';
import { GroupBelonging } from './membership/group-belonging.ts';
import type { InvitationsParts } from './membership/group-invitations.ts';
import { OwnRenewal } from './membership/own-renewal.ts';
import { exportGroup } from './moving/group-export.ts';
import type { GroupMoving } from './moving/group-moving.ts';
import { revokeOwnMembership } from './moving/revoke-own-membership.ts';
import type { NodeServices } from './node-services.ts';
import { PeerGroup } from './peer-group.ts';
import type { GroupRecords } from './records/group-records.ts';
import { openGroupRecords } from './records/open-group-records.ts';
import type { CheckedRecordOptions } from './records/record-options.ts';
import { toldContacts } from './told-contacts.ts';
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
  /** Removes everything of the group here; it is closed then. */
  readonly remove: () => Promise<void>;
}

export function openStoredGroup(opening: GroupOpening): PeerGroup {
  const { group: stored, identity, services } = opening;
  const { judge, issuer, clock, crypto, listenAddresses, doors } = services;
  const own = new OwnMembership(membershipOf(stored, services), (membership) =>
    records.removalOf(membership),
  );
  const { member } = own.current;
  const secrets = new DiscoverySecrets({
    group: stored,
    vault: opening.vault,
    clock,
    onChanged: () => moveDoor(),
  });
  const key = SigningKey.fromPkcs8(identity.key);
  const credentials = { certificate: identity.certificate, privateKeyPem: key.privateKeyPem };
  const book = keepBook(opening);
  const nodeId = randomNodeId(services);
  const deskParts: DeskParts = {
    get membership() {
      return own.current;
    },
    removalOf: (membership) => records.removalOf(membership),
    countingOf: (membership) => leases?.keeper.countingOf(membership) ?? membership,
    credentials,
    certificateDigest: crypto.sha256(identity.certificate),
    signer: key,
    get discoverySecret() {
      return secrets.current;
    },
    earlierSecrets: () => secrets.all().slice(1),
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
  let leases: LeaseKeeping | null = null;
  let belonging: GroupBelonging | null = null;
  const records = openGroupRecords({
    ...opening.records,
    directory: opening.directory,
    own,
    signer: key,
    services,
    // Our own membership is stored before there is a graph.
    onStored: (changes, origin) => {
      graph?.onStored(changes, origin);
      belonging?.onStored(changes);
      leases?.keeper.onStored(changes);
    },
    onSecurity: (state) => {
      leases?.keeper.onChanged();
      desk.onSecurity();
      belonging?.onSecurity(state);
    },
    onChange: (change, origin) => group.onRecordChange(change, origin),
    onFailed: (error) => group.onRecordsFailed(error),
  });
  graph = openGroupGraph({
    deskParts,
    desk,
    records,
    addresses: book.memory,
    dispatch: (event) => group.dispatchEvent(event),
    onCame: () => leases?.keeper.onChanged(),
    epoch: () => belonging?.epoch() ?? null,
    onSecurityEvent: (event) => belonging?.onGraphEvent(event) ?? false,
  });
  leases = keepLeases({
    ...records.forLeases(),
    own,
    key,
    group: stored,
    vault: opening.vault,
    services,
    present: () => graph?.whoIsHere() ?? [],
    onFailed: (error) => group.onRecordsFailed(error),
  });
  const contacts = () =>
    toldContacts(
      { member, addresses: listenAddresses() },
      book.memory.entries(),
      LIMITS.contactsInInvitationMax,
    );
  belonging = new GroupBelonging({
    own,
    key,
    groupKey: stored.groupKey === null ? null : SigningKey.fromPkcs8(stored.groupKey),
    friendlyName: stored.friendlyName,
    credentials,
    services,
    records,
    keeper: leases.keeper,
    secrets,
    graph,
    contacts,
    tickets: ticketsOf(opening),
    requireOpen: () => group.requireOpen(),
    onFailed: (error) => group.onRecordsFailed(error),
    dispatch: (event) => group.dispatchEvent(event),
  });
  const connecting = connectingOf({
    graph,
    own,
    services,
    state: records.forGraph().security,
    known: () => belonging?.known() ?? Promise.resolve(),
    requireOpen: () => group.requireOpen(),
    dispatch: (event) => group.dispatchEvent(event),
    ...{ key, credentials, secrets, memory: book.memory, records },
  });
  const door = new GroupDoor({
    doors,
    secrets,
    member,
    group: stored.name,
    credentials,
    desk,
    joins: belonging.renewals,
  });
  const group = new PeerGroup({
    own,
    addresses: book.memory,
    house: { judge, issuer, clock, key, discoverySecret: () => secrets.current },
    belonging,
    connecting,
    contacts,
    desk,
    records,
    graph,
    moving: {
      ...movingOf(opening, book.memory),
      revokeOwnMembership: () =>
        revokeOwnMembership({ membership: own.current, signer: key, records, services }),
    },
    onClose: async () => {
      stopWatching();
      door.close();
      belonging?.close();
      const saved = Promise.all([leases?.close(), secrets.saved()]);
      try {
        await records.close();
      } finally {
        // Or the group could not be opened again while the node is open.
        opening.onClosed();
        await saved;
        await book.save();
      }
    },
  });
  const moveDoor = (): void => door.move();
  const stopWatching = services.watchAddresses(() => graph?.readdress());
  return group;
}

interface ConnectingOpening extends Omit<ConnectingParts, 'renewal' | 'clock'> {
  readonly key: SigningKey;
  readonly credentials: WireCredentials;
  readonly secrets: DiscoverySecrets;
  readonly memory: AddressMemory;
  readonly records: GroupRecords;
  readonly services: NodeServices;
}

function connectingOf(parts: ConnectingOpening): Connecting {
  const { memory, records, services } = parts;
  const renewal = new OwnRenewal({
    ...parts,
    contacts: () => contactsOf(memory),
    learn: (chain) => records.learnMembership(chain),
    onContacts: (contacts) => {
      for (const { member, addresses } of contacts) memory.told(member, addresses, null);
    },
  });
  return new Connecting({ ...parts, renewal, clock: services.clock });
}

function ticketsOf({
  group: { identity, name },
  vault,
}: GroupOpening): InvitationsParts['tickets'] {
  return {
    keep: (offer, text) => vault.keepTicket(identity, name, { offer, text }),
    forget: (offer) => vault.forgetTicket(identity, name, offer),
    list: () => vault.group(identity, name).tickets,
  };
}

function movingOf(
  opening: GroupOpening,
  addresses: AddressMemory,
): Omit<GroupMoving, 'revokeOwnMembership'> {
  const { group, vault, services } = opening;
  return {
    chain: () => vault.group(group.identity, group.name).chain,
    exportConfig: (options) =>
      exportGroup(
        {
          group: vault.group(group.identity, group.name),
          addresses: addresses.entries(),
          ownAddresses: services.listenAddresses(),
        },
        options,
      ),
    remove: opening.remove,
  };
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
