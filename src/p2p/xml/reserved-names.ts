// What searches call the fields of a record; no attribute is called so. The documentation lists seven names, one of
// them twice: these six are all.

export type TextField = 'id' | 'type' | 'creator' | 'modifiedBy';
export type DateField = 'createdAt' | 'modifiedAt';

/** What each is in the terms of the API. */
export const RESERVED_NAMES: ReadonlyMap<string, TextField | DateField> = new Map<
  string,
  TextField | DateField
>([
  ['peercreatorid', 'creator'],
  ['peerlastmodifiedby', 'modifiedBy'],
  ['peerrecordid', 'id'],
  ['peerrecordtype', 'type'],
  ['peercreationtime', 'createdAt'],
  ['peerlastmodificationtime', 'modifiedAt'],
]);
