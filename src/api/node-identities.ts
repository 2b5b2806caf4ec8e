// The identities of a node: makes them, renames them, carries them elsewhere and takes them away. What is
// acknowledged is in the vault.

import type { KeyObject } from 'node:crypto';
import { SigningKey } from '../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../adapters/vault/identity-shelf.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import { wallTimeOf } from '../core/base/time.ts';
import type { IdentityCertificate } from '../core/domain/certificates.ts';
import { requireFriendlyName, requireText } from './arguments.ts';
import { Identity } from './identity.ts';
import { exportIdentity, openIdentityExport } from './moving/identity-export.ts';
import type { SealOptions } from './moving/sealed-text.ts';
import type { NodeServices } from './node-services.ts';
import { facingTheWorld, invalidArgument } from './peer-group-error.ts';
import { chooseIdentity } from './vault-choice.ts';
import {
  certificateOf,
  type IdentityOptions,
  newIdentity,
  renamedIdentity,
} from './vault-entries.ts';

export class NodeIdentities {
  readonly #vault: Vault;
  readonly #services: NodeServices;
  /** Throws `NODE_CLOSED`. */
  readonly #requireOpen: () => void;
  readonly #known = new WeakMap<StoredIdentity, Identity>();

  constructor(vault: Vault, services: NodeServices, requireOpen: () => void) {
    this.#vault = vault;
    this.#services = services;
    this.#requireOpen = requireOpen;
  }

  list(): readonly Identity[] {
    return this.#vault.identities().map((stored) => this.#verified(stored));
  }

  async create(options: IdentityOptions): Promise<Identity> {
    this.#requireOpen();
    const { stored, certificate } = newIdentity(options, this.#services);
    await facingTheWorld(() => this.#vault.addIdentity(this.#asNewest(stored)));
    return this.#identityOf(certificate);
  }

  async check(identity: Identity | string | undefined): Promise<void> {
    this.#requireOpen();
    const name = identity === undefined ? null : chooseIdentity(this.#vault, identity).name;
    await facingTheWorld(() => this.#vault.checkAccess(name));
  }

  async rename(identity: Identity | string, friendlyName: string): Promise<Identity> {
    this.#requireOpen();
    if (typeof friendlyName !== 'string') throw invalidArgument('friendlyName', 'text');
    requireFriendlyName('friendlyName', friendlyName);
    const stored = chooseIdentity(this.#vault, identity);
    const certificate = renamedIdentity(stored, friendlyName, this.#services);
    await facingTheWorld(() =>
      this.#vault.replaceIdentityCertificate(stored.name, certificate.der),
    );
    return this.#identityOf(certificate);
  }

  privateKeyOf(identity: Identity | string): KeyObject {
    this.#requireOpen();
    return SigningKey.fromPkcs8(chooseIdentity(this.#vault, identity).key).privateKey;
  }

  async export(identity: Identity | string, options: SealOptions): Promise<string> {
    this.#requireOpen();
    return await exportIdentity(chooseIdentity(this.#vault, identity), options);
  }

  async import(text: string, options: SealOptions): Promise<Identity> {
    this.#requireOpen();
    requireText('text', text);
    const { stored, certificate } = await openIdentityExport(text, options, this.#services);
    this.#requireOpen();
    await facingTheWorld(() => this.#vault.addIdentity(this.#asNewest(stored)));
    return this.#identityOf(certificate);
  }

  async delete(identity: Identity | string): Promise<void> {
    this.#requireOpen();
    const { name } = chooseIdentity(this.#vault, identity);
    await facingTheWorld(() => this.#vault.removeIdentity(name));
  }

  /** Whatever the clock says: the oldest identity is the one that came first. */
  #asNewest(stored: StoredIdentity): StoredIdentity {
    const newest = this.#vault.identities().at(-1);
    if (newest === undefined || newest.createdAt < stored.createdAt) return stored;
    return { ...stored, createdAt: wallTimeOf(newest.createdAt + 1) };
  }

  /** What is stored does not change: a new certificate is stored as a new one. */
  #verified(stored: StoredIdentity): Identity {
    const known = this.#known.get(stored);
    if (known !== undefined) return known;
    const identity = this.#identityOf(certificateOf(stored, this.#services));
    this.#known.set(stored, identity);
    return identity;
  }

  #identityOf(certificate: IdentityCertificate): Identity {
    return new Identity(certificate, (options) => this.export(certificate.subject, options));
  }
}
