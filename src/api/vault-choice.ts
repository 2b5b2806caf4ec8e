// Which identity and which group of a vault are meant: a choice may be left out where there is only one.

import type { StoredIdentity } from '../adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import type { Vault } from '../adapters/vault/vault.ts';
import type { Identity } from './identity.ts';
import { invalidArgument, PeerGroupError } from './peer-group-error.ts';

export interface IdentityChoice {
  /** Which identity of this node; may be left out while there is only one. */
  readonly identity?: Identity | string;
}

/** Throws `IDENTITY_NOT_FOUND`, and `INVALID_ARGUMENT` when there are several and none is chosen. */
export function chooseIdentity(
  vault: Vault,
  choice: Identity | string | undefined,
): StoredIdentity {
  const identities = vault.identities();
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

/** Throws `GROUP_NOT_FOUND`, `IDENTITY_NOT_FOUND`, and `INVALID_ARGUMENT` when several groups fit. */
export function chooseGroup(
  vault: Vault,
  name: string | undefined,
  { identity }: IdentityChoice,
): StoredGroup {
  const identities =
    identity === undefined ? vault.identities() : [chooseIdentity(vault, identity)];
  const groups = identities.flatMap((each) => vault.groups(each.name));
  const [group, another] = groups.filter((each) => name === undefined || each.name === name);
  if (group === undefined) throw new PeerGroupError('GROUP_NOT_FOUND', name ?? '');
  if (another !== undefined)
    throw invalidArgument('name and identity', 'a choice among several groups');
  return group;
}
