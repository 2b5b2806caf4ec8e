// The identity card (protocol.md §5.1): one line of text by which somebody who is to be invited
// shows the own identity certificate. It holds nothing secret.

import { assert } from '../base/assert.ts';
import { base64urlBytes, base64urlText } from '../base/base64url.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { IdentityCertificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Verdict } from '../domain/refusals.ts';
import { refuse } from '../domain/refusals.ts';
import type { ChainJudge } from './chain.ts';

const PREFIX = 'peergroup-identity:';
const VERSION = 1;

export function writeIdentityCard(identity: IdentityCertificate): string {
  const bytes = new ByteWriter().u8(VERSION).bytes(identity.der).finish();
  const text = PREFIX + base64urlText(bytes);
  assert(text.length <= LIMITS.cardTextMax, 'every identity certificate fits a card');
  return text;
}

/** Takes the text as it was written, to the character. */
export function readIdentityCard(text: string, judge: ChainJudge): Verdict<IdentityCertificate> {
  try {
    return readCard(text, judge);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return refuse('IDENTITY_INVALID', error.message);
  }
}

function readCard(text: string, judge: ChainJudge): Verdict<IdentityCertificate> {
  if (text.length > LIMITS.cardTextMax || !text.startsWith(PREFIX)) {
    return refuse('IDENTITY_INVALID', `an identity card begins with ${PREFIX}`);
  }
  const input = new ByteReader(base64urlBytes(text.slice(PREFIX.length)));
  const version = input.u8();
  if (version !== VERSION) {
    return refuse('UNSUPPORTED_VERSION', `identity card of version ${version}`);
  }
  const der = input.bytes(LIMITS.certificateBytesMax);
  input.end();
  return judge.verifyIdentity(der);
}
