// What all enumerations share: reading, counting and ending them. And PeerFreeData, which has nothing to do here.

import { dwordOf } from '../calls/arguments.ts';
import type { HPEERENUM, ULONG } from '../surface/basic-types.ts';
import type { IdentityFunctions } from '../surface/identity-functions.ts';
import { S_OK } from '../surface/results.ts';
import type { User } from '../user.ts';

type CommonFunctions = Pick<
  IdentityFunctions,
  'PeerGetNextItem' | 'PeerGetItemCount' | 'PeerEndEnumeration' | 'PeerFreeData'
>;

export function commonFunctions(user: User): CommonFunctions {
  return {
    PeerGetNextItem: <Item>(hPeerEnum: HPEERENUM<Item>, pCount: ULONG | null) =>
      user.call(() => nextItems<Item>(user, hPeerEnum, pCount)),
    PeerGetItemCount: (hPeerEnum) =>
      user.call(() => ({ pCount: user.enumerations.entry(hPeerEnum).total })),
    PeerEndEnumeration: (hPeerEnum) => user.call(() => endEnumeration(user, hPeerEnum)),
    // Memory is released by itself, after close() as well.
    PeerFreeData: () => Promise.resolve({ hr: S_OK }),
  };
}

function nextItems<Item>(
  user: User,
  hPeerEnum: HPEERENUM<Item>,
  pCount: unknown,
): { readonly pCount: ULONG; readonly ppvItems: Item[] } {
  const enumeration = user.enumerations.entry(hPeerEnum);
  const ppvItems = [...enumeration.next(dwordOf(pCount))] as Item[];
  return { pCount: ppvItems.length, ppvItems };
}

function endEnumeration(user: User, hPeerEnum: HPEERENUM): object {
  user.enumerations.entry(hPeerEnum);
  user.enumerations.remove(hPeerEnum);
  return {};
}
