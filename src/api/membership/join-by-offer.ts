// Becomes a member by a ticket, password or code, or gets the renewal of a membership that has ended: asks the
// members that the text names, and says in one line what was wrong when nobody admits us.

import { SigningKey } from '../../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../../adapters/vault/identity-shelf.ts';
import { hexText } from '../../core/base/hex.ts';
import type { Address } from '../../core/domain/addresses.ts';
import type { OfferText } from '../../core/domain/invitation.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Lead } from '../../core/domain/links.ts';
import { type GroupName, isDisplayText } from '../../core/domain/names.ts';
import { readJoinCode } from '../../core/join/join-code.ts';
import type { Joined, JoinSecret } from '../../core/join/joiner.ts';
import {
  type JoinWish as AttemptWish,
  attemptJoin,
  type JoinAttemptParts,
  type JoinResult,
} from '../../engine/join/join-attempt.ts';
import {
  type AddressLike,
  abortedBy,
  requireDuration,
  requireFunction,
  requireNotAborted,
} from '../arguments.ts';
import { placesOf, requireAddresses } from '../graph/graph-options.ts';
import { guarded as guardedCall } from '../guarded.ts';
import type { NodeServices } from '../node-services.ts';
import { invalidArgument, PeerGroupError } from '../peer-group-error.ts';
import { guarded, ownValue } from '../records/own-values.ts';
import type { IdentityChoice } from '../vault-choice.ts';
import { requireNamed } from './membership-options.ts';

export interface JoinOptions {
  /** For an invitation with a password or code; a code may be typed with spaces and hyphens, in any case. */
  readonly password?: string;
  /** Milliseconds until somebody has to have answered; 20,000 by default. */
  readonly timeoutMs?: number;
  /** Milliseconds to wait for a yes, when the ticket needs one; ten minutes by default and at most. */
  readonly approvalMs?: number;
  /** Told when somebody has to say yes; the argument is the peer name of the member that waits for it with us. */
  readonly onPending?: (member: string) => void;
  readonly signal?: AbortSignal;
  /**
   * Where somebody of the group may be found who lets us in, beside those that a ticket, or the line of a password or code,
   * names: whoever it is, it has to prove that it may.
   */
  readonly addresses?: readonly AddressLike[];
  /** True: nobody else is asked than who is at `addresses`. False by default. */
  readonly onlyGiven?: boolean;
}

export interface JoinWish {
  readonly group: GroupName;
  readonly secret: JoinSecret;
  readonly doorSecret: Uint8Array;
  readonly contacts: readonly Lead[];
}

/** Members that are there answer within a second; each that is not takes five. */
const TIMEOUT_MS = 20_000;
/** Of every password, see password-policy; a code has nine. */
const PASSWORD_LENGTH_MAX = 255;

/** As checked: what a caller changes later does not matter. */
export interface CheckedJoin {
  /** The peer name of an identity of this node, or what was taken for one. */
  readonly identity: string | undefined;
  readonly password: string | undefined;
  readonly timeoutMs: number;
  readonly approvalMs: number;
  readonly onPending: ((member: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly addresses: readonly Address[];
  readonly onlyGiven: boolean;
}

/** Of an object whose keys were looked at. Throws `INVALID_ARGUMENT`, and `ABORTED` for a signal that is. */
export function requireJoinOptions(given: JoinOptions & IdentityChoice): CheckedJoin {
  const keys = [...JOIN_KEYS, 'identity'];
  const values = Object.fromEntries(keys.map((key) => [key, ownValue('options', given, key)]));
  const { identity, password, timeoutMs, approvalMs, onPending, signal, addresses } = values;
  const { onlyGiven = false } = values;
  if (typeof onlyGiven !== 'boolean') throw invalidArgument('onlyGiven', 'true or false');
  return {
    identity: identity === undefined ? undefined : requireNamed('identity', identity, 'name'),
    password: password === undefined ? undefined : requirePassword(password),
    timeoutMs: requireMilliseconds('timeoutMs', timeoutMs, TIMEOUT_MS),
    approvalMs: requireMilliseconds('approvalMs', approvalMs, LIMITS.joinPendingMs),
    onPending: requireListener(onPending),
    signal: requireLiveSignal(signal),
    addresses: requireAddresses('addresses', addresses),
    onlyGiven,
  };
}

export const JOIN_KEYS: readonly (keyof JoinOptions)[] = [
  'password',
  'timeoutMs',
  'approvalMs',
  'onPending',
  'signal',
  'addresses',
  'onlyGiven',
];

/** What no password is, so that nobody is asked about it. */
function requirePassword(given: unknown): string {
  const isText = typeof given === 'string' && given !== '';
  if (isText && isDisplayText(given, PASSWORD_LENGTH_MAX)) return given;
  throw invalidArgument('password', `1 to ${PASSWORD_LENGTH_MAX} characters without NUL`);
}

function requireMilliseconds(name: string, given: unknown, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (typeof given !== 'number') throw invalidArgument(name, 'milliseconds');
  return requireDuration(name, given, otherwise);
}

function requireListener(given: unknown): ((member: string) => void) | undefined {
  requireFunction('onPending', given);
  return typeof given === 'function'
    ? (member) => void Reflect.apply(given, undefined, [member])
    : undefined;
}

function requireLiveSignal(given: unknown): AbortSignal | undefined {
  if (given === undefined) return undefined;
  const signal = guarded('signal', () => (given instanceof AbortSignal ? given : null));
  if (signal === null) throw invalidArgument('signal', 'an AbortSignal');
  guarded('signal', () => signal.aborted);
  requireNotAborted(signal);
  return signal;
}

/** What is shown for this text. Throws `INVALID_ARGUMENT` and `WRONG_PASSWORD`. */
export function joinWishOf(
  text: OfferText,
  { password, addresses, onlyGiven }: Pick<CheckedJoin, 'password' | 'addresses' | 'onlyGiven'>,
): JoinWish {
  const { group, doorSecret, offer, role } = text;
  const contacts = [...(onlyGiven ? [] : text.contacts), ...placesOf(addresses)];
  if (text.by === 'ticket') {
    const key = SigningKey.fromSeed(text.seed);
    return { group, doorSecret, contacts, secret: { kind: 'ticket', offer, role, key } };
  }
  if (password === undefined) {
    throw invalidArgument('password', `the ${text.by} that belongs to this invitation`);
  }
  const shown = text.by === 'code' ? readJoinCode(password) : password;
  if (shown === null)
    throw new PeerGroupError('WRONG_PASSWORD', 'A code has nine letters and digits.');
  const secret = { kind: 'password', offer, role: text.role, password: shown } as const;
  return { group, doorSecret, contacts, secret };
}

/** `closing` is aborted when the node is. */
export async function joinByOffer(
  wish: JoinWish,
  identity: StoredIdentity,
  services: NodeServices,
  options: CheckedJoin,
  closing: AbortSignal,
): Promise<Joined> {
  const { timeoutMs, approvalMs, onPending } = options;
  const { clock, chance, crypto, judge, wires, listenAddresses } = services;
  const key = SigningKey.fromPkcs8(identity.key);
  const exchange = wish.secret.kind === 'password' ? await services.passwordExchange() : null;
  const parts: JoinAttemptParts = {
    wires,
    clock,
    chance,
    tools: { crypto, judge, exchange },
    member: identity.name,
    signer: key,
    credentials: { certificate: identity.certificate, privateKeyPem: key.privateKeyPem },
    certificateDigest: crypto.sha256(identity.certificate),
    listenAddresses,
  };
  const bounds = { timeoutMs, pendingMs: approvalMs };
  const told = (member: string): void => {
    if (onPending !== undefined) guardedCall(onPending, member);
  };
  // Between two dials it waits on clocks alone, which keep no process alive.
  const stay = setInterval(() => undefined, TIMEOUT_MS);
  const result = await attempt({ ...wish, ...bounds }, parts, told, [
    { signal: closing, error: () => new PeerGroupError('NODE_CLOSED', '') },
    ...(options.signal === undefined ? [] : [givenUpBy(options.signal)]),
  ]).finally(() => clearInterval(stay));
  if (result.kind === 'joined') return result.joined;
  throw joinError(wish, result);
}

interface GivingUp {
  readonly signal: AbortSignal;
  readonly error: () => PeerGroupError;
}

function givenUpBy(signal: AbortSignal): GivingUp {
  return { signal, error: () => abortedBy(signal) };
}

function attempt(
  wish: AttemptWish,
  parts: JoinAttemptParts,
  onPending: (member: string) => void,
  ends: readonly GivingUp[],
): Promise<JoinResult> {
  return new Promise((resolve, reject) => {
    const listening = new AbortController();
    // Before the first packet: nothing is asked for somebody who does not want it any more.
    const aborted = ends.find(({ signal }) => signal.aborted);
    if (aborted !== undefined) {
      reject(aborted.error());
      return;
    }
    const giveUp = attemptJoin(wish, parts, {
      onPending,
      onDone: (result) => {
        listening.abort();
        resolve(result);
      },
    });
    for (const { signal, error } of ends) {
      const onAbort = (): void => {
        listening.abort();
        giveUp();
        reject(error());
      };
      signal.addEventListener('abort', onAbort, { signal: listening.signal });
    }
  });
}

function joinError(
  wish: JoinWish,
  { failure, asked }: Extract<JoinResult, { readonly kind: 'failed' }>,
): PeerGroupError {
  const { code, detail, skewMs } = failure;
  return new PeerGroupError(code, `${detail}.`, {
    details: {
      group: wish.group,
      asked: asked.length,
      answered: asked.filter((each) => each.failure.kind !== 'unreached').length,
      ...(skewMs === null ? {} : { skewMs }),
      ...(wish.secret.kind === 'renewal' ? {} : { invitation: hexText(wish.secret.offer) }),
    },
  });
}
