// The functions of records: add, change, delete, read, enumerate and search (p2p.h: PeerGroupAddRecord and so on).

import type { PeerGroup, RecordUpdate, SharedRecord } from '../../api/index.ts';
import { guidOf, textOf } from '../calls/arguments.ts';
import { Enumeration } from '../calls/enumeration.ts';
import { demand, Failure } from '../calls/failure.ts';
import { translated } from '../calls/hresult-of.ts';
import { newEnumerationHandle } from '../calls/new-handle.ts';
import { isAdministrator } from '../invitations/roles.ts';
import type { LocalPeer } from '../peers/local-peer.ts';
import { flagsOfRecord, peerRecordOf } from '../records/peer-record.ts';
import {
  isReservedType,
  type RecordToUpdate,
  recordToAdd,
  recordToUpdate,
} from '../records/record-arguments.ts';
import { recordsFound, recordsOfType } from '../records/record-snapshot.ts';
import type { GUID, HPEERENUM } from '../surface/basic-types.ts';
import type { RecordFunctions } from '../surface/record-functions.ts';
import {
  E_INVALIDARG,
  PEER_E_INVALID_RECORD,
  PEER_E_INVALID_RECORD_EXPIRATION,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_RECORD_NOT_FOUND,
} from '../surface/results.ts';
import type { PEER_RECORD } from '../surface/structures.ts';
import type { User } from '../user.ts';
import { attributesXml, isTooLongForAttributes, readAttributesXml } from '../xml/attributes-xml.ts';
import { readSearchXml } from '../xml/search-xml.ts';

type FoundRecords = { readonly hPeerEnum: HPEERENUM<PEER_RECORD> };

/** The last second of a membership counts whole. */
const LAST_SECOND_MS = 999;
/** A clock that is ahead of ours by minutes has changed the record, and ours is not there yet. */
const WORDS = { RECORD_INVALID: PEER_E_INVALID_RECORD } as const;

export function recordFunctions(user: User): RecordFunctions {
  return {
    PeerGroupAddRecord: (hGroup, pRecord) => user.grouping(() => addRecord(user, hGroup, pRecord)),
    PeerGroupUpdateRecord: (hGroup, pRecord) =>
      user.grouping(() => updateRecord(user, hGroup, pRecord)),
    PeerGroupDeleteRecord: (hGroup, pRecordId) =>
      user.grouping(() => deleteRecord(user, hGroup, pRecordId)),
    PeerGroupGetRecord: (hGroup, pRecordId) =>
      user.grouping(() => getRecord(user, hGroup, pRecordId)),
    PeerGroupEnumRecords: (hGroup, pRecordType) =>
      user.grouping(() => enumRecords(user, hGroup, pRecordType)),
    PeerGroupSearchRecords: (hGroup, pwzCriteria) =>
      user.grouping(() => searchRecords(user, hGroup, pwzCriteria)),
  };
}

async function addRecord(
  user: User,
  hGroup: unknown,
  pRecord: unknown,
): Promise<{ readonly pRecordId: GUID }> {
  const { peer } = user.groupHandles.entry(hGroup);
  const { type, dwFlags, expiresAtMs, attributes, data } = recordToAdd(pRecord);
  const group = peer.requireReady();
  demand(!isReservedType(type), PEER_E_NOT_AUTHORIZED);
  const record = {
    type,
    data,
    attributes,
    expiresAt: new Date(expiresAtMs),
    autoRefresh: dwFlags !== 0,
  };
  const { id } = await translated(WORDS, () => group.records.add(record));
  return { pRecordId: id };
}

async function updateRecord(user: User, hGroup: unknown, pRecord: unknown): Promise<object> {
  const { peer } = user.groupHandles.entry(hGroup);
  const given = recordToUpdate(pRecord);
  // Longer ones may still be what was read, which is judged below.
  if (!isTooLongForAttributes(given.attributesText)) readAttributesXml(given.attributesText);
  const group = peer.requireReady();
  const current = await changeableRecord(group, peer, given.id);
  const isSameKind = given.type === current.type && given.dwFlags === flagsOfRecord(current);
  demand(isSameKind, E_INVALIDARG);
  const update = updateOf(group, given, current);
  await translated(WORDS, () => group.records.update(given.id, update));
  return {};
}

/** Whoever may not change it is told so before anything else that is wrong. */
async function changeableRecord(
  { membership, records }: PeerGroup,
  { identity, role }: LocalPeer,
  id: GUID,
): Promise<SharedRecord> {
  const isOver = Date.now() > membership.notAfter.getTime() + LAST_SECOND_MS;
  demand(!isOver, PEER_E_NOT_AUTHORIZED);
  const current = await records.get(id);
  if (current === undefined) throw new Failure(PEER_E_RECORD_NOT_FOUND);
  demand(isAdministrator(role) || current.creator === identity, PEER_E_NOT_AUTHORIZED);
  return current;
}

/** What is as before is left out: an end that was right when it was said stays so. */
function updateOf(
  { membership }: PeerGroup,
  { expiresAtMs, attributesText, data }: RecordToUpdate,
  current: SharedRecord,
): RecordUpdate {
  const currentMs = current.expiresAt.getTime();
  const lastMs = Math.max(currentMs, membership.notAfter.getTime() + LAST_SECOND_MS);
  demand(currentMs <= expiresAtMs && expiresAtMs <= lastMs, PEER_E_INVALID_RECORD_EXPIRATION);
  const isSameText = attributesText === attributesXml(current.attributes);
  return {
    data,
    ...(isSameText ? {} : { attributes: readAttributesXml(attributesText) }),
    ...(expiresAtMs === currentMs ? {} : { expiresAt: new Date(expiresAtMs) }),
  };
}

async function deleteRecord(user: User, hGroup: unknown, pRecordId: unknown): Promise<object> {
  const { peer } = user.groupHandles.entry(hGroup);
  const id = guidOf(pRecordId);
  const group = peer.requireReady();
  await changeableRecord(group, peer, id);
  await translated(WORDS, () => group.records.delete(id));
  return {};
}

async function getRecord(
  user: User,
  hGroup: unknown,
  pRecordId: unknown,
): Promise<{ readonly pRecord: PEER_RECORD }> {
  const { peer } = user.groupHandles.entry(hGroup);
  const id = guidOf(pRecordId);
  const record = await peer.requireReady().records.get(id);
  if (record === undefined) throw new Failure(PEER_E_RECORD_NOT_FOUND);
  return { pRecord: await peerRecordOf(record) };
}

/** Also before the first synchronisation: there is nothing then, but for what was imported. */
async function enumRecords(
  user: User,
  hGroup: unknown,
  pRecordType: unknown,
): Promise<FoundRecords> {
  const { peer } = user.groupHandles.entry(hGroup);
  const isAll = pRecordType === null || pRecordType === undefined;
  const type = isAll ? null : guidOf(pRecordType);
  const { group } = peer;
  return enumerationOf(user, group === null ? [] : await recordsOfType(group, type));
}

async function searchRecords(
  user: User,
  hGroup: unknown,
  pwzCriteria: unknown,
): Promise<FoundRecords> {
  const { peer } = user.groupHandles.entry(hGroup);
  const steps = readSearchXml(textOf(pwzCriteria));
  const { group } = peer;
  return enumerationOf(user, group === null ? [] : await recordsFound(group, steps));
}

function enumerationOf(user: User, records: readonly PEER_RECORD[]): FoundRecords {
  const handle = newEnumerationHandle<PEER_RECORD>();
  user.enumerations.add(handle, new Enumeration(records));
  return { hPeerEnum: handle };
}
