// What ties a join to one connection (protocol.md §15.4): the signature of either end over the TLS exporter
// and both certificates, and for a password a code of authentication over the same by its session key.
// Whoever stands between two connections has two exporters and can make neither.

import { ByteWriter } from '../base/byte-writer.ts';
import { utf8Bytes } from '../base/utf8.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import { encodeFrame } from '../wire/frame.ts';
import { encodeSigned, type JoinBinding, type JoinRole, joinSignedBytes } from '../wire/join.ts';

/** Salt of the key derivation, so that the session key is never used itself. */
const KEY_CONTEXT = utf8Bytes('peergroup-join-key-v1');
const MAC_CONTEXTS: Readonly<Record<JoinRole, string>> = {
  joiner: 'pg-join J',
  admitter: 'pg-join A',
};
/** The counter of the first and only block of HKDF-Expand (RFC 5869). */
const FIRST_BLOCK = Uint8Array.of(1);

/** A frame of `kind` with the signature of `role`. */
export function signedFrame(
  kind: number,
  signedPart: Uint8Array,
  end: {
    readonly role: JoinRole;
    readonly binding: JoinBinding;
    readonly signer: Signer;
    readonly crypto: Crypto;
  },
): Uint8Array {
  const signature = end.signer.sign(joinSignedBytes(end.role, end.binding, signedPart, end.crypto));
  return encodeFrame(kind, encodeSigned(signedPart, signature));
}

/** Proves to know the session key of the password exchange at this end of this connection, 32 bytes. */
export function joinMac(
  role: JoinRole,
  binding: JoinBinding,
  sessionKey: Uint8Array,
  crypto: Crypto,
): Uint8Array {
  const { exporter, group, joinerCertificateDigest, admitterCertificateDigest } = binding;
  const spoken = new ByteWriter()
    .text(MAC_CONTEXTS[role])
    .raw(exporter)
    .text(group)
    .raw(joinerCertificateDigest)
    .raw(admitterCertificateDigest)
    .finish();
  return crypto.hmacSha256(macKey(sessionKey, crypto), spoken);
}

/** HKDF-SHA256 (RFC 5869) of one block, without info: there is one key for one use. */
function macKey(sessionKey: Uint8Array, crypto: Crypto): Uint8Array {
  const extracted = crypto.hmacSha256(KEY_CONTEXT, sessionKey);
  return crypto.hmacSha256(extracted, FIRST_BLOCK);
}
