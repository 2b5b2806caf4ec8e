// What members find each other by: the present secret, and those before it, by which who was away still finds in and
// is found. Kept in the vault; the door answers to all of them for as long as a lease.

import type { StoredGroup } from '../../adapters/vault/stored-group.ts';
import {
  ANSWERED_MS,
  type EarlierSecret,
  withEarlierSecret,
} from '../../adapters/vault/stored-secrets.ts';
import type { Vault } from '../../adapters/vault/vault.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import type { KnownEpoch } from '../../core/node/graph-event.ts';
import type { Clock } from '../../core/ports/clock.ts';

export interface SecretsParts {
  readonly group: StoredGroup;
  readonly vault: Vault;
  readonly clock: Clock;
  /** The door has to answer to other names. */
  readonly onChanged: () => void;
}

export class DiscoverySecrets {
  readonly #parts: SecretsParts;
  #current: Uint8Array;
  #epoch: Uint8Array | null;
  #earlier: readonly EarlierSecret[];
  #saved: Promise<void> = Promise.resolve();

  constructor(parts: SecretsParts) {
    this.#parts = parts;
    this.#current = parts.group.discoverySecret;
    this.#epoch = parts.group.epoch;
    this.#earlier = parts.group.earlierSecrets;
  }

  get current(): Uint8Array {
    return this.#current;
  }

  /** Digest of the epoch that the present one is of; null for the first. */
  get epoch(): Uint8Array | null {
    return this.#epoch;
  }

  /** The present one first. */
  all(): readonly Uint8Array[] {
    const now = this.#parts.clock.now().wallTime;
    const recent = this.#earlier.filter(({ replacedAt }) => replacedAt + ANSWERED_MS > now);
    return [this.#current, ...recent.map(({ secret }) => secret)];
  }

  take({ digest, secret }: Pick<KnownEpoch, 'digest' | 'secret'>): void {
    const { group, vault, clock, onChanged } = this.#parts;
    const at = clock.now().wallTime;
    const isSame = equalBytes(secret, this.#current);
    if (isSame && this.#epoch !== null && equalBytes(digest, this.#epoch)) return;
    if (!isSame) {
      const others = this.#earlier.filter((each) => !equalBytes(each.secret, secret));
      this.#earlier = withEarlierSecret(others, { secret: this.#current, replacedAt: at });
    }
    this.#current = secret;
    this.#epoch = digest;
    // What could not be written is told again by every neighbor.
    this.#saved = vault
      .replaceSecret(group.identity, group.name, { secret, epoch: digest, at })
      .catch(() => undefined);
    onChanged();
  }

  /** Resolves when the vault has it. */
  saved(): Promise<void> {
    return this.#saved;
  }
}
