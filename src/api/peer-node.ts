// A node: one directory with identities and groups, and one port at which their members are reached.

import { reachableAddresses } from '../adapters/tls/local-addresses.ts';
import { TlsListener } from '../adapters/tls/tls-listener.ts';
import type { StoredIdentity } from '../adapters/vault/identity-shelf.ts';
import { openVault } from '../adapters/vault/open-vault.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import { type Address, canonicalHost, formatAddress } from '../core/domain/addresses.ts';
import { openInvitation } from '../core/trust/invitation.ts';
import { requireNotAborted, requireObject, requireText } from './arguments.ts';
import { Identity } from './identity.ts';
import { NodeServices } from './node-services.ts';
import { openStoredGroup } from './open-stored-group.ts';
import type { PeerGroup } from './peer-group.ts';
import {
  errorOfRefusal,
  errorOfWorld,
  facingTheWorld,
  invalidArgument,
  PeerGroupError,
  parsedArgument,
} from './peer-group-error.ts';
import { databasePath } from './records/open-group-records.ts';
import {
  type CheckedRecordOptions,
  type RecordOptions,
  requireRecordOptions,
} from './records/record-options.ts';
import {
  checkRecords,
  type RecordsCheck,
  type RepairSummary,
  repairRecords,
} from './records/record-repair.ts';
import { requireNode } from './require-node.ts';
import {
  certificateOf,
  joinedGroup,
  membershipOf,
  type NamingOptions,
  newGroup,
  newIdentity,
} from './vault-entries.ts';

export interface ListenOptions {
  /** 0, the default, takes any port that is free. */
  readonly port?: number;
  /** IP address to listen at. By default `::`, which is every address of the machine, IPv6 and IPv4. */
  readonly host?: string;
}

export interface NodeOptions {
  /** Where identities and groups are kept; made when it is missing. One process at a time. */
  readonly directory: string;
  /** Encrypts the keys in the directory. */
  readonly passphrase?: string;
  /** Listens at once; `listen()` does it later. */
  readonly listen?: ListenOptions;
  readonly signal?: AbortSignal;
}

export interface IdentityChoice {
  /** Which identity of this node; may be left out while there is only one. */
  readonly identity?: Identity | string;
}

/** How a group is opened here. */
export interface GroupOptions extends IdentityChoice, RecordOptions {}

const CHOICE_KEYS: readonly (keyof IdentityChoice)[] = ['identity'];
const NAMING_KEYS: readonly (keyof NamingOptions)[] = ['friendlyName', 'classifier'];

export interface GroupSummary {
  readonly name: string;
  readonly friendlyName: string;
  /** The identity of this node that is a member. */
  readonly identity: string;
}

/** Opens a directory, and makes it when it is missing. Rejects with `VAULT_IN_USE`, `NO_KEY_ACCESS`, `PASSPHRASE_NEEDED` and the like. */
export async function openNode(options: NodeOptions): Promise<PeerNode> {
  requireNode();
  requireObject('options', options);
  const { directory, passphrase, listen, signal } = options;
  requireText('directory', directory);
  requireNotAborted(signal);
  const vault = await facingTheWorld(() =>
    openVault(passphrase === undefined ? { directory } : { directory, passphrase }),
  );
  const node = new PeerNode(vault, directory);
  try {
    requireNotAborted(signal);
    if (listen !== undefined) await node.listen(listen);
  } catch (error) {
    await node.close();
    throw error;
  }
  return node;
}

export class PeerNode implements AsyncDisposable {
  readonly #vault: Vault;
  readonly #directory: string;
  readonly #services = new NodeServices();
  readonly #listener = new TlsListener(this.#services.doors);
  readonly #groups = new Map<string, PeerGroup>();
  #closed: Promise<void> | null = null;

  /** Made by `openNode`. @internal */
  constructor(vault: Vault, directory: string) {
    this.#vault = vault;
    this.#directory = directory;
  }

  /** Where others reach this node, `host:port` each; empty while it does not listen. */
  get addresses(): readonly string[] {
    return this.#services.addresses.map(formatAddress);
  }

  /** The identities of this directory, the oldest first. */
  get identities(): readonly Identity[] {
    return this.#vault
      .identities()
      .map((stored) => new Identity(certificateOf(stored, this.#services)));
  }

  /** The groups that the identities of this directory are members of. */
  get groups(): readonly GroupSummary[] {
    return this.#vault.identities().flatMap(({ name }) =>
      this.#vault.groups(name).map((group) => ({
        name: group.name,
        friendlyName: group.friendlyName,
        identity: name,
      })),
    );
  }

  /** Makes a key pair and a name for it. */
  async createIdentity(options: NamingOptions = {}): Promise<Identity> {
    this.#requireOpen();
    const { stored, certificate } = newIdentity(options, this.#services);
    await facingTheWorld(() => this.#vault.addIdentity(stored));
    return new Identity(certificate);
  }

  /** Makes a group whose creator is the identity, and opens it. */
  async createGroup(options: NamingOptions & GroupOptions = {}): Promise<PeerGroup> {
    this.#requireOpen();
    const records = requireRecordOptions(options, [...CHOICE_KEYS, ...NAMING_KEYS]);
    const creator = certificateOf(this.#chooseIdentity(options.identity), this.#services);
    const group = newGroup(options, creator, this.#services);
    await facingTheWorld(() => this.#vault.putGroup(group));
    return this.#open(group, records);
  }

  /**
   * Takes up the membership of an invitation and opens the group. Talks to nobody yet. Joining again
   * keeps the membership that begins later. Rejects with `INVITATION_INVALID`, `INVITATION_EXPIRED`,
   * `INVITATION_NOT_YET_VALID`, `INVITATION_FOR_ANOTHER`, `ALREADY_OPEN`.
   */
  async joinGroup(invitation: string, options: GroupOptions = {}): Promise<PeerGroup> {
    this.#requireOpen();
    requireText('invitation', invitation);
    const records = requireRecordOptions(options, CHOICE_KEYS);
    const chosen =
      options.identity === undefined ? null : this.#chooseIdentity(options.identity).name;
    const { clock, judge, crypto } = this.#services;
    const opened = openInvitation(invitation.trim(), clock.now().wallTime, chosen, {
      judge,
      crypto,
    });
    if (!opened.ok) throw errorOfRefusal(opened.refusal);
    const { group: name, member } = opened.value.membership;
    if (!this.#vault.identities().some((identity) => identity.name === member)) {
      throw new PeerGroupError('INVITATION_FOR_ANOTHER', `It is for ${member}.`);
    }
    this.#requireNotOpen(name, member);
    const before = this.#vault.groups(member).find((group) => group.name === name);
    const group = joinedGroup(opened.value, before, this.#services);
    await facingTheWorld(() => this.#vault.putGroup(group));
    return this.#open(group, records);
  }

  /** Opens a group that was created or joined before; its name may be left out while there is only one. */
  async openGroup(name?: string, options: GroupOptions = {}): Promise<PeerGroup> {
    this.#requireOpen();
    const records = requireRecordOptions(options, CHOICE_KEYS);
    return this.#open(this.#chooseGroup(name, options), records);
  }

  /** Looks the database of a group's records over, open or not, without a change. */
  async checkRecords(name?: string, options: IdentityChoice = {}): Promise<RecordsCheck> {
    this.#requireOpen();
    requireObject('options', options);
    return await checkRecords(databasePath(this.#directory, this.#chooseGroup(name, options)));
  }

  /**
   * Repairs the database of a group that is closed: what can be read and verified goes into a new one, the
   * damaged file is kept beside it, and the other members bring the rest. Rejects with `ALREADY_OPEN`,
   * `DATABASE_IN_USE`, `STORAGE_FULL` and the like; then everything is as it was.
   */
  async repairRecords(name?: string, options: IdentityChoice = {}): Promise<RepairSummary> {
    this.#requireOpen();
    requireObject('options', options);
    const stored = this.#chooseGroup(name, options);
    this.#requireNotOpen(stored.name, stored.identity);
    const { publicKey } = membershipOf(stored, this.#services);
    return await repairRecords({
      path: databasePath(this.#directory, stored),
      group: stored.name,
      member: stored.identity,
      publicKey,
      ownChain: stored.chain,
      now: this.#services.clock.now().wallTime,
    });
  }

  /** Listens for the members of all groups of this node; the addresses at which they reach it. */
  async listen(options: ListenOptions = {}): Promise<readonly string[]> {
    this.#requireOpen();
    requireObject('options', options);
    const { port = 0, host } = options;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw invalidArgument('port', 'a whole number from 0 to 65535');
    }
    const bound =
      host === undefined ? await this.#listenEverywhere(port) : await this.#listenAt(host, port);
    this.#services.addresses = [...this.#services.addresses, ...reachableAddresses(bound)];
    return this.addresses;
  }

  /** Closes all groups and stops listening. Ends within 5 s, whatever others do; after a failure all is closed, too. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const ends = await Promise.allSettled([
      this.#listener.close(),
      ...[...this.#groups.values()].map((group) => group.close()),
    ]);
    // Whatever failed: a vault that stays open could not be opened again in this process.
    ends.push(...(await Promise.allSettled([this.#vault.close()])));
    for (const end of ends) if (end.status === 'rejected') throw errorOfWorld(end.reason);
  }

  async #listenAt(host: string, port: number): Promise<Address> {
    const literal = parsedArgument('host', () => canonicalHost(host));
    try {
      return await facingTheWorld(() => this.#listener.listen(literal, port));
    } catch (error) {
      // Nothing is wrong with the address when a close() has overtaken this.
      this.#requireOpen();
      throw error;
    }
  }

  /** IPv6 and IPv4; IPv4 alone on a machine that has no IPv6. */
  async #listenEverywhere(port: number): Promise<Address> {
    try {
      return await this.#listenAt('::', port);
    } catch (error) {
      if (error instanceof PeerGroupError && error.code === 'LISTEN_FAILED')
        return await this.#listenAt('0.0.0.0', port);
      throw error;
    }
  }

  #open(stored: StoredGroup, records: CheckedRecordOptions): PeerGroup {
    this.#requireOpen();
    this.#requireNotOpen(stored.name, stored.identity);
    const id = groupKeyOf(stored.name, stored.identity);
    const group = openStoredGroup({
      directory: this.#directory,
      records,
      group: stored,
      identity: this.#vault.identity(stored.identity),
      vault: this.#vault,
      services: this.#services,
      onClosed: () => this.#groups.delete(id),
    });
    this.#groups.set(id, group);
    return group;
  }

  #chooseGroup(name: string | undefined, { identity }: IdentityChoice): StoredGroup {
    const identities =
      identity === undefined ? this.#vault.identities() : [this.#chooseIdentity(identity)];
    const groups = identities.flatMap((each) => this.#vault.groups(each.name));
    const [group, another] = groups.filter((each) => name === undefined || each.name === name);
    if (group === undefined) throw new PeerGroupError('GROUP_NOT_FOUND', name ?? '');
    if (another !== undefined)
      throw invalidArgument('name and identity', 'a choice among several groups');
    return group;
  }

  #chooseIdentity(choice: Identity | string | undefined): StoredIdentity {
    const identities = this.#vault.identities();
    if (choice !== undefined) {
      const name = typeof choice === 'string' ? choice : choice.name;
      const found = identities.find((identity) => identity.name === name);
      if (found === undefined) throw new PeerGroupError('IDENTITY_NOT_FOUND', name);
      return found;
    }
    const [only, another] = identities;
    if (only === undefined)
      throw new PeerGroupError(
        'IDENTITY_NOT_FOUND',
        'There is none yet: createIdentity() makes one.',
      );
    if (another !== undefined)
      throw invalidArgument('identity', 'a choice, since this node has several');
    return only;
  }

  #requireNotOpen(group: string, identity: string): void {
    if (this.#groups.has(groupKeyOf(group, identity)))
      throw new PeerGroupError('ALREADY_OPEN', group);
  }

  #requireOpen(): void {
    if (this.#closed !== null) throw new PeerGroupError('NODE_CLOSED', '');
  }
}

function groupKeyOf(group: string, identity: string): string {
  return `${identity}/${group}`;
}
