// Statements, pages and the secret of an epoch with their encoders, decoders and values of them, in the
// form of wire-codecs.ts.

import fc from 'fast-check';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { utf8Bytes } from '../../src/core/base/utf8.ts';
import type {
  Admission,
  Epoch,
  GroupProperties,
  JoinOffer,
  OfferEnd,
  Revocation,
  SealedBox,
  SecretShare,
  StatementBody,
  StatementSignature,
} from '../../src/core/domain/security.ts';
import {
  decodeEpochSecret,
  type EpochSecret,
  encodeEpochSecret,
} from '../../src/core/wire/epoch-secret.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import {
  decodePage,
  decodeStatement,
  encodePage,
  encodeStatement,
  encodeUnsigned,
} from '../../src/core/wire/security.ts';
import { club } from './golden-chains.ts';
import { nodeCrypto } from './trust-cast.ts';
import { type AnyCodec, bytesOf, codec, plain } from './wire-codecs.ts';

export const anyTime = fc.maxSafeNat().map(wallTimeOf);
const digest = bytesOf(32);
const positive = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeNat().map((n) => n || 1),
);

/** By their keys, each once. */
function byKey<Item>(
  items: fc.Arbitrary<Item>,
  keyOf: (item: Item) => Uint8Array,
  { minLength = 0, maxLength = 6 } = {},
): fc.Arbitrary<readonly Item[]> {
  return fc
    .uniqueArray(items, { minLength, maxLength, selector: (item) => keyOf(item).join() })
    .map((all) => all.toSorted((a, b) => Buffer.compare(keyOf(a), keyOf(b))));
}

function digests(minLength = 0): fc.Arbitrary<readonly Uint8Array[]> {
  return byKey(digest, (each) => each, { minLength });
}

const anyText = fc
  .string({ unit: 'binary', maxLength: 60 })
  .filter((text) => utf8Bytes(text).length <= 256 && !text.includes('\0'));

const anyBox: fc.Arbitrary<SealedBox> = plain({ publicKey: digest, sealed: bytesOf(80) });
const anyBoxes = byKey(anyBox, ({ publicKey }) => publicKey, { minLength: 1, maxLength: 3 });

const anyRevocation: fc.Arbitrary<Revocation> = fc
  .constantFrom('member' as const, 'subtree' as const, 'certificates' as const)
  .chain((scope) =>
    plain<Revocation>({
      kind: fc.constant('revocation'),
      target: digest,
      scope: fc.constant(scope),
      certificates: scope === 'certificates' ? digests(1) : fc.constant([]),
      cutoffs: byKey(plain({ journal: bytesOf(8), sequence: positive }), ({ journal }) => journal),
      keptPages: digests(),
      reason: anyText,
    }),
  );

const anyOffer: fc.Arbitrary<JoinOffer> = fc
  .constantFrom('ticket' as const, 'password' as const, 'code' as const)
  .chain((by) =>
    plain<JoinOffer>({
      kind: fc.constant('offer'),
      by: fc.constant(by),
      key: digest,
      role: fc.constantFrom('administrator', 'invitingMember', 'member'),
      usesMax: fc.option(fc.integer({ min: 1, max: 1_000 })),
      expiresAt: anyTime,
      leaseMs: positive,
      needsApproval: fc.boolean(),
      doorSecret: digest,
      label: anyText,
      verifier:
        by === 'ticket'
          ? fc.constant(null)
          : plain({ ciphertext: fc.uint8Array({ maxLength: 300 }), boxes: anyBoxes }),
    }),
  );

const anyBody: fc.Arbitrary<StatementBody> = fc.oneof(
  anyRevocation,
  anyOffer,
  plain<OfferEnd>({ kind: fc.constant('offerEnd'), offer: digest, admitted: digests() }),
  plain<Admission>({
    kind: fc.constant('admission'),
    offer: digest,
    member: digest,
    certificate: digest,
    proof: fc.oneof(bytesOf(64), bytesOf(0)),
  }),
  plain<Epoch>({
    kind: fc.constant('epoch'),
    previous: digest,
    secretDigest: digest,
    revocations: digests(),
  }),
  plain<GroupProperties>({
    kind: fc.constant('properties'),
    version: positive,
    friendlyName: anyText,
    comment: anyText,
    leaseMs: positive,
    application: anyText,
  }),
  plain<SecretShare>({ kind: fc.constant('share'), offer: digest, boxes: anyBoxes }),
);

const anySignature: fc.Arbitrary<StatementSignature> = plain({
  publicKey: digest,
  membership: digest,
  signature: bytesOf(64),
});

interface Said {
  readonly issuedAt: ReturnType<typeof wallTimeOf>;
  readonly body: StatementBody;
  readonly signatures: readonly StatementSignature[];
}

export const SECURITY_CODECS: readonly AnyCodec[] = [
  codec<Said>({
    name: 'STATEMENT',
    kind: KIND.statement,
    values: plain<Said>({
      issuedAt: anyTime,
      body: anyBody,
      signatures: byKey(anySignature, ({ publicKey }) => publicKey, { minLength: 1, maxLength: 4 }),
    }),
    encode: ({ issuedAt, body, signatures }) =>
      encodeStatement(encodeUnsigned(issuedAt, body), signatures),
    decode: (bytes) => {
      const { issuedAt, body, signatures } = decodeStatement(bytes, club.group, nodeCrypto);
      return { issuedAt, body, signatures };
    },
  }),
  codec<readonly Uint8Array[]>({
    name: 'KEPT_PAGE',
    kind: KIND.keptPage,
    values: digests(1),
    encode: encodePage,
    decode: decodePage,
  }),
  codec<EpochSecret>({
    name: 'EPOCH_SECRET',
    kind: KIND.epochSecret,
    values: plain<EpochSecret>({ epoch: digest, secret: digest }),
    encode: encodeEpochSecret,
    decode: decodeEpochSecret,
  }),
];
