// The frames of a join as the tests of the protocol read them: their values as plain JSON, chains as the
// lengths of their certificates, and the bytes that the encoder makes of what was decoded.

import type { KIND } from '../../src/core/wire/frame.ts';
import * as join from '../../src/core/wire/join.ts';
import { fieldsOf, type Reader, reader } from './graph-reading.ts';

export const JOIN_BODIES: Readonly<Partial<Record<keyof typeof KIND, Reader>>> = {
  join: (payload) => {
    const { joinId, sentAt, addresses, claim, signature } = join.decodeJoin(payload);
    const version = join.joinVersionOf(payload);
    const shown =
      claim.kind === 'renewal'
        ? { kind: claim.kind, chainLengths: lengthsOf(claim.chain) }
        : { ...claim };
    return {
      values: fieldsOf({ version, joinId, sentAt, addresses, claim: shown, signature }),
      again: join.encodeSigned(
        join.encodeJoinBody({ joinId, sentAt, addresses, claim }),
        signature,
      ),
    };
  },
  joinChallenge: (payload) => {
    const challenge = join.decodeJoinChallenge(payload);
    const { chain, response, signature } = challenge;
    return {
      values: fieldsOf({ chainLengths: lengthsOf(chain), response, signature }),
      again: join.encodeSigned(join.encodeJoinChallengeBody(challenge), signature),
    };
  },
  joinProof: reader(join.decodeJoinProof, join.encodeJoinProof),
  joinAdmit: (payload) => {
    const admit = join.decodeJoinAdmit(payload);
    const { admitterChain, chain, signedPart: _, ...rest } = admit;
    const lengths = {
      admitterChainLengths: lengthsOf(admitterChain),
      chainLengths: lengthsOf(chain),
    };
    return {
      values: fieldsOf({ ...lengths, ...rest }),
      again: join.encodeSigned(join.encodeJoinAdmitBody(admit), admit.signature),
    };
  },
  joinPending: (payload) => {
    const joinId = join.decodeJoinPending(payload);
    return { values: fieldsOf({ joinId }), again: join.encodeJoinPending(joinId) };
  },
  joinRefuse: reader(join.decodeJoinRefuse, join.encodeJoinRefuse),
};

function lengthsOf(chain: readonly Uint8Array[]): readonly number[] {
  return chain.map((der) => der.length);
}
