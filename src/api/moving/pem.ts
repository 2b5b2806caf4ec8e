// Certificates as PEM (RFC 7468), for openssl and whatever else reads it.

const DIGITS_PER_LINE = 64;

/** In this order, one behind the other. */
export function pemOf(certificates: readonly Uint8Array[]): string {
  return certificates.map(blockOf).join('');
}

function blockOf(der: Uint8Array): string {
  const digits = Buffer.from(der).toString('base64');
  const lines = digits.match(new RegExp(`.{1,${DIGITS_PER_LINE}}`, 'g')) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
