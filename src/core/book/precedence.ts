// Which of two versions of a record counts (protocol.md §12.6). The order is total and depends on the
// two versions alone, so all members end with the same one, whatever order they hear of them in.

import { compareBytes } from '../base/bytes.ts';
import type { RecordContent } from '../domain/records.ts';

/** What the order looks at. */
export interface Version {
  readonly content: Pick<RecordContent, 'version' | 'isDeleted' | 'modifiedAt'>;
  readonly hash: Uint8Array;
}

/** Above 0 when `a` counts and `b` does not; 0 only for one and the same version. */
export function comparePrecedence(a: Version, b: Version): number {
  return (
    a.content.version - b.content.version ||
    Number(a.content.isDeleted) - Number(b.content.isDeleted) ||
    a.content.modifiedAt - b.content.modifiedAt ||
    compareBytes(a.hash, b.hash)
  );
}
