// Direct connections to members and data over any connection.

import {
  dwordOf,
  flagsOf,
  guidOf,
  isUint8Array,
  nameOf,
  ulonglongOf,
  viewOf,
} from '../calls/arguments.ts';
import { Enumeration } from '../calls/enumeration.ts';
import { demand } from '../calls/failure.ts';
import { newEnumerationHandle } from '../calls/new-handle.ts';
import { addressTextOf } from '../connections/addresses.ts';
import type { ConnectionFunctions } from '../surface/connection-functions.ts';
import { PEER_CONNECTION_FLAGS, PEER_GROUP_EVENT_TYPE } from '../surface/enumerations.ts';
import { E_INVALIDARG, PEER_E_CONNECT_SELF } from '../surface/results.ts';
import type { PEER_CONNECTION_INFO } from '../surface/structures.ts';
import type { User } from '../user.ts';

type Functions = Pick<
  ConnectionFunctions,
  | 'PeerGroupEnumConnections'
  | 'PeerGroupOpenDirectConnection'
  | 'PeerGroupCloseDirectConnection'
  | 'PeerGroupSendData'
>;

const DATA_BYTES_MAX = 16_777_216;
const BOTH_KINDS =
  PEER_CONNECTION_FLAGS.PEER_CONNECTION_NEIGHBOR | PEER_CONNECTION_FLAGS.PEER_CONNECTION_DIRECT;

export function connectionFunctions(user: User): Functions {
  return {
    PeerGroupEnumConnections: (hGroup, dwFlags) =>
      user.grouping(() => {
        const { peer } = user.groupHandles.entry(hGroup);
        const flags = flagsOf(dwFlags, BOTH_KINDS);
        const items = peer.isOnline ? peer.connections.list(flags) : [];
        const hPeerEnum = newEnumerationHandle<PEER_CONNECTION_INFO>();
        user.enumerations.add(hPeerEnum, new Enumeration(items));
        return { hPeerEnum };
      }),
    PeerGroupOpenDirectConnection: (hGroup, pwzIdentity, pAddress) =>
      user.grouping(async () => {
        const { peer } = user.groupHandles.entry(hGroup);
        const identity = nameOf(pwzIdentity);
        const address = addressTextOf(pAddress);
        peer.requireOnline();
        const { PEER_GROUP_EVENT_DIRECT_CONNECTION } = PEER_GROUP_EVENT_TYPE;
        demand(identity !== peer.identity, PEER_E_CONNECT_SELF);
        // Or nobody would hear what comes of it.
        demand(peer.events.isAskedFor(PEER_GROUP_EVENT_DIRECT_CONNECTION), E_INVALIDARG);
        await user.node.checkKeys(peer.identity);
        // It may have been closed meanwhile.
        peer.requireOnline();
        return { ullConnectionId: peer.connections.openDirect(identity, address) };
      }),
    PeerGroupCloseDirectConnection: (hGroup, ullConnectionId) =>
      user.grouping(() => {
        const { peer } = user.groupHandles.entry(hGroup);
        const id = ulonglongOf(ullConnectionId);
        peer.requireOnline();
        peer.connections.closeDirect(id);
        return {};
      }),
    PeerGroupSendData: (hGroup, ullConnectionId, pType, cbData, pvData) =>
      user.grouping(() => {
        const { peer } = user.groupHandles.entry(hGroup);
        const id = ulonglongOf(ullConnectionId);
        const type = guidOf(pType);
        const bytes = firstBytes(pvData, dwordOf(cbData));
        peer.requireOnline();
        const sent = peer.connections.send(id, type, bytes);
        return sent === null ? {} : sent.then(nothing);
      }),
  };
}

/** The caller's own memory, and nothing else of what the caller made of it. */
function firstBytes(value: unknown, count: number): Uint8Array {
  demand(isUint8Array(value) && count <= DATA_BYTES_MAX, E_INVALIDARG);
  return viewOf(value, count);
}

function nothing(): object {
  return {};
}
