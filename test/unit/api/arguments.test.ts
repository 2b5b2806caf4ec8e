// What callers pass is checked before anything happens, and what goes wrong is one kind of error that
// programs can branch on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as args from '../../../src/api/arguments.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../src/api/error-catalogue.ts';
import {
  errorOfWorld,
  isPeerGroupError,
  PeerGroupError,
  parsedArgument,
} from '../../../src/api/peer-group-error.ts';
import { WorldError } from '../../../src/core/ports/world-error.ts';

/** What a caller in plain JavaScript may pass. */
function untyped<Value>(value: unknown): Value {
  return value as Value;
}

const invalid = (error: unknown): boolean =>
  isPeerGroupError(error, 'INVALID_ARGUMENT') && error.message.includes('thing');

test('an address is text or an object, and comes back in its one form', () => {
  const expected = { host: '2001:db8::1', port: 4001 };
  assert.deepEqual(args.requireAddress('thing', '[2001:DB8::1]:4001'), expected);
  assert.deepEqual(args.requireAddress('thing', { host: '2001:DB8:0::1', port: 4001 }), expected);
  const wrong: readonly unknown[] = [
    '',
    'x',
    'localhost:80',
    5,
    null,
    undefined,
    {},
    { host: '::1' },
    { host: 5, port: 5 },
    { host: '::1', port: 0 },
    { host: '::1', port: 65_536 },
    { host: '::1', port: 1.5 },
    { host: '::1', port: '80' },
    { host: 'localhost', port: 80 },
    { host: '[::1]', port: 80 },
  ];
  for (const value of wrong) {
    assert.throws(
      () => args.requireAddress('thing', untyped(value)),
      invalid,
      JSON.stringify(value),
    );
  }
});

test('a duration is more than 0 and less than 2^31 ms', () => {
  assert.equal(args.requireDuration('thing', undefined, 7), 7);
  for (const value of [0.5, 1, 2 ** 31 - 1])
    assert.equal(args.requireDuration('thing', value, 7), value);
  for (const value of [0, -1, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
    assert.throws(() => args.requireDuration('thing', untyped(value), 7), invalid, `${value}`);
  }
});

test('names and texts are of their form', () => {
  const name = 'a'.repeat(40);
  assert.equal(args.requirePeerName('thing', name), name);
  assert.equal(args.requireFriendlyName('thing', undefined), '');
  assert.equal(args.requireFriendlyName('thing', 'x'.repeat(255)), 'x'.repeat(255));
  assert.equal(args.requireClassifier('thing', 'x'.repeat(149)), 'x'.repeat(149));
  const acts: readonly (() => unknown)[] = [
    ...['', 'x', 5, null].map((value) => () => args.requirePeerName('thing', untyped(value))),
    ...['x'.repeat(256), 'a\0', '\ud800', 5, null].map(
      (value) => () => args.requireFriendlyName('thing', untyped(value)),
    ),
    ...['x'.repeat(150), 'a\0', '\ud800', 5].map(
      (value) => () => args.requireClassifier('thing', untyped(value)),
    ),
    ...['', 5, null].map((value) => () => args.requireText('thing', untyped(value))),
    ...[5, 'x', null, undefined].map((value) => () => args.requireObject('thing', value)),
  ];
  for (const act of acts) assert.throws(act, invalid);
});

test('a signal that was aborted already ends the call, with its reason as the cause', () => {
  args.requireNotAborted(undefined);
  args.requireNotAborted(new AbortController().signal);
  const reason = new Error('enough');
  assert.throws(
    () => args.requireNotAborted(AbortSignal.abort(reason)),
    (error) => isPeerGroupError(error, 'ABORTED') && error.cause === reason,
  );
});

test('every code has words, a hint and its place in the message', () => {
  for (const code of Object.keys(ERROR_CATALOGUE) as ErrorCode[]) {
    const error = new PeerGroupError(code, '');
    assert.ok(error.message.startsWith(`${code}: `));
    assert.ok(ERROR_CATALOGUE[code].meaning !== '' && error.hint !== '', code);
    assert.equal(error.isRetryable, ERROR_CATALOGUE[code].isRetryable);
  }
});

test('an error is known by its brand, also when another copy of the package threw it', () => {
  const error = new PeerGroupError('NO_ADDRESS', '');
  assert.equal(isPeerGroupError(error), true);
  assert.equal(isPeerGroupError(error, 'NO_ADDRESS'), true);
  assert.equal(isPeerGroupError(error, 'UNREACHABLE'), false);
  const foreign = Object.assign(new Error('x'), {
    [Symbol.for('peergroup.PeerGroupError')]: true,
    code: 'NO_ADDRESS',
  });
  assert.equal(isPeerGroupError(foreign, 'NO_ADDRESS'), true);
  for (const other of [new Error('x'), null, undefined, 'NO_ADDRESS', { code: 'NO_ADDRESS' }]) {
    assert.equal(isPeerGroupError(other), false);
  }
});

test('failures of the world keep code, hint, details and cause; bugs stay what they are', () => {
  const cause = new Error('EACCES');
  const world = new WorldError('STORAGE_FAILED', 'no', {
    hint: 'chmod',
    details: { errno: 'EACCES' },
    cause,
  });
  const error = errorOfWorld(world);
  assert.ok(isPeerGroupError(error, 'STORAGE_FAILED'));
  assert.deepEqual([error.hint, error.details, error.cause], ['chmod', { errno: 'EACCES' }, world]);
  const bug = new TypeError('x');
  assert.equal(errorOfWorld(bug), bug);
  assert.throws(
    () =>
      parsedArgument('thing', () => {
        throw bug;
      }),
    bug,
  );
});
