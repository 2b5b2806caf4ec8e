// Keeps the leases of an open group, and in the vault the membership that its member acts under.

import { SigningKey } from '../adapters/crypto/signing-key.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import type { OwnMembership } from '../core/security/own-membership.ts';
import { LeaseKeeper, type LeaseKeeperParts } from '../engine/lease-keeper.ts';
import type { NodeServices } from './node-services.ts';

export interface KeepingParts
  extends Pick<
    LeaseKeeperParts,
    'store' | 'membershipOf' | 'removalOf' | 'learn' | 'present' | 'onFailed'
  > {
  readonly own: OwnMembership;
  /** Of the member. */
  readonly key: SigningKey;
  readonly group: StoredGroup;
  readonly vault: Vault;
  readonly services: NodeServices;
}

export interface LeaseKeeping {
  readonly keeper: LeaseKeeper;
  /** Nothing is renewed any more; resolves when the vault has the membership that counts. */
  readonly close: () => Promise<void>;
}

export function keepLeases(parts: KeepingParts): LeaseKeeping {
  const { own, key, group, vault, services } = parts;
  const { issuer, clock, crypto } = services;
  let saved: Promise<void> = Promise.resolve();
  const stop = own.subscribe(({ member, group: name, chain }) => {
    const certificates = chain.map(({ der }) => der);
    // The database has it, from where it is taken up again: a full disk or a group that is being deleted costs nothing.
    saved = vault.replaceMembership(member, name, certificates).catch(() => undefined);
  });
  const keeper = new LeaseKeeper({
    ...parts,
    signer: key,
    groupKey: group.groupKey === null ? null : SigningKey.fromPkcs8(group.groupKey),
    issuer,
    clock,
    crypto,
  });
  return {
    keeper,
    close: () => {
      keeper.close();
      stop();
      return saved;
    },
  };
}
