// The attempts of one peer to connect directly that have not come to their end. Each ends once, with a connection or a
// reason, and never within the call that asked for it: the caller has to know the ID before an event names it.

import type { DirectConnection, PeerGroup } from '../../api/index.ts';
import { partsOfName } from '../identities/peer-names.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import { PEER_E_CONNECTION_FAILED, PEER_E_CONNECTION_REFUSED } from '../surface/results.ts';
import { attemptFailureOf } from './attempt-failure.ts';
import type { Places } from './places.ts';

/** An attempt without an answer ends after this. */
const ATTEMPT_MS = 5_000;
/** Nobody has it: no key is known with this hash. */
const NOBODY = '0'.repeat(40);

interface Attempt {
  readonly member: string;
  readonly giveUp: AbortController;
  readonly ended: PromiseWithResolvers<void>;
}

export interface Wanted {
  readonly member: string;
  /** `[host]:port`. */
  readonly address: string;
}

export interface DirectAttemptsParts {
  readonly group: PeerGroup;
  readonly places: Places;
  readonly isConnectedTo: (wanted: Wanted) => boolean;
  /** False when it is not wanted any more: the place is given back. */
  readonly onConnected: (id: bigint, connection: DirectConnection) => boolean;
  readonly onFailed: (id: bigint, reason: HRESULT) => void;
}

export class DirectAttempts {
  readonly #parts: DirectAttemptsParts;
  readonly #attempts = new Map<bigint, Attempt>();
  /** Given up, and not told yet. */
  readonly #untold = new Set<bigint>();

  constructor(parts: DirectAttemptsParts) {
    this.#parts = parts;
  }

  begin(id: bigint, wanted: Wanted): void {
    const attempt: Attempt = {
      member: wanted.member,
      giveUp: new AbortController(),
      ended: Promise.withResolvers(),
    };
    this.#attempts.set(id, attempt);
    setImmediate(() => void this.#run(id, attempt, wanted));
  }

  /** False for what is no attempt (any more). */
  giveUp(id: bigint): boolean {
    const attempt = this.#end(id);
    if (attempt === null) return false;
    attempt.giveUp.abort();
    this.#untold.add(id);
    setImmediate(() => this.#tell(id));
    return true;
  }

  giveUpAll(): void {
    for (const id of [...this.#attempts.keys()]) this.giveUp(id);
    for (const id of [...this.#untold]) this.#tell(id);
  }

  /** Null when there is none; else it resolves when those to this member have ended. */
  whenEnded(member: string): Promise<unknown> | null {
    const those = [...this.#attempts.values()].filter((each) => each.member === member);
    return those.length === 0 ? null : Promise.all(those.map(({ ended }) => ended.promise));
  }

  async #run(id: bigint, attempt: Attempt, wanted: Wanted): Promise<void> {
    const { places, isConnectedTo } = this.#parts;
    const endsAt = performance.now() + ATTEMPT_MS;
    if (isConnectedTo(wanted) || !(await places.take())) {
      this.#fail(id, PEER_E_CONNECTION_REFUSED);
      return;
    }
    const isKept = await this.#connect(id, wanted, {
      timeoutMs: Math.round(endsAt - performance.now()),
      signal: attempt.giveUp.signal,
    });
    if (isKept) places.keep();
    else places.giveBack();
    // Only now: whoever waits for it finds the connection.
    attempt.ended.resolve();
  }

  async #connect(
    id: bigint,
    { member, address }: Wanted,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    if (limits.timeoutMs <= 0) {
      this.#fail(id, PEER_E_CONNECTION_FAILED);
      return false;
    }
    try {
      const connection = await this.#parts.group.openDirectConnection(dialable(member), {
        address,
        separate: true,
        ...limits,
      });
      if (!this.#attempts.has(id)) connection.abort();
      else if (this.#parts.onConnected(id, connection)) {
        this.#attempts.delete(id);
        return true;
      } else this.#fail(id, PEER_E_CONNECTION_REFUSED);
    } catch (error) {
      this.#fail(id, attemptFailureOf(error));
    }
    return false;
  }

  /** One that was given up has been told of, or soon is. */
  #fail(id: bigint, reason: HRESULT): void {
    if (this.#end(id) !== null) this.#parts.onFailed(id, reason);
  }

  #end(id: bigint): Attempt | null {
    const attempt = this.#attempts.get(id) ?? null;
    this.#attempts.delete(id);
    attempt?.ended.resolve();
    return attempt;
  }

  #tell(id: bigint): void {
    if (this.#untold.delete(id)) this.#parts.onFailed(id, PEER_E_CONNECTION_FAILED);
  }
}

/** Whoever answers in place of a name that is none is not the one, and where nobody answers nobody does. */
function dialable(member: string): string {
  const parts = partsOfName(member);
  return parts === null || parts.authority.length !== NOBODY.length ? NOBODY : member;
}
