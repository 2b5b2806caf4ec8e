// What is carried to another machine: one line of text, a prefix that says what it is and bytes under a
// password (docs/decisions/0014-moving.md). Whatever is wrong with a text is one error, for a wrong password cannot
// be told from a changed character.

import {
  openUnderPassword,
  PASSWORD_SEAL_BYTES,
  sealUnderPassword,
} from '../../adapters/vault/password-seal.ts';
import { assert } from '../../core/base/assert.ts';
import { base64urlBytes, base64urlText } from '../../core/base/base64url.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { requireObject } from '../arguments.ts';
import { invalidArgument, PeerGroupError } from '../peer-group-error.ts';

export interface SealOptions {
  /**
   * Whoever has the text and the password has what it carries. The empty password is allowed and protects
   * nothing: the text is a secret of its own then.
   */
  readonly password: string;
}

export interface TextForm {
  /** With its colon. The bytes open under no other one. */
  readonly prefix: string;
  readonly textMax: number;
}

export function requirePassword(options: SealOptions): string {
  requireObject('options', options);
  const { password } = options;
  if (typeof password !== 'string') throw invalidArgument('password', 'text, which may be empty');
  return password;
}

export async function sealText(
  { prefix, textMax }: TextForm,
  content: Uint8Array,
  password: string,
): Promise<string> {
  const text =
    prefix + base64urlText(await sealUnderPassword(content, { password, purpose: prefix }));
  assert(text.length <= textMax, 'what is exported fits its limit');
  return text;
}

/** The content as `decode` reads it. Rejects with `EXPORT_NOT_OPENED`, also for the `MalformedBytes` of `decode`. */
export async function openText<Value>(
  { prefix, textMax }: TextForm,
  text: string,
  password: string,
  decode: (content: Uint8Array) => Value,
): Promise<Value> {
  const line = text.trim();
  // Before a single digit is decoded, and long before anything is derived from the password.
  if (!line.startsWith(prefix)) throw notOpened(`It begins with ${prefix}`);
  if (line.length > textMax) throw notOpened('It is longer than any export.');
  try {
    const bytes = base64urlBytes(line.slice(prefix.length));
    if (bytes.length <= PASSWORD_SEAL_BYTES) throw new MalformedBytes('cut short');
    return decode(await openUnderPassword(bytes, { password, purpose: prefix }));
  } catch (error) {
    if (error instanceof MalformedBytes) throw notOpened('');
    throw error;
  }
}

function notOpened(detail: string): PeerGroupError {
  return new PeerGroupError('EXPORT_NOT_OPENED', detail);
}
