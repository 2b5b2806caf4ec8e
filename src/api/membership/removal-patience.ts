// Who gets a smaller role loses the membership of the larger one, and the new one may come a moment later: nobody is
// told of a removal that may be no more than that, before there was time for it.

import type { Removal } from '../../core/domain/security.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { SecurityState } from '../../core/security/security-state.ts';

/** As long as the graph waits before it parts with somebody for it. */
const ROLE_CHANGE_MS = 5_000;

/** True when it may be the first half of a change of role. */
export function mayBeOfRole({ statement }: Removal, state: SecurityState): boolean {
  const body = state.findStatement(statement)?.body;
  return body?.kind === 'revocation' && body.scope === 'certificates';
}

export class RemovalPatience {
  readonly #clock: Clock;
  readonly #look: () => void;
  #cancel: (() => void) | null = null;

  /** `look` is called when what was waited for had time enough to come. */
  constructor(clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
  }

  begin(): void {
    this.#cancel ??= this.#clock.wakeAfter(ROLE_CHANGE_MS, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
