// Statements, pages and the secret of an epoch as the tests of the protocol read them: their values as
// plain JSON, and the bytes that the encoder makes of what was decoded.

import { hexText } from '../../src/core/base/hex.ts';
import { decodeEpochSecret, encodeEpochSecret } from '../../src/core/wire/epoch-secret.ts';
import type { KIND } from '../../src/core/wire/frame.ts';
import {
  decodePage,
  decodeStatement,
  encodePage,
  encodeStatement,
  encodeUnsigned,
  pageDigest,
} from '../../src/core/wire/security.ts';
import { club } from './golden-chains.ts';
import { fieldsOf, type Reader, reader } from './graph-reading.ts';
import { nodeCrypto } from './trust-cast.ts';

/** Of the group of all examples. */
export const SECURITY_BODIES: Readonly<Partial<Record<keyof typeof KIND, Reader>>> = {
  statement: (payload) => {
    const statement = decodeStatement(payload, club.group, nodeCrypto);
    const { digest, issuedAt, body, signatures } = statement;
    return {
      values: fieldsOf({ digest, issuedAt, body, signatures }),
      again: encodeStatement(encodeUnsigned(issuedAt, body), signatures),
    };
  },
  keptPage: (payload) => {
    const digests = decodePage(payload);
    const digest = hexText(pageDigest(payload, club.group, nodeCrypto));
    return { values: fieldsOf({ digest, digests }), again: encodePage(digests) };
  },
  epochSecret: reader(decodeEpochSecret, encodeEpochSecret),
};
