// Application data for everybody: who may send it, how much, and what is no broadcast.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalBytes } from '../../../../src/core/base/bytes.ts';
import { instantOf, type Now, wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { parseMessageType } from '../../../../src/core/domain/message-types.ts';
import { parseGroupName } from '../../../../src/core/domain/names.ts';
import { Broadcasts } from '../../../../src/core/graph/flood/broadcasts.ts';
import { decodeBroadcast, encodeBroadcast } from '../../../../src/core/wire/broadcast.ts';
import { GROUP, hashCrypto, hashSigner, memberOfKey } from '../../../support/roster-network.ts';

const EPOCH = 1_800_000_000_000;
const TYPE = parseMessageType('6a9e1f10-0000-4000-8000-000000000001');
const BYTES = Uint8Array.of(1, 2, 3);
const MALLORY = hashSigner('mallory');

function at(ms: number): Now {
  return { instant: instantOf(ms), wallTime: wallTimeOf(EPOCH + ms) };
}

function desk(name: string, nodeId = 7n, group = GROUP): Broadcasts {
  return new Broadcasts({
    crypto: hashCrypto,
    signer: hashSigner(name),
    group,
    nodeId,
    memberOf: (key) => (equalBytes(key, MALLORY.publicKey) ? null : memberOfKey(key)),
  });
}

function sign(from: Broadcasts, ms = 0): Uint8Array {
  const signed = from.sign(TYPE, BYTES, at(ms), at(ms).wallTime);
  assert.ok(signed !== null);
  return signed;
}

function judge(by: Broadcasts, bytes: Uint8Array, ms = 0) {
  return by.judge(bytes, at(ms), at(ms).wallTime);
}

test('what a member signed is told, with who and which node it was', () => {
  const verdict = judge(desk('bob'), sign(desk('alice', 9n)));
  const { member } = memberOfKey(hashSigner('alice').publicKey);
  const broadcast = { member, nodeId: 9n, type: TYPE, bytes: BYTES };
  assert.deepEqual(verdict, { kind: 'accepted', broadcast });
});

test('the same broadcast is told once, and so is our own', () => {
  const [alice, bob] = [desk('alice'), desk('bob', 8n)];
  const signed = sign(alice);
  assert.equal(judge(bob, signed).kind, 'accepted');
  assert.deepEqual(judge(bob, signed), { kind: 'unwanted', why: 'seenBefore' });
  assert.deepEqual(judge(alice, signed), { kind: 'unwanted', why: 'seenBefore' });
});

test('any other bytes than were signed are forged or malformed, which is the same', () => {
  const signed = sign(desk('alice'));
  for (const [place, byte] of signed.entries()) {
    const changed = signed.slice();
    changed[place] = byte ^ 1;
    assert.notEqual(judge(desk('bob'), changed).kind, 'accepted', `byte ${place}`);
  }
  assert.equal(judge(desk('bob'), signed.subarray(1)).kind, 'forged');
});

test('a broadcast of another group is forged', () => {
  const other = desk('alice', 7n, parseGroupName('d'.repeat(40)));
  assert.equal(judge(desk('bob'), sign(other)).kind, 'forged');
});

test('who is no member is not heard', () => {
  const verdict = judge(desk('bob'), sign(desk('mallory')));
  assert.deepEqual(verdict, { kind: 'unwanted', why: 'unknownMember' });
});

test('what is ten minutes old or ahead is not told, so that it cannot be replayed later', () => {
  const signed = sign(desk('alice'), 600_001);
  assert.deepEqual(judge(desk('bob'), signed, 0), { kind: 'unwanted', why: 'notFresh' });
  assert.deepEqual(judge(desk('bob'), signed, 1_200_002), { kind: 'unwanted', why: 'notFresh' });
  assert.equal(judge(desk('bob'), signed, 1_200_001).kind, 'accepted');
});

test('a node sends 128 at once and 32 in each second, and more is neither sent nor told', () => {
  const [alice, bob] = [desk('alice'), desk('bob', 8n)];
  for (let count = 0; count < LIMITS.broadcastsBurst; count++) sign(alice);
  assert.equal(alice.sign(TYPE, BYTES, at(0), at(0).wallTime), null);
  for (let count = 0; count < LIMITS.broadcastsPerSecond; count++) sign(alice, 1_000);
  assert.equal(alice.sign(TYPE, BYTES, at(1_000), at(1_000).wallTime), null);

  const eager = hashSigner('alice');
  const all = Array.from({ length: 200 }, (_, sequence) => {
    const decoded = decodeBroadcast(sign(desk('alice')));
    return resigned({ ...decoded, sequence: sequence + 1 }, eager);
  });
  const told = all.filter((bytes) => judge(bob, bytes).kind === 'accepted');
  assert.equal(told.length, LIMITS.broadcastsBurst);
});

function resigned(
  broadcast: ReturnType<typeof decodeBroadcast>,
  signer: ReturnType<typeof hashSigner>,
): Uint8Array {
  const blank = encodeBroadcast({ ...broadcast, signature: new Uint8Array(64) });
  const context = Buffer.concat([lengthened('peergroup-broadcast-v1'), lengthened(GROUP)]);
  const signature = signer.sign(Buffer.concat([context, blank.subarray(0, -64)]));
  return encodeBroadcast({ ...broadcast, signature });
}

function lengthened(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

test('somebody else cannot use up what a node may send', () => {
  const [alice, bob] = [desk('alice'), desk('bob', 8n)];
  const signed = sign(alice);
  for (let count = 0; count < 500; count++) {
    const forged = encodeBroadcast({ ...decodeBroadcast(signed), sequence: count + 5 });
    assert.equal(judge(bob, forged).kind, 'forged');
  }
  assert.equal(judge(bob, signed).kind, 'accepted');
});

test('of a node that sent too many not even the signatures are checked', () => {
  let checks = 0;
  const crypto = {
    ...hashCrypto,
    verify: (...given: Parameters<typeof hashCrypto.verify>) => {
      checks += 1;
      return hashCrypto.verify(...given);
    },
  };
  const parts = { signer: hashSigner('bob'), group: GROUP, nodeId: 8n, memberOf: memberOfKey };
  const bob = new Broadcasts({ ...parts, crypto });
  const decoded = decodeBroadcast(sign(desk('alice')));
  for (let sequence = 1; sequence <= 500; sequence++) {
    judge(bob, resigned({ ...decoded, sequence }, hashSigner('alice')));
  }
  assert.equal(checks, LIMITS.broadcastsBurst);
  for (let nodeId = 100n; nodeId < 200n; nodeId++) judge(bob, sign(desk('alice', nodeId)));
  assert.equal(checks, LIMITS.broadcastsBurst + LIMITS.broadcastersPerMemberMax - 1);
});

test('a node that connects again is heard at once', () => {
  const bob = desk('bob', 8n);
  const before = desk('alice');
  for (let count = 0; count < LIMITS.broadcastsBurst; count++)
    judge(bob, sign(before, 1_000), 1_000);
  const again = desk('alice');
  assert.equal(judge(bob, sign(again, 5_000), 5_000).kind, 'accepted');
});

test('a member that calls itself many nodes is heard as a few', () => {
  const bob = desk('bob');
  const told = Array.from({ length: 50 }, (_, at) =>
    judge(bob, sign(desk('alice', BigInt(at + 1)))),
  );
  const count = told.filter(({ kind }) => kind === 'accepted').length;
  assert.equal(count, LIMITS.broadcastersPerMemberMax);
});

test('a member whose process starts often is heard again once its former nodes are silent', () => {
  const bob = desk('bob');
  for (let node = 1; node <= LIMITS.broadcastersPerMemberMax; node++) {
    assert.equal(judge(bob, sign(desk('alice', BigInt(node)))).kind, 'accepted');
  }
  const next = desk('alice', 1_000n);
  assert.deepEqual(judge(bob, sign(next)), { kind: 'unwanted', why: 'tooMany' });
  const later = 1_200_001;
  assert.equal(judge(bob, sign(next, later), later).kind, 'accepted');
});

test('broadcasts that overtake each other are told each once', () => {
  const [alice, bob] = [desk('alice'), desk('bob', 8n)];
  const all = Array.from({ length: 100 }, () => sign(alice)).reverse();
  for (const signed of all) assert.equal(judge(bob, signed).kind, 'accepted');
  for (const signed of all) assert.equal(judge(bob, signed).kind, 'unwanted');
});
