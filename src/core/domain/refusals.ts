// What can be wrong with something that others gave us, as a value. `Verdict` is what every judge
// returns; the codes are also those of `PeerGroupError` at the front door (docs/errors.md).

export interface Refusal {
  readonly code: RefusalCode;
  /** For people: what exactly, with the figures. */
  readonly detail: string;
}

export type Verdict<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a judge in core may say. */
export type RefusalCode =
  | 'CHAIN_TOO_LONG'
  | 'CHAIN_INVALID'
  | 'CIRCULAR_CHAIN'
  | 'LIFETIME_INVALID'
  | 'MEMBERSHIP_EXPIRED'
  | 'MEMBERSHIP_NOT_YET_VALID'
  | 'MEMBERSHIP_REMOVED'
  | 'IDENTITY_INVALID'
  | 'INVITATION_INVALID'
  | 'INVITATION_EXPIRED'
  | 'INVITATION_NOT_YET_VALID'
  | 'INVITATION_FOR_ANOTHER'
  | 'TICKET_EXPIRED'
  | 'PASSWORD_INVALID'
  | 'NOT_AUTHORIZED'
  | 'WRONG_GROUP'
  | 'WRONG_IDENTITY'
  | 'NOT_AUTHENTICATED'
  | 'UNSUPPORTED_VERSION'
  | 'INVALID_SEARCH'
  | 'INVALID_PATTERN'
  | 'PROTOCOL_VIOLATION'
  | 'RECORD_INVALID'
  | 'RECORD_NOT_FOUND'
  | 'RECORD_EXPIRED'
  | 'RECORD_TOO_LARGE'
  | 'ATTRIBUTES_INVALID'
  | 'TOO_MANY_ATTRIBUTES'
  | 'EXPIRATION_INVALID'
  | 'QUOTA_EXCEEDED';

export function accept<Value>(value: Value): Verdict<Value> {
  return { ok: true, value };
}

export function refuse(code: RefusalCode, detail: string): Verdict<never> {
  return { ok: false, refusal: { code, detail } };
}
