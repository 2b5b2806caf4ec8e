// The machine of one who is asked for a membership: whom it believes, and what it never says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { encodeFrame, KIND } from '../../../src/core/wire/frame.ts';
import { encodeJoinProof } from '../../../src/core/wire/join.ts';
import { NOW } from '../../support/golden-chains.ts';
import { exchange, STAFF } from '../../support/join-offers.ts';
import {
  AT,
  admitterOf,
  BY_PASSWORD,
  DORA,
  frameOf,
  joinerOf,
  OFFER,
  provingPair,
  toAdmitter,
  verifierOfPair,
  welcome,
} from '../../support/join-pair.ts';
import { CLUB } from '../../support/simulated-club.ts';

test('who asks is read, and shares no memory with what came', () => {
  const { kind, payload } = frameOf(joinerOf().start(AT));
  const step = admitterOf().receive(kind, payload);
  payload.fill(0);
  assert.ok(step.kind === 'asked');
  const { joiner, claim, sentAt } = step.request;
  assert.equal(joiner.subject, DORA.peer);
  assert.equal(sentAt, NOW);
  assert.ok(claim.kind === 'ticket');
  assert.deepEqual(claim.offer, OFFER);
});

test('a JOIN that was said on another connection, to another or by another is not believed', () => {
  const join = joinerOf().start(AT);
  const { ada, bob } = STAFF;
  for (const other of [
    { exporter: new Uint8Array(32).fill(8) },
    { ownCertificateDigest: ada.certificateDigest },
    { farCertificate: bob.identity },
    { group: CLUB.eve.membership.group },
  ]) {
    assert.equal(toAdmitter(admitterOf(other), join).kind, 'violated', Object.keys(other)[0]);
  }
  const unsigned = joinerOf({ signer: CLUB.eve.person }).start(AT);
  assert.equal(toAdmitter(admitterOf(), unsigned).kind, 'violated', 'signed by another');
});

test('a JOIN whose bytes were changed is not believed', () => {
  const { kind, payload } = frameOf(joinerOf().start(AT));
  for (let at = 0; at < payload.length; at++) {
    const changed = payload.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    try {
      assert.equal(admitterOf().receive(kind, changed).kind, 'violated', String(at));
    } catch (error) {
      assert.ok(error instanceof MalformedBytes, String(error));
    }
  }
});

test('the proof of a password fits one connection', () => {
  const pair = provingPair();
  assert.ok(pair.step.kind === 'wait');
  const { kind, payload } = frameOf(pair.step.send);
  const other = provingPair();
  assert.equal(other.admitter.receive(kind, payload).kind, 'wrongPassword', 'of another exchange');
  assert.equal(pair.admitter.receive(kind, payload).kind, 'proved', 'where it belongs');
});

test('a proof without the code of authentication is none', () => {
  const { admitter, step } = provingPair();
  assert.ok(step.kind === 'wait');
  const { payload } = frameOf(step.send);
  const message = payload.slice(1, payload.length - 32);
  const mac = new Uint8Array(32);
  const bare = encodeFrame(KIND.joinProof, encodeJoinProof({ message, mac }));
  assert.equal(toAdmitter(admitter, [bare]).kind, 'wrongPassword');
});

test('nobody is admitted, and nobody waits, who did not ask or did not prove', () => {
  assert.throws(() => admitterOf().admit(welcome()), BrokenInvariant);
  assert.throws(() => admitterOf().pend(), BrokenInvariant);
  const admitter = admitterOf();
  toAdmitter(admitter, joinerOf({ secret: BY_PASSWORD }).start(AT));
  assert.throws(() => admitter.admit(welcome()), BrokenInvariant);
  const wrong = provingPair('Wrong horse 7 battery staple');
  assert.throws(() => wrong.admitter.admit(welcome()), BrokenInvariant);
});

test('a password is asked for once on a connection', () => {
  const { admitter, step } = provingPair();
  assert.throws(
    () => admitter.challenge(STAFF.ann.membership, verifierOfPair(), exchange),
    BrokenInvariant,
  );
  assert.ok(step.kind === 'wait');
  toAdmitter(admitter, step.send);
  assert.throws(
    () => admitter.challenge(STAFF.ann.membership, verifierOfPair(), exchange),
    BrokenInvariant,
  );
});

test('what is no beginning of an exchange is not answered', () => {
  const admitter = admitterOf();
  toAdmitter(admitter, joinerOf({ secret: BY_PASSWORD }).start(AT));
  const nothing = { ...verifierOfPair(), setup: new Uint8Array(0) };
  assert.equal(admitter.challenge(STAFF.ann.membership, nothing, exchange), null);
});

test('frames out of turn end the join', () => {
  const join = joinerOf().start(AT);
  for (const kind of [KIND.hello, KIND.joinProof, KIND.joinAdmit, KIND.joinRefuse]) {
    const admitter = admitterOf();
    assert.equal(admitter.receive(kind, new Uint8Array(0)).kind, 'violated', String(kind));
    assert.equal(toAdmitter(admitter, join).kind, 'violated', 'nothing comes behind the end');
  }
  const admitter = admitterOf();
  toAdmitter(admitter, join);
  assert.equal(toAdmitter(admitter, join).kind, 'violated', 'JOIN comes once');
});

test('a JOIN of another version is not read', () => {
  const { kind, payload } = frameOf(joinerOf().start(AT));
  const later = payload.slice();
  later[0] = 2;
  const step = admitterOf().receive(kind, later);
  assert.deepEqual(step, { kind: 'violated', detail: 'JOIN of version 2' });
});
