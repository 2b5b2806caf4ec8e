// A node: one directory with identities and groups, and one port at which their members are reached.

import type { KeyObject } from 'node:crypto';
import { openVault } from '../adapters/vault/open-vault.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import { formatAddress } from '../core/domain/addresses.ts';
import { requireNotAborted, requireObject, requireText } from './arguments.ts';
import type { Identity } from './identity.ts';
import {
  type CardView,
  type InvitationView,
  readCard,
  readInvitationView,
} from './membership/invitation-view.ts';
import { JOIN_KEYS, type JoinOptions, requireJoinOptions } from './membership/join-by-offer.ts';
import { Joining } from './membership/joining.ts';
import { type ImportGroupOptions, importedGroup, openGroupExport } from './moving/group-export.ts';
import { removeGroup } from './moving/remove-group.ts';
import type { SealOptions } from './moving/sealed-text.ts';
import { NodeIdentities } from './node-identities.ts';
import { type ListenOptions, NodeListening } from './node-listening.ts';
import { NodeServices } from './node-services.ts';
import { openStoredGroup } from './open-stored-group.ts';
import type { PeerGroup } from './peer-group.ts';
import { errorOfWorld, facingTheWorld, PeerGroupError } from './peer-group-error.ts';
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
import { chooseGroup, chooseIdentity, type IdentityChoice } from './vault-choice.ts';
import {
  certificateOf,
  type IdentityOptions,
  membershipOf,
  type NamingOptions,
  newGroup,
} from './vault-entries.ts';

export interface NodeOptions {
  /** Where identities and groups are kept; made when it is missing. One process at a time. */
  readonly directory: string;
  /** Encrypts the keys in the directory. */
  readonly passphrase?: string;
  /** Listens at once; `listen()` does it later. */
  readonly listen?: ListenOptions;
  readonly signal?: AbortSignal;
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
  readonly #listening = new NodeListening(this.#services, () => this.#requireOpen());
  readonly #groups = new Map<string, PeerGroup>();
  /** Groups that are repaired, imported or deleted at this moment. */
  readonly #inWork = new Set<string>();
  readonly #closing = new AbortController();
  readonly #joining: Joining;
  readonly #identities: NodeIdentities;
  #closed: Promise<void> | null = null;

  /** Made by `openNode`. @internal */
  constructor(vault: Vault, directory: string) {
    this.#vault = vault;
    this.#directory = directory;
    this.#identities = new NodeIdentities(vault, this.#services, () => this.#requireOpen());
    this.#joining = new Joining(
      vault,
      this.#services,
      (group, member) => this.#requireNotOpen(group, member),
      this.#closing.signal,
    );
  }

  /** Where others reach this node, `host:port` each; empty while it does not listen. */
  get addresses(): readonly string[] {
    return this.#services.addresses.map(formatAddress);
  }

  /** The identities of this directory, the oldest first. */
  get identities(): readonly Identity[] {
    return this.#identities.list();
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

  /** Makes a name for a new key pair, or for the one that is given. Rejects with `IDENTITY_EXISTS` when that one is here. */
  async createIdentity(options: IdentityOptions = {}): Promise<Identity> {
    return await this.#identities.create(options);
  }

  /**
   * Gives an identity another friendly name; empty for its name itself. The key and the name stay, and so do the
   * memberships that it has: these say what it was called when they were issued. Rejects with `IDENTITY_NOT_FOUND`.
   */
  async renameIdentity(identity: Identity | string, friendlyName: string): Promise<Identity> {
    return await this.#identities.rename(identity, friendlyName);
  }

  /**
   * Whether the keys of the directory, and those of the identity where one is named, can still be read by us and by
   * nobody else. Rejects with `NO_KEY_ACCESS`, `VAULT_CORRUPT` and `IDENTITY_NOT_FOUND`.
   */
  async checkKeys(identity?: Identity | string): Promise<void> {
    await this.#identities.check(identity);
  }

  /** Secret: whoever has the private key is this identity. Throws `IDENTITY_NOT_FOUND`. */
  privateKeyOf(identity: Identity | string): KeyObject {
    return this.#identities.privateKeyOf(identity);
  }

  /** What an identity card says. Throws `IDENTITY_INVALID`. */
  readCard(text: string): CardView {
    this.#requireOpen();
    return readCard(text, this.#services);
  }

  /**
   * What an invitation of any kind says, without joining; also of one that has expired or is not valid yet. That it is
   * whole and signed by whoever issued it is checked: throws `INVITATION_INVALID` and `UNSUPPORTED_VERSION`.
   */
  readInvitation(text: string): InvitationView {
    this.#requireOpen();
    return readInvitationView(text, this.#services);
  }

  /** The same as `Identity.export`. Rejects with `IDENTITY_NOT_FOUND`. */
  async exportIdentity(identity: Identity | string, options: SealOptions): Promise<string> {
    return await this.#identities.export(identity, options);
  }

  /**
   * Takes up an identity that was exported on another machine. It is one member with two nodes then: both may
   * be in one group at once. Rejects with `EXPORT_NOT_OPENED` and `IDENTITY_EXISTS`; nothing has changed then.
   */
  async importIdentity(text: string, options: SealOptions): Promise<Identity> {
    return await this.#identities.import(text, options);
  }

  /**
   * Removes certificate and private key for good: who has no export of it is never this member again. Rejects with
   * `IDENTITY_IN_USE` while it is a member of groups here, and `IDENTITY_NOT_FOUND`.
   */
  async deleteIdentity(identity: Identity | string): Promise<void> {
    await this.#identities.delete(identity);
  }

  /** Makes a group whose creator is the identity, and opens it. */
  async createGroup(options: NamingOptions & GroupOptions = {}): Promise<PeerGroup> {
    this.#requireOpen();
    const records = requireRecordOptions(options, [...CHOICE_KEYS, ...NAMING_KEYS]);
    const creator = certificateOf(chooseIdentity(this.#vault, options.identity), this.#services);
    const group = newGroup(options, creator, this.#services);
    await facingTheWorld(() => this.#vault.putGroup(group));
    return this.#open(group, records);
  }

  /**
   * Becomes a member by an invitation, and opens the group. One that was made for this identity is taken up without
   * talking to anybody. With a ticket, or a password or code and its line, a member that is online and may let us in is
   * asked first; `options` say for how long, and what is told meanwhile. Joining again keeps the membership that
   * begins later.
   *
   * Rejects with `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_NOT_YET_VALID`, `INVITATION_FOR_ANOTHER`,
   * `ALREADY_OPEN`, and when somebody has to be asked with `TICKET_EXPIRED`, `TICKET_USED_UP`, `TICKET_REVOKED`,
   * `NOBODY_CAN_ADMIT`, `WRONG_PASSWORD`, `TOO_MANY_ATTEMPTS`, `JOIN_DENIED`, `JOIN_PENDING`, `MEMBERSHIP_REMOVED`,
   * `CLOCK_SKEW` and `ABORTED`; nothing has changed here then.
   */
  async joinGroup(
    invitation: string,
    options: GroupOptions & JoinOptions = {},
  ): Promise<PeerGroup> {
    this.#requireOpen();
    requireText('invitation', invitation);
    const records = requireRecordOptions(options, [...CHOICE_KEYS, ...JOIN_KEYS]);
    const group = await this.#joining.join(invitation.trim(), requireJoinOptions(options));
    this.#requireOpen();
    this.#requireNotOpen(group.name, group.identity);
    return await this.#openNew(group, records);
  }

  /** Opens a group that was created or joined before; its name may be left out while there is only one. */
  async openGroup(name?: string, options: GroupOptions = {}): Promise<PeerGroup> {
    this.#requireOpen();
    const records = requireRecordOptions(options, CHOICE_KEYS);
    return this.#open(chooseGroup(this.#vault, name, options), records);
  }

  /**
   * Takes up a group that `PeerGroup.exportConfig` wrote, for an identity that is here; `openGroup` opens it. Of a
   * group that is here already the newer membership is kept, and what either copy knows. Rejects with
   * `EXPORT_NOT_OPENED`, `IDENTITY_NOT_FOUND`, `ALREADY_OPEN`, and `ALREADY_EXISTS` without `overwrite`.
   */
  async importGroup(text: string, options: ImportGroupOptions): Promise<GroupSummary> {
    this.#requireOpen();
    requireText('text', text);
    const opened = await openGroupExport(text, options, this.#services);
    this.#requireOpen();
    const group = importedGroup(opened, options, { vault: this.#vault, services: this.#services });
    await this.#whileClosed(group, () => facingTheWorld(() => this.#vault.putGroup(group)));
    const { name, friendlyName, identity } = group;
    return { name, friendlyName, identity };
  }

  /**
   * Removes everything that this node has of a group: membership, keys, addresses, records, and what repairs have
   * put aside. Tells nobody; `PeerGroup.leave` does. Asked for again, it finishes what a crash has cut short.
   * Rejects with `ALREADY_OPEN`, `GROUP_NOT_FOUND`, `DATABASE_IN_USE` and `STORAGE_FAILED`.
   */
  async deleteGroup(name: string, options: IdentityChoice = {}): Promise<void> {
    this.#requireOpen();
    requireText('name', name);
    requireObject('options', options);
    await this.#deleteGroup(chooseGroup(this.#vault, name, options));
  }

  /** Looks the database of a group's records over, open or not, without a change. */
  async checkRecords(name?: string, options: IdentityChoice = {}): Promise<RecordsCheck> {
    this.#requireOpen();
    requireObject('options', options);
    return await checkRecords(
      databasePath(this.#directory, chooseGroup(this.#vault, name, options)),
    );
  }

  /**
   * Repairs the database of a group that is closed: what can be read and verified goes into a new one, the
   * damaged file is kept beside it, and the other members bring the rest. Rejects with `ALREADY_OPEN`,
   * `DATABASE_IN_USE`, `STORAGE_FULL` and the like; then everything is as it was.
   */
  async repairRecords(name?: string, options: IdentityChoice = {}): Promise<RepairSummary> {
    this.#requireOpen();
    requireObject('options', options);
    const stored = chooseGroup(this.#vault, name, options);
    const { publicKey } = membershipOf(stored, this.#services);
    const job = {
      path: databasePath(this.#directory, stored),
      group: stored.name,
      member: stored.identity,
      publicKey,
      ownChain: stored.chain,
      now: this.#services.clock.now().wallTime,
    };
    return await this.#whileClosed(stored, () => repairRecords(job));
  }

  /** Listens for the members of all groups of this node; the addresses at which they reach it. */
  async listen(options: ListenOptions = {}): Promise<readonly string[]> {
    this.#requireOpen();
    await this.#listening.listen(options);
    return this.addresses;
  }

  /** Takes nobody new and frees the ports; connections stay. `listen()` may be called again. */
  async stopListening(): Promise<void> {
    this.#requireOpen();
    await this.#listening.stop();
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
    this.#closing.abort();
    const ends = await Promise.allSettled([
      this.#listening.close(),
      ...[...this.#groups.values()].map((group) => group.close()),
    ]);
    // Whatever failed: a vault that stays open could not be opened again in this process.
    ends.push(...(await Promise.allSettled([this.#vault.close()])));
    for (const end of ends) if (end.status === 'rejected') throw errorOfWorld(end.reason);
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
      remove: () => this.#deleteGroup(stored),
    });
    this.#groups.set(id, group);
    return group;
  }

  /** It is written when it is known that what is stored of it does not keep us out. */
  async #openNew(stored: StoredGroup, records: CheckedRecordOptions): Promise<PeerGroup> {
    const group = this.#open(stored, records);
    try {
      await group.requireMember();
      await facingTheWorld(() => this.#vault.putGroup(stored));
      return group;
    } catch (error) {
      await group.close();
      throw error;
    }
  }

  async #deleteGroup(stored: StoredGroup): Promise<void> {
    await this.#whileClosed(stored, () => removeGroup(this.#directory, stored, this.#vault));
  }

  /** Nobody opens the group meanwhile. */
  async #whileClosed<Value>(
    { name, identity }: Pick<StoredGroup, 'name' | 'identity'>,
    act: () => Promise<Value>,
  ): Promise<Value> {
    this.#requireNotOpen(name, identity);
    const id = groupKeyOf(name, identity);
    this.#inWork.add(id);
    try {
      return await act();
    } finally {
      this.#inWork.delete(id);
    }
  }

  #requireNotOpen(group: string, identity: string): void {
    const id = groupKeyOf(group, identity);
    if (this.#groups.has(id)) throw new PeerGroupError('ALREADY_OPEN', group);
    if (this.#inWork.has(id)) throw new PeerGroupError('ALREADY_OPEN', `${group} is in work.`);
  }

  #requireOpen(): void {
    if (this.#closed !== null) throw new PeerGroupError('NODE_CLOSED', '');
  }
}

function groupKeyOf(group: string, identity: string): string {
  return `${identity}/${group}`;
}
