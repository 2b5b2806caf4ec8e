// Tells once that our own membership is gone, and not when it only gave way to one of another role.

import type { Membership } from '../../core/domain/membership.ts';
import type { Removal } from '../../core/domain/security.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { mayBeOfRole, RemovalPatience } from './removal-patience.ts';

export interface OwnRemovalParts {
  readonly clock: Clock;
  readonly own: () => Membership;
  readonly state: () => SecurityState;
  readonly onRemoved: (removal: Removal) => void;
}

export class OwnRemoval {
  readonly #parts: OwnRemovalParts;
  readonly #patience: RemovalPatience;
  #isTold: boolean;

  /** What has happened before is told to nobody. */
  constructor(parts: OwnRemovalParts) {
    this.#parts = parts;
    this.#patience = new RemovalPatience(parts.clock, () => this.#look(true));
    this.#isTold = parts.state().removalOf(parts.own()) !== null;
  }

  /** What counts is another than before. */
  onSecurity(): void {
    this.#look(false);
  }

  close(): void {
    this.#patience.close();
  }

  #look(isLate: boolean): void {
    const { own, state, onRemoved } = this.#parts;
    const removal = state().removalOf(own());
    if (removal === null) {
      this.#isTold = false;
    } else if (!this.#isTold && !isLate && mayBeOfRole(removal, state())) {
      this.#patience.begin();
    } else if (!this.#isTold) {
      this.#isTold = true;
      onRemoved(removal);
    }
  }
}
