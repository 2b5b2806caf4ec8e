// What a direct line is made of and works with.

import type { WallTime } from '../core/base/time.ts';
import type { ConnectionId } from '../core/direct/switchboard.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Allocate } from '../core/wire/frame-reader.ts';
import type { GatherPool } from './gather-pool.ts';
import type { AuthenticatedLink } from './link-handshake.ts';

export interface LineTools {
  readonly clock: Clock;
  readonly pool: GatherPool;
  readonly allocate: Allocate;
}

/** What belongs to one line. */
export interface LineParts {
  readonly id: ConnectionId;
  readonly link: AuthenticatedLink;
  /** When the first of the two memberships ends, or of those that they were renewed by since. */
  readonly validUntil: () => WallTime;
}
