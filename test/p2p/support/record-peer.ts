// Records in tests: added, read and found by a test peer, and the events about them.

import assert from 'node:assert/strict';

import {
  type PEER_EVENT_RECORD_CHANGE_DATA,
  PEER_GROUP_EVENT_TYPE,
  type PEER_RECORD,
  PEER_RECORD_CHANGE_TYPE,
  type PEER_RECORD_TO_ADD,
} from '../../../src/p2p/index.ts';
import { given, items, ok, TestPeer } from './test-peer.ts';

export const NOTE = '0a5b1c00-54a6-4e0b-9c55-0f6a1f1d7e01';
export const OTHER = '0a5b1c00-54a6-4e0b-9c55-0f6a1f1d7e02';

const UNIX_EPOCH = 116_444_736_000_000_000n;
const { PEER_GROUP_EVENT_RECORD_CHANGED } = PEER_GROUP_EVENT_TYPE;

/** A moment of this machine as a FILETIME. */
export function filetimeIn(ms: number): bigint {
  return BigInt(Date.now() + ms) * 10_000n + UNIX_EPOCH;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A note that lives for an hour. */
export function note(fields: Partial<PEER_RECORD_TO_ADD> = {}): PEER_RECORD_TO_ADD {
  return { type: NOTE, ftExpiration: filetimeIn(3_600_000), ...fields };
}

export async function added(
  peer: TestPeer,
  fields: Partial<PEER_RECORD_TO_ADD> = {},
): Promise<string> {
  return given(ok(await peer.p2p.PeerGroupAddRecord(peer.hGroup, note(fields))).pRecordId);
}

export async function read(peer: TestPeer, id: string): Promise<PEER_RECORD> {
  return given(ok(await peer.p2p.PeerGroupGetRecord(peer.hGroup, id)).pRecord);
}

export async function updated(
  peer: TestPeer,
  id: string,
  fields: Partial<PEER_RECORD>,
): Promise<void> {
  const record = await read(peer, id);
  ok(await peer.p2p.PeerGroupUpdateRecord(peer.hGroup, { ...record, ...fields }));
}

export async function listed(
  peer: TestPeer,
  type: string | null = null,
): Promise<readonly PEER_RECORD[]> {
  const { hPeerEnum } = ok(await peer.p2p.PeerGroupEnumRecords(peer.hGroup, type));
  return items(peer.p2p, given(hPeerEnum));
}

/** The ids of what a query finds, in their order. */
export async function foundIds(peer: TestPeer, criteria: string): Promise<readonly string[]> {
  const { hPeerEnum } = ok(await peer.p2p.PeerGroupSearchRecords(peer.hGroup, criteria));
  const found = await items<PEER_RECORD>(peer.p2p, given(hPeerEnum));
  return found.map(({ id }) => id).sort();
}

type Change = keyof typeof PEER_RECORD_CHANGE_TYPE;

/** The next event about the record (or about any), which has to be of this kind. */
export async function nextChange(
  peer: TestPeer,
  kind: Change,
  id: string | null = null,
  timeoutMs?: number,
): Promise<PEER_EVENT_RECORD_CHANGE_DATA> {
  const { recordChangeData } = await peer.next(
    PEER_GROUP_EVENT_RECORD_CHANGED,
    ({ recordChangeData: change }) => id === null || change.recordId === id,
    timeoutMs,
  );
  assert.equal(recordChangeData.changeType, PEER_RECORD_CHANGE_TYPE[kind]);
  return recordChangeData;
}

/** The kinds of the events about the record that are there and nobody has waited for. */
export async function changesOf(peer: TestPeer, id: string): Promise<readonly number[]> {
  const kinds: number[] = [];
  for (const event of await peer.drain()) {
    if (event.eventType !== PEER_GROUP_EVENT_RECORD_CHANGED) continue;
    if (event.recordChangeData.recordId === id) kinds.push(event.recordChangeData.changeType);
  }
  return kinds;
}

/** Offline: the handle is closed, which was its last, and another one opened. */
export async function offline(peer: TestPeer, group: string): Promise<TestPeer> {
  ok(await peer.p2p.PeerGroupClose(peer.hGroup));
  const { hGroup } = ok(await peer.p2p.PeerGroupOpen(peer.identity, group, null));
  return TestPeer.of(peer.machine, { identity: peer.identity, hGroup: given(hGroup) });
}

export async function groupNameOf(peer: TestPeer): Promise<string> {
  const { pProperties } = ok(await peer.p2p.PeerGroupGetProperties(peer.hGroup));
  return given(given(pProperties).pwzGroupPeerName ?? undefined);
}
