// One candidate of an open, from the first packet to WELCOME.

import type { Candidate } from '../core/direct/candidates.ts';
import type { PeerName } from '../core/domain/names.ts';
import { doorName, hourOf } from '../core/link/door-name.ts';
import type { HandshakeTools } from '../core/link/handshake.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { DialFailureKind, WireCredentials, Wires } from '../core/ports/wires.ts';
import type { AttemptListener } from './dial-race.ts';
import type { LinkFailure } from './link-failure.ts';
import { type HandshakeRun, LinkHandshake } from './link-handshake.ts';

export interface LinkAttempt {
  /** Null: whoever of the group is there. */
  readonly member: PeerName | null;
  readonly candidate: Candidate;
  readonly facts: HandshakeRun['facts'];
  readonly timeoutMs: number;
  /** Our HELLO went out, to the member itself. */
  readonly onGreeted: () => void;
  readonly listener: AttemptListener;
  readonly wires: Wires;
  readonly clock: Clock;
  readonly handshake: HandshakeTools;
  readonly credentials: WireCredentials;
  readonly discoverySecret: Uint8Array;
  /** Those before it, the latest first: by them the member is asked for that has not heard of a new epoch. */
  readonly earlierSecrets?: () => readonly Uint8Array[];
}

/** More would be a knock for each epoch that a member has missed, at everybody who is somebody else. A guess. */
const EARLIER_TRIED_MAX = 2;

/** The result gives the attempt up; then nothing is told any more. */
export function attemptLink(attempt: LinkAttempt): () => void {
  const { clock, discoverySecret, earlierSecrets, timeoutMs } = attempt;
  const secrets = [discoverySecret, ...(earlierSecrets?.().slice(0, EARLIER_TRIED_MAX) ?? [])];
  const endsAt = clock.now().instant + timeoutMs;
  let giveUp: () => void = () => undefined;
  const tryNext = (): void => {
    const secret = secrets.shift();
    const leftMs = endsAt - clock.now().instant;
    if (secret === undefined) return;
    giveUp = attemptBy(secret, { ...attempt, timeoutMs: leftMs }, (why, detail) => {
      if (why === 'unknownName' && secrets.length > 0 && endsAt > clock.now().instant) tryNext();
      else attempt.listener.onFailed(failureOfDial(why, detail, attempt.member));
    });
  };
  tryNext();
  return () => giveUp();
}

function attemptBy(
  discoverySecret: Uint8Array,
  attempt: LinkAttempt,
  onUndialed: (why: DialFailureKind, detail: string) => void,
): () => void {
  const { member, wires, clock, credentials, listener } = attempt;
  const { crypto } = attempt.handshake;
  const hour = hourOf(clock.now().wallTime);
  const { group } = attempt.facts.membership;
  const name = doorName(crypto, { discoverySecret, member: member ?? group }, hour);
  let handshake: LinkHandshake | null = null;
  const target = { address: attempt.candidate.address, doorName: name, credentials };
  const giveUp = wires.dial(target, (outcome) => {
    if (outcome.kind === 'failed') {
      onUndialed(outcome.why, outcome.detail);
      return;
    }
    handshake = new LinkHandshake({
      wire: outcome.wire,
      facts: attempt.facts,
      tools: attempt.handshake,
      clock,
      patienceMs: attempt.timeoutMs,
      expected: member,
      listener: {
        onGreeted: attempt.onGreeted,
        onAsked: () => undefined,
        onUp: (link) => listener.onUp(link),
        onFailed: (failure) => listener.onFailed(failure),
      },
    });
    handshake.start();
  });
  return () => {
    giveUp();
    handshake?.cancel();
  };
}

function failureOfDial(why: DialFailureKind, detail: string, member: PeerName | null): LinkFailure {
  switch (why) {
    case 'unreachable':
      return { code: 'UNREACHABLE', detail };
    case 'unknownName':
      if (member === null) {
        const hint =
          'who answers there does not know the group, or our clocks differ by over an hour';
        return { code: 'NOT_AUTHENTICATED', detail: hint };
      }
      return {
        code: 'WRONG_IDENTITY',
        detail: 'who answers there does not go by this name, or our clocks differ by over an hour',
      };
    case 'notAuthenticated':
      return { code: 'NOT_AUTHENTICATED', detail };
  }
}
