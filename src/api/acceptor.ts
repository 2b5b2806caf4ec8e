// The application's word on connections that others open: whom it takes, and where they wait for it.

import { LIMITS } from '../core/domain/limits.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import type { CallerAnswer } from '../engine/desk-parts.ts';
import type { DirectConnection } from './direct-connection.ts';
import { Inbox } from './inbox.ts';
import { type Member, memberOf } from './member.ts';
import { isPeerGroupError } from './peer-group-error.ts';

export interface AcceptOptions {
  /** Says for each member that asks whether it is let in. Everybody is, by default; after 5 s without an answer nobody. */
  readonly filter?: (member: Member) => boolean | Promise<boolean>;
  /** Takes each connection at once; then the acceptor's own loop finds none. */
  readonly onConnection?: (connection: DirectConnection) => void | Promise<void>;
  /** Ends the accepting. Connections that were taken stay. */
  readonly signal?: AbortSignal;
}

const NO: CallerAnswer = { kind: 'refuse', reason: 'refusedByApplication', detail: '' };
const FULL: CallerAnswer = {
  kind: 'refuse',
  reason: 'refusedByApplication',
  detail: 'too many are waiting',
};

/**
 * While one of these is open, the group takes direct connections. Loop over it for the connections, or
 * pass `onConnection`. Leaving the loop, `using`, or `close()` ends the accepting.
 */
export class DirectConnectionAcceptor implements AsyncIterable<DirectConnection>, Disposable {
  readonly #options: AcceptOptions;
  readonly #onClosed: () => void;
  readonly #connections = new Inbox<DirectConnection>();
  #isOpen = true;

  /** Made by `PeerGroup`. @internal */
  constructor(options: AcceptOptions, onClosed: () => void) {
    this.#options = options;
    this.#onClosed = onClosed;
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => this.close();

  /** Ends when the acceptor does; what is waiting can still be taken. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DirectConnection, undefined> {
    try {
      for await (const connection of this.#connections.iterate()) yield connection;
    } finally {
      this.close();
    }
    return undefined;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#connections.end();
    this.#onClosed();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  decide(farEnd: FarEnd, answer: (answer: CallerAnswer) => void): void {
    if (this.#connections.size >= LIMITS.connectionsUntakenMax) {
      answer(FULL);
      return;
    }
    const { filter } = this.#options;
    if (filter === undefined) {
      answer({ kind: 'accept' });
      return;
    }
    // A filter that fails lets nobody in; the failure itself is its owner's.
    new Promise<boolean>((resolve) => {
      resolve(filter(memberOf(farEnd)));
    }).then(
      (isWelcome) => answer(isWelcome === true ? { kind: 'accept' } : NO),
      (error: unknown) => {
        answer(NO);
        queueMicrotask(() => {
          throw error;
        });
      },
    );
  }

  /** @internal */
  take(connection: DirectConnection): void {
    const { onConnection } = this.#options;
    if (onConnection === undefined) this.#connections.put(connection);
    else void this.#serve(connection, onConnection);
  }

  /** That a connection ends while it is served is nobody's fault; every other failure is its owner's. */
  async #serve(connection: DirectConnection, serve: NonNullable<AcceptOptions['onConnection']>) {
    try {
      await serve(connection);
    } catch (error) {
      if (isPeerGroupError(error, 'CONNECTION_LOST')) return;
      if (isPeerGroupError(error, 'CONNECTION_CLOSED')) return;
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
