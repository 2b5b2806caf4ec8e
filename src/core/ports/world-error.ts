// What the world does to us (disk, network, permission), thrown by adapters and by nobody else. The
// code is for programs, message and hint are for people; neither ever holds a secret.

/** Codes are for good: programs branch on them, and docs/errors.md lists each one. */
export type WorldErrorCode =
  /** Another process, or another opener in this one, has the vault; `details.pid` when it is known. */
  | 'VAULT_IN_USE'
  /** A file or directory with secrets that others can read, or that we cannot. */
  | 'NO_KEY_ACCESS'
  /** A file of the vault that the vault did not write, or not in this form. */
  | 'VAULT_CORRUPT'
  /** Also for a passphrase given to a vault that has none. */
  | 'WRONG_PASSPHRASE'
  | 'PASSPHRASE_NEEDED'
  /** Written by a later release. */
  | 'VAULT_TOO_NEW'
  /** Any other failure of the file system: `details.path`, and `details.errno` as `ENOSPC`. */
  | 'STORAGE_FAILED'
  /** The disk, or what we may use of it, is full. */
  | 'STORAGE_FULL'
  /** A database of records that is none, or that a disk has spoilt; `details.reason`. */
  | 'DATABASE_CORRUPT'
  /** Another process, or another opener in this one, has the database of records. */
  | 'DATABASE_IN_USE'
  /** A database of records of another group, member or application; `details.what`. */
  | 'DATABASE_OF_ANOTHER'
  /** Written by a later release. */
  | 'DATABASE_TOO_NEW'
  /** An export file that is none, or that is not as it was written; `details.reason`. */
  | 'EXPORT_DAMAGED'
  | 'IDENTITY_NOT_FOUND'
  | 'GROUP_NOT_FOUND'
  /** An identity with the same key is here already. */
  | 'IDENTITY_EXISTS'
  /** An identity that is still a member of groups here; `details.groups` names them. */
  | 'IDENTITY_IN_USE'
  | 'ADDRESS_IN_USE'
  | 'LISTEN_FAILED';

export interface WorldErrorOptions {
  /** What the user can do about it, with the exact command where there is one. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

export class WorldError extends Error {
  override readonly name = 'WorldError';
  readonly code: WorldErrorCode;
  readonly hint?: string;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: WorldErrorCode, message: string, options: WorldErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    this.details = options.details ?? {};
  }
}
