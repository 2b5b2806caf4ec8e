// Why no link came to be, as the front door reports it for each candidate (docs/errors.md).

import type { RefusalCode } from '../core/domain/refusals.ts';
import type { RefuseReason } from '../core/wire/hello.ts';

export type LinkFailureCode =
  | RefusalCode
  | 'UNREACHABLE'
  | 'TIMED_OUT'
  | 'CONNECTION_REFUSED'
  | 'TOO_MANY_CONNECTIONS'
  | 'ABORTED';

export interface LinkFailure {
  readonly code: LinkFailureCode;
  readonly detail: string;
  /** The far end's own word, when it sent one. */
  readonly reason?: RefuseReason;
}
