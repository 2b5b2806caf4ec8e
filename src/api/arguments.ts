// Checks what callers pass, before anything is changed.

import type { Address } from '../core/domain/addresses.ts';
import { canonicalHost, parseAddress } from '../core/domain/addresses.ts';
import {
  CLASSIFIER_LENGTH_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
  type PeerName,
  parsePeerName,
} from '../core/domain/names.ts';
import { invalidArgument, PeerGroupError, parsedArgument } from './peer-group-error.ts';

/** `'192.0.2.1:4001'`, `'[2001:db8::1]:4001'` or `{ host, port }`. */
export type AddressLike = string | Address;

export function requireObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object');
}

export function requireFriendlyName(name: string, value: string | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string' || !isDisplayText(value, FRIENDLY_NAME_LENGTH_MAX)) {
    throw invalidArgument(
      name,
      `text of at most ${FRIENDLY_NAME_LENGTH_MAX} characters without NUL`,
    );
  }
  return value;
}

export function requireClassifier(name: string, value: string | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string' || !isDisplayText(value, CLASSIFIER_LENGTH_MAX)) {
    throw invalidArgument(name, `text of at most ${CLASSIFIER_LENGTH_MAX} characters without NUL`);
  }
  return value;
}

export function requireText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw invalidArgument(name, 'text that is not empty');
  return value;
}

export function requirePeerName(name: string, value: string): PeerName {
  requireText(name, value);
  return parsedArgument(name, () => parsePeerName(value));
}

/** An `AddressLike`, if it is one. */
export function requireAddress(name: string, value: unknown): Address {
  if (typeof value === 'string') return parsedArgument(name, () => parseAddress(value));
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object');
  const host = 'host' in value ? value.host : undefined;
  const port = 'port' in value ? value.port : undefined;
  if (typeof host !== 'string') throw invalidArgument(`${name}.host`, 'an IP address');
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidArgument(`${name}.port`, 'a whole number from 1 to 65535');
  }
  return { host: parsedArgument(`${name}.host`, () => canonicalHost(host)), port };
}

/** Milliseconds, more than 0. */
export function requireDuration(
  name: string,
  value: number | undefined,
  otherwise: number,
): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !(value > 0 && value <= 2 ** 31 - 1)) {
    throw invalidArgument(name, 'milliseconds above 0 and below 2^31');
  }
  return value;
}

export function requireFlag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidArgument(name, 'true or false');
  return value;
}

export function requireFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidArgument(name, 'a function');
}

export function requireSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgument('signal', 'an AbortSignal');
  }
}

export function requireNotAborted(signal: AbortSignal | undefined): void {
  requireSignal(signal);
  if (signal?.aborted === true) throw abortedBy(signal);
}

export function abortedBy(signal: AbortSignal): PeerGroupError {
  return new PeerGroupError('ABORTED', '', { cause: signal.reason });
}
