// The identities of this user: which there are, which is the default one, and which were deleted. Changes come one
// after the other, so that the limit holds and no name is deleted and present at once.

import type { KeyObject } from 'node:crypto';

import type { Identity, PeerNode } from '../../api/index.ts';
import { demand, Failure } from '../calls/failure.ts';
import { Turns } from '../calls/turns.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import {
  PEER_E_GROUPS_EXIST,
  PEER_E_NOT_FOUND,
  PEER_E_TOO_MANY_IDENTITIES,
} from '../surface/results.ts';
import type { UserMemory } from '../user-memory.ts';

/** No figure is documented, only that there is one. */
const COUNT_MAX = 256;

export interface NewIdentity {
  readonly classifier: string;
  readonly friendlyName: string;
  /** Null makes a new one. */
  readonly key: KeyObject | null;
}

const UNNAMED: NewIdentity = { classifier: '', friendlyName: '', key: null };

export class LocalIdentities {
  readonly #node: PeerNode;
  readonly #memory: UserMemory;
  readonly #turns = new Turns();

  constructor(node: PeerNode, memory: UserMemory) {
    this.#node = node;
    this.#memory = memory;
  }

  /** The oldest first. */
  all(): readonly Identity[] {
    return this.#node.identities;
  }

  /** Throws PEER_E_NOT_FOUND, or `otherwise`. */
  named(name: string, otherwise: HRESULT = PEER_E_NOT_FOUND): Identity {
    const found = this.all().find((each) => each.name === name);
    if (found === undefined) throw new Failure(otherwise);
    return found;
  }

  /** The oldest one that is still there. Throws PEER_E_NOT_FOUND when there is none. */
  default(): Identity {
    const [oldest] = this.all();
    if (oldest === undefined) throw new Failure(PEER_E_NOT_FOUND);
    return oldest;
  }

  /**
   * The same when its keys can be read by us and by nobody else. Rejects with PEER_E_NOT_FOUND, PEER_E_NO_KEY_ACCESS
   * and PEER_E_CERT_STORE_CORRUPTED.
   */
  async withKeys(name: string): Promise<Identity> {
    const identity = this.named(name);
    await this.#node.checkKeys(name);
    return identity;
  }

  create(wish: NewIdentity): Promise<Identity> {
    return this.#turns.run(() => this.#create(wish));
  }

  /** The oldest one, made when there is none. */
  defaultOrNew(): Promise<Identity> {
    return this.#turns.run(() => this.all()[0] ?? this.#create(UNNAMED));
  }

  import(sealed: string, password: string): Promise<Identity> {
    return this.#turns.run(async () => {
      this.#requireRoom();
      await this.#node.checkKeys();
      return await this.#added(await this.#node.importIdentity(sealed, { password }));
    });
  }

  delete(name: string): Promise<void> {
    return this.#turns.run(async () => {
      this.named(name);
      // A group that is only prepared has no membership yet that the node knows of.
      const isJoining = this.#memory.now.passwordJoins.some(({ identity }) => identity === name);
      demand(!isJoining, PEER_E_GROUPS_EXIST);
      await this.#node.deleteIdentity(name);
      await this.#memory.change(({ deletedIdentities }) => ({
        deletedIdentities: [...without(deletedIdentities, name), name],
      }));
    });
  }

  async #create({ classifier, friendlyName, key }: NewIdentity): Promise<Identity> {
    this.#requireRoom();
    await this.#node.checkKeys();
    const options = { classifier, friendlyName, ...(key === null ? {} : { key }) };
    return await this.#added(await this.#node.createIdentity(options));
  }

  async #added(identity: Identity): Promise<Identity> {
    const { name } = identity;
    if (this.#memory.now.deletedIdentities.includes(name)) {
      await this.#memory.change(({ deletedIdentities }) => ({
        deletedIdentities: without(deletedIdentities, name),
      }));
    }
    return identity;
  }

  #requireRoom(): void {
    demand(this.all().length < COUNT_MAX, PEER_E_TOO_MANY_IDENTITIES);
  }
}

function without(names: readonly string[], name: string): readonly string[] {
  return names.filter((each) => each !== name);
}
