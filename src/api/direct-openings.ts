// Opens direct connections for the application: checks what it asks for, gathers the addresses, and
// says for every one of them why it led nowhere.

import type { PeerName } from '../core/domain/names.ts';
import type { DirectDesk, OpenResult } from '../engine/direct-desk.ts';
import type { AddressMemory } from './address-memory.ts';
import {
  type AddressLike,
  abortedBy,
  requireAddress,
  requireDuration,
  requireNotAborted,
  requireObject,
  requirePeerName,
} from './arguments.ts';
import type { DirectConnection } from './direct-connection.ts';
import { failedCandidate, invalidArgument, PeerGroupError } from './peer-group-error.ts';

/** An open gives up by itself after this. A guess: three times what a slow mobile network takes. */
const OPEN_TIMEOUT_MS = 10_000;

export interface OpenOptions {
  /** Where to try, `'host:port'`, one or several. Without it: where the member was reached before, or said it is. */
  readonly address?: AddressLike | readonly AddressLike[];
  /** A connection of its own. Without it two members share one, and this resolves with the one that there is. */
  readonly separate?: boolean;
  /** Milliseconds for the whole attempt, 10,000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface DirectOpeningsParts {
  /** The name of the identity that opens. */
  readonly self: string;
  readonly desk: DirectDesk;
  readonly addresses: AddressMemory;
  readonly connections: () => readonly DirectConnection[];
  /** An open came to nothing. */
  readonly onFailed: (member: string, error: PeerGroupError) => void;
}

export class DirectOpenings {
  readonly #parts: DirectOpeningsParts;

  constructor(parts: DirectOpeningsParts) {
    this.#parts = parts;
  }

  async open(
    member: string | { readonly name: string },
    options: OpenOptions,
  ): Promise<DirectConnection> {
    requireObject('options', options);
    if (typeof member !== 'string') requireObject('member', member);
    const name = requirePeerName('member', typeof member === 'string' ? member : member.name);
    const { separate = false, signal } = options;
    if (typeof separate !== 'boolean') throw invalidArgument('separate', 'true or false');
    const timeoutMs = requireDuration('timeoutMs', options.timeoutMs, OPEN_TIMEOUT_MS);
    requireNotAborted(signal);
    const candidates = this.#candidates(name, options.address);
    if (name === this.#parts.self) throw this.#failed(name, new PeerGroupError('CONNECT_SELF', ''));
    const wish = { member: name, candidates, isSeparate: separate, timeoutMs };
    const result = await this.#open(wish, signal);
    if (result.kind === 'failed') throw this.#failed(name, openError(name, result));
    const connection = this.#parts.connections().find(({ id }) => id === result.line.id);
    if (connection === undefined) {
      throw this.#failed(
        name,
        new PeerGroupError('CONNECTION_LOST', 'It ended as soon as it was open.'),
      );
    }
    return connection;
  }

  #open(
    wish: Parameters<DirectDesk['open']>[0],
    signal: AbortSignal | undefined,
  ): Promise<OpenResult> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        takeBack();
        reject(signal === undefined ? undefined : abortedBy(signal));
      };
      const takeBack = this.#parts.desk.open(wish, (result) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(result);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #candidates(member: PeerName, given: OpenOptions['address']) {
    const { addresses, self } = this.#parts;
    if (given === undefined) {
      const known = addresses.candidatesFor(member);
      if (known.length === 0 && member !== self && !this.#isConnectedTo(member)) {
        throw this.#failed(member, new PeerGroupError('NO_ADDRESS', ''));
      }
      return known;
    }
    const list: readonly AddressLike[] = isList(given) ? given : [given];
    if (list.length === 0) throw invalidArgument('address', 'at least one address');
    return list.map((each) => ({
      address: requireAddress('address', each),
      source: 'given' as const,
    }));
  }

  #isConnectedTo(member: string): boolean {
    return this.#parts.connections().some((connection) => connection.member.name === member);
  }

  #failed(member: string, error: PeerGroupError): PeerGroupError {
    this.#parts.onFailed(member, error);
    return error;
  }
}

function isList(given: AddressLike | readonly AddressLike[]): given is readonly AddressLike[] {
  return Array.isArray(given);
}

function openError(member: string, result: OpenResult & { kind: 'failed' }): PeerGroupError {
  const { failure } = result;
  const candidates = result.candidates.map(failedCandidate);
  const tried = candidates.map(
    ({ address, code, detail }) => `${address}: ${code}${detail === '' ? '' : ` (${detail})`}`,
  );
  const details = { member, ...(failure.reason === undefined ? {} : { reason: failure.reason }) };
  const text = tried.length > 0 ? `Tried ${tried.join('; ')}.` : failure.detail;
  return new PeerGroupError(failure.code, text, { details, candidates });
}
