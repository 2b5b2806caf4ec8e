// What is written comes back and has one encoding; what is signed and what names a statement depend on the
// group and on all of its bytes; a statement that was read is the reader's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { concatBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type {
  JoinOffer,
  SealedBox,
  SecurityStatement,
  StatementSignature,
} from '../../../src/core/domain/security.ts';
import { payloadBytesMax } from '../../../src/core/wire/frame.ts';
import { joinSignedBytes } from '../../../src/core/wire/join.ts';
import {
  decodePage,
  decodeStatement,
  encodePage,
  encodeStatement,
  encodeUnsigned,
  pageDigest,
  signedBytesOf,
  ticketUseBytes,
} from '../../../src/core/wire/security.ts';
import {
  byAlice,
  byBob,
  byGroupKey,
  PAGE,
  PASSWORD_OFFER,
  REVOCATION,
  statementOf,
} from '../../golden/example-security.ts';
import { alice, bob, club, mallory } from '../../support/golden-chains.ts';
import { JOIN_CODECS } from '../../support/join-codecs.ts';
import { SECURITY_CODECS } from '../../support/security-codecs.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

for (const { name, kind, values, encode, decode } of [...SECURITY_CODECS, ...JOIN_CODECS]) {
  test(`${name}: what is written comes back, and fits its frame`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value);
        assert.ok(bytes.length <= payloadBytesMax(kind));
        assert.deepEqual(decode(bytes), value);
      }),
    );
  });

  test(`${name}: any other bytes are refused, or are the one encoding of what they say`, () => {
    const broken = fc
      .tuple(values, fc.nat(), fc.nat(255), fc.nat(3))
      .map(([value, at, byte, how]) => {
        const bytes = encode(value);
        const place = at % bytes.length;
        if (how === 0) return bytes.slice(0, place);
        if (how === 1) return Uint8Array.of(...bytes, byte);
        return bytes.with(place, byte);
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        let value: unknown;
        try {
          value = decode(bytes);
        } catch (error) {
          assert.ok(error instanceof MalformedBytes, String(error));
          return;
        }
        assert.deepEqual(encode(value), bytes);
      }),
      { numRuns: 500 },
    );
  });
}

function isGood(
  { publicKey, membership, signature }: StatementSignature,
  { group, unsigned }: SecurityStatement,
): boolean {
  return nodeCrypto.verify(publicKey, signedBytesOf(group, unsigned, membership), signature);
}

const revocation = decodeStatement(REVOCATION, club.group, nodeCrypto);

test('a statement that was read shares no memory with the bytes it came in', () => {
  const bytes = REVOCATION.slice();
  const read = decodeStatement(bytes, club.group, nodeCrypto);
  const page = PAGE.slice();
  const digests = decodePage(page);
  bytes.fill(0xee);
  page.fill(0xee);
  assert.deepEqual(read, revocation);
  assert.deepEqual(encodePage(digests), PAGE);
});

test('another group gives another digest and other bytes to sign', () => {
  const elsewhere = decodeStatement(REVOCATION, mallory.group, nodeCrypto);
  assert.notDeepEqual(elsewhere.digest, revocation.digest);
  const pages = [club, mallory].map(({ group }) => pageDigest(PAGE, group, nodeCrypto));
  assert.notDeepEqual(pages[0], pages[1]);
  const [signature] = revocation.signatures;
  assert.ok(signature);
  assert.ok(isGood(signature, revocation));
  assert.ok(!isGood(signature, elsewhere));
});

test('what is signed is everything before the signatures and the own membership, in any order', () => {
  const { issuedAt, body } = revocation;
  assert.deepEqual(revocation.unsigned, encodeUnsigned(issuedAt, body));
  const both = statementOf(body, [byBob, byAlice], issuedAt);
  const read = decodeStatement(both, club.group, nodeCrypto);
  assert.deepEqual(read.unsigned, revocation.unsigned);
  assert.equal(read.signatures.length, 2);
  for (const each of read.signatures) {
    assert.ok(isGood(each, read));
    assert.ok(!isGood({ ...each, membership: new Uint8Array(32) }, read));
  }
  assert.deepEqual(both, statementOf(body, [byAlice, byBob], issuedAt));
});

test('nothing that is signed in one place passes for another', () => {
  const unsigned = encodeUnsigned(revocation.issuedAt, revocation.body);
  const zeros = new Uint8Array(32);
  const binding = {
    exporter: zeros,
    joinerCertificateDigest: zeros,
    admitterCertificateDigest: zeros,
    group: club.group,
  };
  const starts = [
    signedBytesOf(club.group, unsigned, zeros),
    ticketUseBytes(club.group, zeros, alice.publicKey),
    joinSignedBytes('joiner', binding, unsigned, nodeCrypto),
    joinSignedBytes('admitter', binding, unsigned, nodeCrypto),
  ].map((bytes) => Buffer.from(bytes.subarray(0, 20)).toString('hex'));
  assert.equal(new Set(starts).size, starts.length);
});

test('the longest statements there are fit a frame', () => {
  const boxes: readonly SealedBox[] = Array.from({ length: LIMITS.verifierBoxesMax }, (_, at) => {
    const publicKey = new Uint8Array(32);
    publicKey.set([at >> 8, at & 255]);
    return { publicKey, sealed: new Uint8Array(80) };
  });
  const { body } = decodeStatement(PASSWORD_OFFER, club.group, nodeCrypto);
  assert.ok(body.kind === 'offer');
  const offer: JoinOffer = {
    ...body,
    usesMax: LIMITS.offerUsesMax,
    leaseMs: Number.MAX_SAFE_INTEGER,
    label: 'x'.repeat(LIMITS.statementTextBytesMax),
    verifier: { ciphertext: new Uint8Array(LIMITS.verifierBytesMax), boxes },
  };
  const admitted = Array.from({ length: LIMITS.keptDigestsInPageMax }, (_, at) => {
    const digest = new Uint8Array(32);
    digest.set([at >> 8, at & 255]);
    return digest;
  });
  const end = { kind: 'offerEnd', offer: new Uint8Array(32), admitted } as const;
  for (const each of [offer, end]) {
    const unsigned = encodeUnsigned(revocation.issuedAt, each);
    const signatures = [1, 2, 3, 4].map((first) => ({
      publicKey: new Uint8Array(32).fill(first),
      membership: new Uint8Array(32),
      signature: new Uint8Array(64),
    }));
    const bytes = encodeStatement(unsigned, signatures);
    assert.ok(bytes.length <= LIMITS.statementBytesMax, `${bytes.length} bytes`);
    assert.deepEqual(decodeStatement(bytes, club.group, nodeCrypto).body, each);
  }
  assert.ok(encodePage(admitted).length <= LIMITS.syncFrameBytesMax);
});

test('a statement above its limit is refused before it is copied', () => {
  const long = concatBytes([REVOCATION, new Uint8Array(LIMITS.statementBytesMax)]);
  assert.throws(() => decodeStatement(long, club.group, nodeCrypto), /too long/);
  assert.throws(() => decodePage(new Uint8Array(LIMITS.syncFrameBytesMax + 1)), /too long/);
});

test('we never write what nobody would take', () => {
  const { body, issuedAt } = revocation;
  assert.ok(body.kind === 'revocation');
  const [signature] = revocation.signatures;
  assert.ok(signature);
  const unsigned = encodeUnsigned(issuedAt, body);
  const unordered = [bob.publicKey, alice.publicKey].sort((a, b) => Buffer.compare(b, a));
  for (const wrong of [
    () => encodeStatement(unsigned, []),
    () => encodeStatement(unsigned, [signature, signature]),
    () => encodeUnsigned(issuedAt, { ...body, certificates: [alice.publicKey] }),
    () => encodeUnsigned(issuedAt, { ...body, scope: 'certificates' }),
    () => encodeUnsigned(issuedAt, { ...body, keptPages: unordered }),
    () => encodePage([]),
    () => encodePage(unordered),
    () => statementOf({ ...body, reason: 'x'.repeat(257) }, [byGroupKey]),
  ]) {
    assert.throws(wrong, BrokenInvariant);
  }
});
