// One attempt of a peer to go online: the port, the join that a password has prepared, neighbors, and for the first time
// all that the group has. Ends online or with the reason why not; whoever has been synchronised before listens alone.

import type { DialFailedEvent, PeerGroup } from '../../api/index.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import { PEER_E_NOT_AUTHORIZED, PEER_E_UNABLE_TO_LISTEN } from '../surface/results.ts';
import { ConnectionFailure } from './connection-failure.ts';
import { DialTries } from './dial-tries.ts';
import { measuredOffsetMs } from './peer-time.ts';

export interface ConnectWish {
  /** The endpoints that are tried, `[host]:port` each; null for all that are known. */
  readonly addresses: readonly string[] | null;
}

export interface GoingOnlineParts {
  /** Throws what the API says when the port cannot be bound. */
  readonly listen: () => Promise<void>;
  /** The API's group; joins first when only that was prepared. */
  readonly group: (wish: ConnectWish, signal: AbortSignal) => Promise<PeerGroup>;
  readonly showsPresence: () => boolean;
  /** It was synchronised before, or has made the group. */
  readonly isReady: () => boolean;
  /** For the first time; resolves when that is kept. */
  readonly onReady: (offsetMs: number) => Promise<void>;
  readonly onOnline: () => void;
  /** `staysOnline` for one that listens all the same. */
  readonly onFailed: (reason: HRESULT, staysOnline: boolean) => void;
}

/** Of an endpoint that does not answer, as of all of them: they are tried side by side. */
const PATIENCE_MS = 5_000;

export class GoingOnline {
  readonly #wish: ConnectWish;
  readonly #parts: GoingOnlineParts;
  readonly #failure = new ConnectionFailure();
  readonly #over = new AbortController();
  #isSettling = false;
  #hadNeighbor = false;
  #timer: NodeJS.Timeout | undefined;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;

  constructor(wish: ConnectWish, parts: GoingOnlineParts) {
    this.#wish = wish;
    this.#parts = parts;
    this.ended = this.#run();
  }

  /** Nothing is told of it any more. */
  cancel(): void {
    this.#over.abort();
  }

  async #run(): Promise<void> {
    const { listen, group: groupFor } = this.#parts;
    const { signal } = this.#over;
    try {
      await listen();
      if (signal.aborted) return;
      const group = await groupFor(this.#wish, signal);
      if (!signal.aborted) await this.#connect(group);
    } catch (error) {
      this.#failure.hearError(error);
      this.#fail();
    }
  }

  /** Resolves when it is online, has failed, or was cancelled. */
  async #connect(group: PeerGroup): Promise<void> {
    const { showsPresence, isReady } = this.#parts;
    const { addresses } = this.#wish;
    const isFounder = isReady() && group.membership.role === 'creator';
    const isOver = this.#look(group, isFounder);
    const presence = showsPresence();
    const where = addresses === null ? {} : { addresses, onlyGiven: true };
    const connected = group.connect({ presence, ...where });
    // Somebody has to start: the first member needs nobody.
    if (isFounder) {
      await connected;
      await this.#parts.onReady(0);
      this.#succeed();
    } else connected.catch((error: unknown) => this.#onRefused(error));
    await isOver;
  }

  /** Watches what comes of it; whoever founds a group is not waited for by anybody. */
  #look(group: PeerGroup, isFounder: boolean): Promise<void> {
    const { signal } = this.#over;
    const look = (): void => this.#onNews(group);
    if (!isFounder) {
      this.#waitFor(group);
      const tries = new DialTries(group, this.#wish.addresses);
      group.addEventListener('dialFailed', (event) => this.#onDialFailed(event, tries), { signal });
      group.addEventListener('statusChanged', look, { signal });
      group.addEventListener('neighborChanged', look, { signal });
    }
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }

  /** When nobody is left who could answer, nobody is waited for. */
  #onDialFailed(event: DialFailedEvent, tries: DialTries): void {
    this.#failure.hear(event.code);
    tries.hear(event);
    if (tries.areOver) this.#fail();
  }

  #onNews(group: PeerGroup): void {
    const { state, reason } = group.status;
    if (state === 'offline') {
      if (reason === 'removed') this.#failure.hear('MEMBERSHIP_REMOVED');
      this.#fail();
      return;
    }
    if (group.neighbors.length === 0) {
      if (reason === 'nobodyKnown') this.#fail();
      else if (this.#hadNeighbor) this.#waitFor(group);
      this.#hadNeighbor = false;
      return;
    }
    this.#hadNeighbor = true;
    if (this.#parts.isReady() || state === 'online') void this.#settle(group);
  }

  /** For somebody to come, or to come instead of one that was lost. */
  #waitFor(group: PeerGroup): void {
    const { signal } = this.#over;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onLate(group), PATIENCE_MS);
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  #onLate(group: PeerGroup): void {
    if (group.status.reason === 'membershipExpired') this.#failure.hear('MEMBERSHIP_EXPIRED');
    // With a neighbor it takes as long as it takes.
    if (group.neighbors.length === 0) this.#fail();
  }

  #onRefused(error: unknown): void {
    this.#failure.hearError(error);
    this.#fail();
  }

  /** A neighbor is there, and it has been compared with when this is the first time. */
  async #settle(group: PeerGroup): Promise<void> {
    const { isReady, onReady } = this.#parts;
    if (this.#isSettling) return;
    this.#isSettling = true;
    try {
      const { signal } = this.#over;
      if (!isReady()) {
        const offsetMs = await measuredOffsetMs(group, signal);
        if (signal.aborted) return;
        await onReady(offsetMs);
      }
      this.#succeed();
    } catch (error) {
      this.#onRefused(error);
    }
  }

  #succeed(): void {
    if (this.#end()) this.#parts.onOnline();
  }

  #fail(): void {
    if (!this.#end()) return;
    const { reason } = this.#failure;
    const isBarred = reason === PEER_E_NOT_AUTHORIZED || reason === PEER_E_UNABLE_TO_LISTEN;
    this.#parts.onFailed(reason, this.#parts.isReady() && !isBarred);
  }

  /** False when it is over already. */
  #end(): boolean {
    if (this.#over.signal.aborted) return false;
    this.#over.abort();
    return true;
  }
}
