// The frames of a join with their encoders, decoders and values of them, in the form of wire-codecs.ts.

import fc from 'fast-check';

import type { Contact } from '../../src/core/domain/invitation.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import * as join from '../../src/core/wire/join.ts';
import { alice, bob } from './golden-chains.ts';
import { anyTime } from './security-codecs.ts';
import { type AnyCodec, anyAddress, bytesOf, codec, plain } from './wire-codecs.ts';

type WithSignature<Body> = Body & { readonly signature: Uint8Array };

const signature = bytesOf(64);
const digest = bytesOf(32);
const anyChain = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 25 });
const anyAddresses = fc.array(anyAddress, { maxLength: 8 });
const anyMessage = fc.uint8Array({ maxLength: 512 });
const anyText = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('\0'));
const anyContacts: fc.Arbitrary<readonly Contact[]> = fc.array(
  plain<Contact>({ member: fc.constantFrom(alice.peer, bob.peer), addresses: anyAddresses }),
  { maxLength: 8 },
);

const anyClaim: fc.Arbitrary<join.JoinClaim> = fc.oneof(
  plain<join.JoinClaim & { kind: 'ticket' }>({
    kind: fc.constant('ticket'),
    offer: digest,
    proof: signature,
  }),
  plain<join.JoinClaim & { kind: 'password' }>({
    kind: fc.constant('password'),
    offer: digest,
    request: anyMessage,
  }),
  plain<join.JoinClaim & { kind: 'renewal' }>({ kind: fc.constant('renewal'), chain: anyChain }),
);

/** What was decoded, without the part that is signed: it follows from the rest. */
function unsignedOf<Body extends { readonly signedPart: Uint8Array }>({
  signedPart: _,
  ...rest
}: Body) {
  return rest;
}

export const JOIN_CODECS: readonly AnyCodec[] = [
  codec<WithSignature<join.JoinBody>>({
    name: 'JOIN',
    kind: KIND.join,
    values: plain({
      joinId: bytesOf(16),
      sentAt: anyTime,
      addresses: anyAddresses,
      claim: anyClaim,
      signature,
    }),
    encode: (value) => join.encodeSigned(join.encodeJoinBody(value), value.signature),
    decode: (bytes) => unsignedOf(join.decodeJoin(bytes)),
  }),
  codec<WithSignature<join.JoinChallengeBody>>({
    name: 'JOIN_CHALLENGE',
    kind: KIND.joinChallenge,
    values: plain({ chain: anyChain, response: anyMessage, signature }),
    encode: (value) => join.encodeSigned(join.encodeJoinChallengeBody(value), value.signature),
    decode: (bytes) => unsignedOf(join.decodeJoinChallenge(bytes)),
  }),
  codec<join.JoinProof>({
    name: 'JOIN_PROOF',
    kind: KIND.joinProof,
    values: plain({ message: anyMessage, mac: digest }),
    encode: join.encodeJoinProof,
    decode: join.decodeJoinProof,
  }),
  codec<WithSignature<join.JoinAdmitBody>>({
    name: 'JOIN_ADMIT',
    kind: KIND.joinAdmit,
    values: plain({
      admitterChain: anyChain,
      mac: digest,
      chain: anyChain,
      groupFriendlyName: anyText,
      epochDepth: fc.maxSafeNat(),
      discoverySecret: digest,
      contacts: anyContacts,
      signature,
    }),
    encode: (value) => join.encodeSigned(join.encodeJoinAdmitBody(value), value.signature),
    decode: (bytes) => unsignedOf(join.decodeJoinAdmit(bytes)),
  }),
  codec<Uint8Array>({
    name: 'JOIN_PENDING',
    kind: KIND.joinPending,
    values: bytesOf(16),
    encode: join.encodeJoinPending,
    decode: join.decodeJoinPending,
  }),
  codec<join.JoinRefuse>({
    name: 'JOIN_REFUSE',
    kind: KIND.joinRefuse,
    values: plain({
      reason: fc.constantFrom(
        ...(Object.keys(join.JOIN_REFUSE_CODES) as readonly join.JoinRefuseReason[]),
      ),
      detail: anyText,
      clock: anyTime,
      contacts: anyContacts,
    }),
    encode: join.encodeJoinRefuse,
    decode: join.decodeJoinRefuse,
  }),
];
