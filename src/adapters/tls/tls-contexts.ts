// One SecureContext for each identity, made once: it costs 0.3 ms and 28 KB. TLS 1.3 and Ed25519
// alone; the hybrid post-quantum key exchange first, plain X25519 for a peer without it.

import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { WireCredentials } from '../../core/ports/wires.ts';

/** What every context and server of ours has in common. */
export const TLS_OPTIONS = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  sigalgs: 'ed25519',
  ecdhCurve: 'X25519MLKEM768:X25519',
  // The tickets that OpenSSL sends all the same cannot be redeemed.
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

const contexts = new WeakMap<WireCredentials, SecureContext>();

export function secureContextOf(credentials: WireCredentials): SecureContext {
  const known = contexts.get(credentials);
  if (known !== undefined) return known;
  const context = createSecureContext({
    ...TLS_OPTIONS,
    cert: pemOf(credentials.certificate),
    key: credentials.privateKeyPem,
  });
  contexts.set(credentials, context);
  return context;
}

function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
