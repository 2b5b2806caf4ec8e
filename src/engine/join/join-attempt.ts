// Tries to become a member: dials those who may be asked one a little after the other, says JOIN to one at a
// time, and asks whom these name, until one admits us (protocol.md §15.3). Two at once would be two uses of
// a ticket and two guesses at a password; so only the dialing overlaps.

import { ATTEMPT_DELAY_MS, orderCandidates, usableFrom } from '../../core/direct/candidates.ts';
import { type Address, formatAddress } from '../../core/domain/addresses.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Lead } from '../../core/domain/links.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import {
  type AskedMember,
  isFinal,
  type JoinFailure,
  refusedBy,
  tellingJoinFailure,
} from '../../core/join/join-failure.ts';
import type { Joined, JoinerTools, JoinSecret } from '../../core/join/joiner.ts';
import { doorName, hourOf } from '../../core/link/door-name.ts';
import type { Chance, Clock } from '../../core/ports/clock.ts';
import type { Signer } from '../../core/ports/crypto.ts';
import type { DialOutcome, Wire, WireCredentials, Wires } from '../../core/ports/wires.ts';
import { JoinTalk, type TalkEnd } from './join-talk.ts';

export interface JoinWish {
  readonly group: GroupName;
  readonly secret: JoinSecret;
  /** Of the offer's door; for a renewal the discovery secret. */
  readonly doorSecret: Uint8Array;
  readonly contacts: readonly Lead[];
  /** In all, as long as nobody lets us wait. */
  readonly timeoutMs: number;
  /** For somebody's yes, from the first time that we are told to wait; `LIMITS.joinPendingMs` at most. */
  readonly pendingMs: number;
}

export interface JoinAttemptParts {
  readonly wires: Wires;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly tools: JoinerTools;
  readonly member: PeerName;
  readonly signer: Signer;
  readonly credentials: WireCredentials;
  /** SHA-256 over the DER of our TLS certificate. */
  readonly certificateDigest: Uint8Array;
  readonly listenAddresses: () => readonly Address[];
}

export type JoinResult =
  | { readonly kind: 'joined'; readonly joined: Joined; readonly asked: readonly AskedMember[] }
  | {
      readonly kind: 'failed';
      readonly failure: JoinFailure;
      readonly asked: readonly AskedMember[];
    };

export interface JoinAttemptListener {
  /** Somebody there has to say yes; may be told more than once. */
  onPending(member: PeerName): void;
  /** Once, last; never after the attempt was given up. */
  onDone(result: JoinResult): void;
}

/** One member at one address; or whoever is there, until it has shown who it is. */
interface Ask {
  readonly member: PeerName | null;
  readonly address: Address;
}

interface NamedAsk extends Ask {
  readonly member: PeerName;
}

interface Ready {
  readonly ask: NamedAsk;
  readonly wire: Wire;
}

/** Starts the attempt; the result gives it up. */
export function attemptJoin(
  wish: JoinWish,
  parts: JoinAttemptParts,
  listener: JoinAttemptListener,
): () => void {
  const attempt = new JoinAttempt(wish, parts, listener);
  attempt.start();
  return () => attempt.giveUp();
}

/** After a connection broke on which we waited for a yes: the answer is kept there. A guess. */
const COME_AGAIN_MS = 5_000;
const UNREACHED = { kind: 'unreached' } as const;

class JoinAttempt {
  readonly #wish: JoinWish;
  readonly #parts: JoinAttemptParts;
  readonly #listener: JoinAttemptListener;
  readonly #asked: AskedMember[] = [];
  /** Members that have answered, or failed to, so that each is asked once, whoever names it. */
  readonly #heard = new Set<PeerName>();
  /** Where somebody is or was to be asked: a member may be named where it is no more, and then where it is. */
  readonly #named = new Set<string>();
  #referralsLeft = LIMITS.joinReferralsMax;
  #queue: Ask[] = [];
  readonly #dialing = new Map<Ask, () => void>();
  #ready: Ready[] = [];
  #talk: { readonly ask: NamedAsk; readonly talk: JoinTalk; isPending: boolean } | null = null;
  /** Asked once more, because its answer may have been lost: it may have admitted us. */
  readonly #askedTwice = new Set<PeerName | null>();
  #isPending = false;
  #isOver = false;
  #stopDelay: () => void = () => undefined;
  #stopTimer: () => void = () => undefined;

  constructor(wish: JoinWish, parts: JoinAttemptParts, listener: JoinAttemptListener) {
    this.#wish = wish;
    this.#parts = parts;
    this.#listener = listener;
    this.#heard.add(parts.member);
  }

  start(): void {
    const { clock } = this.#parts;
    const { contacts, timeoutMs } = this.#wish;
    this.#enqueue(contacts);
    this.#stopTimer = clock.wakeAfter(timeoutMs, () => this.#onLate());
    // Never from inside the call, whatever the contacts are.
    this.#stopDelay = clock.wakeAfter(0, () => this.#goOn());
  }

  giveUp(): void {
    this.#isOver = true;
    this.#stopDelay();
    this.#stopTimer();
    for (const stop of this.#dialing.values()) stop();
    this.#dialing.clear();
    this.#talk?.talk.cancel();
    this.#cutReady(() => true);
  }

  /** One after the other, in front of those that wait: whoever is named is there now. */
  #enqueue(contacts: readonly Lead[]): void {
    const asks: Ask[] = [];
    for (const { member, addresses } of contacts) {
      const candidates = addresses.map((address) => ({ address, source: 'invitation' }) as const);
      for (const { address } of orderCandidates(candidates)) {
        if (!this.#isNew({ member, address })) continue;
        this.#named.add(placeOf({ member, address }));
        asks.push({ member, address });
      }
    }
    this.#queue = [...asks, ...this.#queue];
  }

  #goOn(): void {
    if (this.#isOver || this.#talk !== null) return;
    const ready = this.#ready.shift();
    if (ready !== undefined) {
      this.#begin(ready);
    } else if (this.#queue.length > 0) {
      this.#dialNext();
    } else if (this.#dialing.size === 0) {
      this.#fail();
    }
  }

  #dialNext(): void {
    const { clock, wires, credentials, tools } = this.#parts;
    this.#stopDelay();
    const ask = this.#queue.shift();
    if (this.#isOver || this.#talk !== null || ask === undefined) return;
    const { doorSecret, group } = this.#wish;
    const key = { discoverySecret: doorSecret, member: ask.member ?? group };
    const name = doorName(tools.crypto, key, hourOf(clock.now().wallTime));
    const target = { address: ask.address, doorName: name, credentials };
    this.#dialing.set(
      ask,
      wires.dial(target, (outcome) => this.#onDialled(ask, outcome)),
    );
    // Whoever keeps somebody's yes for us is asked again alone.
    if (this.#isPending) return;
    this.#stopDelay = clock.wakeAfter(ATTEMPT_DELAY_MS, () => this.#dialNext());
  }

  #onDialled(ask: Ask, outcome: DialOutcome): void {
    this.#dialing.delete(ask);
    if (outcome.kind === 'connected') {
      this.#onWire(ask, outcome.wire);
    } else if (this.#isPending) {
      this.#comeAgain(ask, true);
      return;
    } else {
      const { member, address } = ask;
      const detail =
        outcome.why === 'unknownName'
          ? 'it does not know the invitation, or our clocks differ by over an hour'
          : outcome.detail;
      this.#asked.push({ member, address, failure: UNREACHED, detail, skewMs: null });
    }
    this.#goOn();
  }

  #onWire({ member: named, address }: Ask, wire: Wire): void {
    const identity =
      named === null ? this.#parts.tools.judge.verifyIdentity(wire.farCertificate) : null;
    if (identity?.ok === false) {
      wire.cut();
      const { detail } = identity.refusal;
      this.#asked.push({ member: null, address, failure: UNREACHED, detail, skewMs: null });
      return;
    }
    const member = identity === null ? named : identity.value.subject;
    // It may have answered at another address meanwhile.
    if (member === null || this.#heard.has(member)) wire.cut();
    else this.#ready.push({ ask: { member, address }, wire });
  }

  #begin({ ask, wire }: Ready): void {
    const { clock, tools, member, signer, certificateDigest, chance, listenAddresses } =
      this.#parts;
    const { group, secret } = this.#wish;
    const talk = new JoinTalk({
      wire,
      clock,
      tools,
      member: ask.member,
      facts: {
        group,
        secret,
        member,
        signer,
        ownCertificateDigest: certificateDigest,
        joinId: chance.bytes(16),
        addresses: listenAddresses(),
      },
      onPending: () => this.#onPending(ask),
      onEnd: (end) => this.#onEnd(ask, end),
    });
    this.#talk = { ask, talk, isPending: false };
    talk.start();
  }

  #onPending(ask: NamedAsk): void {
    if (this.#talk !== null) this.#talk.isPending = true;
    // One person is asked, not several; and whoever else was reached need not keep a place for us.
    for (const stop of this.#dialing.values()) stop();
    this.#dialing.clear();
    this.#cutReady(() => true);
    if (!this.#isPending) {
      this.#isPending = true;
      this.#stopTimer();
      const pendingMs = Math.min(this.#wish.pendingMs, LIMITS.joinPendingMs);
      this.#stopTimer = this.#parts.clock.wakeAfter(pendingMs, () => this.#onLate());
    }
    this.#listener.onPending(ask.member);
  }

  #onEnd(ask: NamedAsk, end: TalkEnd): void {
    const wasPending = this.#talk?.isPending === true;
    this.#talk = null;
    if (end.kind === 'joined') {
      const contacts = reachable(end.joined.contacts, ask);
      const joined = { ...end.joined, contacts };
      this.#done({ kind: 'joined', joined, asked: this.#asked });
      return;
    }
    const told = toldOf(ask, end);
    if (told.failure.kind === 'lost' && this.#comeAgain(ask, wasPending)) return;
    this.#isPending = false;
    this.#asked.push(told);
    if (isFinal(told)) {
      this.#fail();
      return;
    }
    // It has answered, so its other addresses are not needed.
    this.#heard.add(ask.member);
    this.#queue = this.#queue.filter(({ member }) => member !== ask.member);
    this.#cutReady(({ member }) => member === ask.member);
    if (end.kind === 'refused') this.#follow(reachable(end.refuse.contacts, ask));
    this.#goOn();
  }

  #isNew(ask: Ask): boolean {
    const isHeard = ask.member !== null && this.#heard.has(ask.member);
    return !isHeard && !this.#named.has(placeOf(ask));
  }

  #follow(contacts: readonly Contact[]): void {
    const unknown = contacts.filter(({ member, addresses }) =>
      addresses.some((address) => this.#isNew({ member, address })),
    );
    const some = unknown.slice(0, this.#referralsLeft);
    this.#referralsLeft -= some.length;
    this.#enqueue(some);
  }

  /** Whoever did not answer may have admitted us, or keeps somebody's yes for us. */
  #comeAgain(ask: Ask, wasPending: boolean): boolean {
    if (!wasPending && this.#askedTwice.has(ask.member)) return false;
    this.#askedTwice.add(ask.member);
    this.#queue = [ask, ...this.#queue];
    const delayMs = wasPending ? COME_AGAIN_MS : 0;
    this.#stopDelay();
    this.#stopDelay = this.#parts.clock.wakeAfter(delayMs, () => this.#goOn());
    return true;
  }

  #cutReady(isMeant: (ask: Ask) => boolean): void {
    for (const { ask, wire } of this.#ready) if (isMeant(ask)) wire.cut();
    this.#ready = this.#ready.filter(({ ask }) => !isMeant(ask));
  }

  #onLate(): void {
    const ask = this.#talk?.ask ?? null;
    if (ask !== null || this.#isPending) {
      const { member, address } = ask ?? this.#queue[0] ?? { member: null, address: null };
      const failure = this.#isPending
        ? ({ kind: 'pending' } as const)
        : ({ kind: 'lost' } as const);
      const detail = this.#isPending ? 'nobody has said yes so far' : 'no answer in time';
      if (address !== null) this.#asked.push({ member, address, failure, detail, skewMs: null });
    }
    this.#fail();
  }

  #fail(): void {
    const asked = this.#asked;
    this.#done({ kind: 'failed', failure: tellingJoinFailure(asked), asked });
  }

  #done(result: JoinResult): void {
    this.giveUp();
    this.#listener.onDone(result);
  }
}

/** Whoever we asked may be anybody, and names no places that only we could reach. */
function reachable(contacts: readonly Contact[], { address }: Ask): readonly Contact[] {
  return contacts
    .map(({ member, addresses }) => ({ member, addresses: usableFrom(addresses, address) }))
    .filter(({ addresses }) => addresses.length > 0);
}

function placeOf({ member, address }: Ask): string {
  return `${formatAddress(address)} ${member ?? ''}`;
}

function toldOf(ask: NamedAsk, end: Exclude<TalkEnd, { readonly kind: 'joined' }>): AskedMember {
  const { member, address } = ask;
  if (end.kind === 'refused') return refusedBy(member, address, end.refuse, end.heardAt);
  return { member, address, failure: end.failure, detail: end.detail, skewMs: null };
}
