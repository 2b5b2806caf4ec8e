// Keeps a group connected whose member may have outlived its lease: before the graph begins, and whenever the
// membership ends while it runs, its renewal is asked for, again and again while the application wants it.

import type { Lead } from '../../core/domain/links.ts';
import { type AskedMember, describeAsked } from '../../core/join/join-failure.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { OwnMembership } from '../../core/security/own-membership.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { judgeDates } from '../../core/trust/chain.ts';
import { StatusChangedEvent } from '../graph/graph-events.ts';
import { type ConnectOptions, placesOf, requireConnectOptions } from '../graph/graph-options.ts';
import type { GroupStatus, ReachFailure } from '../graph/graph-views.ts';
import type { GroupGraph } from '../graph/group-graph.ts';
import { PeerGroupError } from '../peer-group-error.ts';
import type { OwnRenewal, RenewalEnd } from './own-renewal.ts';
import { removedError } from './own-standing.ts';

export interface ConnectingParts {
  readonly graph: Pick<GroupGraph, 'status' | 'connect' | 'disconnect' | 'onAddressesLearned'>;
  readonly renewal: Pick<OwnRenewal, 'ask' | 'giveUp'>;
  readonly own: OwnMembership;
  readonly state: () => SecurityState;
  /** Resolves when what is stored was read: the membership may have been renewed already. */
  readonly known: () => Promise<unknown>;
  readonly clock: Clock;
  readonly requireOpen: () => void;
  readonly dispatch: (event: StatusChangedEvent) => void;
}

/** What the application wants until it disconnects. */
interface Wish {
  readonly options: ConnectOptions;
  readonly contacts: readonly Lead[];
}

/** A guess: who comes back meets somebody within so long, and a knock costs little. */
const AGAIN_MS = 30_000;
/** After what the certificate says: its last second belongs to it. */
const AFTER_END_MS = 1_000;

export class Connecting {
  readonly #parts: ConnectingParts;
  #wish: Wish | null = null;
  /** Counts what it was wanted for and then not any more. */
  #round = 0;
  /** Why nobody has renewed it so far. */
  #failure: ReachFailure | null = null;
  #cancelWake: () => void = () => undefined;

  constructor(parts: ConnectingParts) {
    this.#parts = parts;
  }

  get status(): GroupStatus {
    const { graph } = this.#parts;
    if (!this.#isWaiting) return graph.status;
    return {
      state: 'connecting',
      reason: 'membershipExpired',
      neighbors: 0,
      lastFailure: this.#failure,
    };
  }

  async connect(options: ConnectOptions): Promise<GroupStatus> {
    const { contacts: named, addresses } = requireConnectOptions(options);
    const contacts = [...named, ...placesOf(addresses)];
    const { graph, known } = this.#parts;
    const round = this.#round;
    this.#wish = { options, contacts };
    if (!this.#mayConnect()) await known();
    this.#requireStill(round);
    if (this.#isExpired()) await this.#renewFor(contacts, round);
    else this.#schedule();
    try {
      return await graph.connect(options);
    } catch (error) {
      // That we were removed comes as a disconnection.
      this.#requireMember();
      throw error;
    }
  }

  disconnect(): void {
    const wasWaiting = this.#isWaiting;
    this.#stop();
    this.#parts.graph.disconnect();
    if (wasWaiting) this.#tell();
  }

  /** Somebody may be there who renews it. */
  onAddressesLearned(): void {
    if (this.#wish !== null && this.#isExpired()) this.#tryAgain();
    this.#parts.graph.onAddressesLearned();
  }

  /** For good. */
  close(): void {
    this.#stop();
  }

  /** It is wanted, and cannot be before the membership is renewed. */
  get #isWaiting(): boolean {
    const isOffline = this.#parts.graph.status.state === 'offline';
    return this.#wish !== null && isOffline && this.#isExpired() && this.#removal === null;
  }

  get #removal() {
    const { own, state } = this.#parts;
    return state().removalOf(own.current);
  }

  #isExpired(): boolean {
    const { own, clock } = this.#parts;
    const dates = judgeDates(own.current, clock.now().wallTime);
    return !dates.ok && dates.refusal.code === 'MEMBERSHIP_EXPIRED';
  }

  #mayConnect(): boolean {
    return this.#removal === null && !this.#isExpired();
  }

  #requireStill(round: number): void {
    this.#parts.requireOpen();
    this.#requireMember();
    if (this.#round === round) return;
    throw new PeerGroupError('NOT_CONNECTED', 'It was disconnected meanwhile.');
  }

  #requireMember(): void {
    const removal = this.#removal;
    if (removal === null) return;
    this.#stop();
    throw removedError(removal);
  }

  /** Resolves when it is renewed and still wanted. */
  async #renewFor(contacts: readonly Lead[], round: number): Promise<void> {
    this.#tellWaiting();
    const end = await this.#ask(contacts);
    this.#requireStill(round);
    if (end.kind === 'failed') throw this.#errorOf(end);
  }

  async #ask(contacts: readonly Lead[] = []): Promise<RenewalEnd> {
    try {
      const end = await this.#parts.renewal.ask(contacts);
      this.#failure = end.kind === 'failed' ? failureOf(end) : null;
      return end;
    } catch (error) {
      // A renewal that the disk has no room for is none.
      if (error instanceof PeerGroupError) this.#failure = failureBy(error, this.#parts.own);
      throw error;
    } finally {
      this.#schedule();
      this.#tellWaiting();
    }
  }

  #errorOf({ failure, asked }: RenewalEnd & { readonly kind: 'failed' }): PeerGroupError {
    const { code, detail } = failure;
    const details = { asked: asked.length };
    if (code === 'MEMBERSHIP_REMOVED' || code === 'CLOCK_SKEW') {
      return new PeerGroupError(code, `${detail}.`, { details });
    }
    const { notAfter } = this.#parts.own.current;
    const ended = `It ended at ${new Date(notAfter).toISOString()}, and nobody renewed it`;
    return new PeerGroupError('MEMBERSHIP_EXPIRED', `${ended}: ${detailOf(asked)}.`, { details });
  }

  /** While it is wanted: at the end of the membership, or when it is time to ask once more. */
  #schedule(): void {
    const { own, clock } = this.#parts;
    this.#cancelWake();
    if (this.#wish === null) return;
    const leftMs = own.current.notAfter + AFTER_END_MS - clock.now().wallTime;
    // The wall clock may jump, so a long wait is cut short.
    const delayMs = leftMs > 0 ? Math.min(leftMs, AGAIN_MS) : AGAIN_MS;
    this.#cancelWake = clock.wakeAfter(delayMs, () => {
      if (this.#wish !== null && this.#isExpired()) this.#tryAgain();
      else this.#schedule();
    });
  }

  /** Nobody waits for it: what comes of it is told by the status. */
  #tryAgain(): void {
    if (this.#removal !== null) return;
    void this.#renewInBackground().catch((error: unknown) => {
      if (!(error instanceof PeerGroupError)) throw error;
    });
  }

  async #renewInBackground(): Promise<void> {
    const { graph } = this.#parts;
    const { kind } = await this.#ask(this.#wish?.contacts);
    const wish = this.#wish;
    if (kind !== 'renewed' || wish === null) return;
    if (graph.status.state === 'offline') await graph.connect(wish.options);
    else graph.onAddressesLearned();
  }

  #stop(): void {
    this.#round += 1;
    this.#wish = null;
    this.#failure = null;
    this.#cancelWake();
    this.#parts.renewal.giveUp();
  }

  #tellWaiting(): void {
    if (this.#isWaiting) this.#tell();
  }

  #tell(): void {
    this.#parts.dispatch(new StatusChangedEvent(this.status));
  }
}

function failureOf({ failure, asked }: RenewalEnd & { readonly kind: 'failed' }): ReachFailure {
  const [first] = asked;
  const isTelling = failure.code === 'MEMBERSHIP_REMOVED' || failure.code === 'CLOCK_SKEW';
  const code = isTelling ? failure.code : 'MEMBERSHIP_EXPIRED';
  return { member: first?.member ?? null, address: null, code, detail: detailOf(asked) };
}

function failureBy({ code, message }: PeerGroupError, { current }: OwnMembership): ReachFailure {
  return { member: current.member, address: null, code, detail: message };
}

function detailOf(asked: readonly AskedMember[]): string {
  if (asked.length === 0) return 'nobody is known who could be asked';
  return asked.map(describeAsked).join('; ');
}
