// Every frame of a join with one bit changed, at every place: whoever gets it believes nothing of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { KIND } from '../../../src/core/wire/frame.ts';
import {
  AT,
  admitterOf,
  frameOf,
  joinerOf,
  provingPair,
  toAdmitter,
  welcome,
} from '../../support/join-pair.ts';

/** With each byte changed in turn. */
function* changed(payload: Uint8Array, step = 1): Generator<Uint8Array> {
  for (let at = 0; at < payload.length; at += step) {
    const other = payload.slice();
    other[at] = (other[at] ?? 0) ^ (1 << (at % 8));
    yield other;
  }
}

/** What came of it; `malformed` when it was no frame. */
function outcome(receive: () => { readonly kind: string }): string {
  try {
    return receive().kind;
  } catch (error) {
    assert.ok(error instanceof MalformedBytes, String(error));
    return 'malformed';
  }
}

test('a JOIN_ADMIT that was changed admits nobody', () => {
  const admitter = admitterOf();
  toAdmitter(admitter, joinerOf().start(AT));
  const { kind, payload } = frameOf(admitter.admit(welcome()));
  for (const bytes of changed(payload)) {
    const joiner = joinerOf();
    joiner.start(AT);
    const what = outcome(() => joiner.receive(kind, bytes, AT));
    assert.ok(['malformed', 'refusedByUs'].includes(what), what);
  }
});

test('a JOIN_CHALLENGE that was changed is answered with no proof', () => {
  const { challenge } = provingPair();
  const { kind, payload } = frameOf(challenge);
  for (const bytes of changed(payload)) {
    const secret = { kind: 'password', offer: new Uint8Array(32), role: 'member' } as const;
    const joiner = joinerOf({ secret: { ...secret, password: 'Wrong horse 7' } });
    joiner.start(AT);
    const what = outcome(() => joiner.receive(kind, bytes, AT));
    assert.ok(['malformed', 'refusedByUs'].includes(what), what);
  }
});

test('a JOIN_PROOF that was changed proves nothing', () => {
  // One for each, since a proof is tried once; a few places of each part are enough at this price.
  const { length } = frameOf(sentBy(provingPair().step)).payload;
  for (const at of [0, 1, 20, 64, 65, 80, length - 1]) {
    const { admitter, step } = provingPair();
    const { payload } = frameOf(sentBy(step));
    payload[at] = (payload[at] ?? 0) ^ 1;
    const what = outcome(() => admitter.receive(KIND.joinProof, payload));
    assert.ok(['malformed', 'wrongPassword'].includes(what), `${what} at ${at}`);
  }
});

function sentBy(step: ReturnType<typeof provingPair>['step']): readonly Uint8Array[] {
  assert.ok(step.kind === 'wait');
  return step.send;
}
