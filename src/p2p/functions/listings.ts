// The identities of this user, and the groups of one of them, as enumerations of name pairs.

import { nameOf } from '../calls/arguments.ts';
import { Enumeration } from '../calls/enumeration.ts';
import { newEnumerationHandle } from '../calls/new-handle.ts';
import type { HPEERENUM } from '../surface/basic-types.ts';
import type { IdentityFunctions } from '../surface/identity-functions.ts';
import type { PEER_NAME_PAIR } from '../surface/structures.ts';
import type { User } from '../user.ts';

type ListingFunctions = Pick<IdentityFunctions, 'PeerEnumIdentities' | 'PeerEnumGroups'>;

interface Named {
  readonly name: string;
  /** Empty for one that has none. */
  readonly friendlyName: string;
}

export function listingFunctions(user: User): ListingFunctions {
  return {
    PeerEnumIdentities: () => user.call(() => namePairs(user, user.identities.all())),
    PeerEnumGroups: (pwzIdentity) =>
      user.call(() => {
        const { name } = user.identities.named(nameOf(pwzIdentity));
        return namePairs(user, groupsOf(user, name));
      }),
  };
}

function namePairs(
  user: User,
  all: readonly Named[],
): { readonly hPeerEnum: HPEERENUM<PEER_NAME_PAIR> } {
  const items: readonly PEER_NAME_PAIR[] = all.map(({ name, friendlyName }) => ({
    pwzPeerName: name,
    pwzFriendlyName: friendlyName === '' ? name : friendlyName,
  }));
  const hPeerEnum = newEnumerationHandle<PEER_NAME_PAIR>();
  user.enumerations.add(hPeerEnum, new Enumeration(items));
  return { hPeerEnum };
}

/** Joined, imported or made, and those that a password join has prepared. */
function groupsOf({ node, memory, peers }: User, identity: string): readonly Named[] {
  const memberOf = node.groups
    .filter((each) => each.identity === identity)
    .map(({ name, friendlyName }): Named => {
      const open = peers.find(identity, name)?.group?.friendlyName;
      return { name, friendlyName: open ?? memory.groupNameOf(identity, name) ?? friendlyName };
    });
  const names = new Set(memberOf.map(({ name }) => name));
  const prepared = memory.now.passwordJoins
    .filter((each) => each.identity === identity && !names.has(each.group))
    .map(({ group, friendlyName }): Named => ({ name: group, friendlyName }));
  return [...memberOf, ...prepared];
}
