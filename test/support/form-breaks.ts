// Deviations from the certificate profile, one each, for the certificate of an administrator. All
// but the syntax errors are X.509 that some other program would take.

import type { CertificateParts } from './certificate-builder.ts';
import {
  commonName,
  constraints,
  ED25519,
  EXTENSION_IDS,
  extension,
  hex,
  integer,
  tlv,
  uri,
  utf8,
} from './certificate-builder.ts';

interface FormBreak {
  readonly rule: string;
  /** What the decoder says, after `certificate: ` unless it speaks of a text or a name. */
  readonly says: string;
  readonly change: {
    readonly below?: number | null;
    readonly role?: 'member' | 'administrator';
    readonly change?: (parts: CertificateParts) => CertificateParts;
  };
}

const NOT_CANONICAL = 'not in the one form of what it says';
const WITH_NULL = hex('300706032b65700500');
const RSA = tlv(
  0x30,
  hex('300d06092a864886f70d0101010500'),
  tlv(3, hex('00'), tlv(0x30, tlv(2, hex('00'), Buffer.alloc(256, 0xab)), hex('0203010001'))),
);
/** The generator of P-256. */
const P256 = hex(
  `3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5`,
);
const X25519 = tlv(0x30, hex('300506032b656e'), tlv(3, hex('00'), Buffer.alloc(32, 9)));
const ED448 = hex('300506032b6571');

function parts(
  rule: string,
  says: string,
  change: (parts: CertificateParts) => Partial<CertificateParts>,
): FormBreak {
  return { rule, says, change: { change: (given) => ({ ...given, ...change(given) }) } };
}

/** Changes the list of extensions. */
function list(
  rule: string,
  says: string,
  change: (extensions: readonly Buffer[]) => readonly Buffer[],
): FormBreak {
  return parts(rule, says, ({ extensions }) => ({ extensions: change(extensions) }));
}

/** Puts `changed` in the place of the extension with its object identifier. */
function swap(rule: string, says: string, id: keyof typeof EXTENSION_IDS, changed: Buffer) {
  return list(rule, says, (extensions) =>
    extensions.map((known) => (known.includes(hex(EXTENSION_IDS[id])) ? changed : known)),
  );
}

function ours(rule: string, says: string, ...said: readonly Buffer[]): FormBreak {
  const value = tlv(0x30, ...said);
  return swap(rule, says, 'peergroup', extension(EXTENSION_IDS.peergroup, value, 'ignorable'));
}

function date(rule: string, says: string, text: string): FormBreak {
  const isShort = /^\d{2}\D|^\d{10,12}\D/.test(text);
  return parts(rule, says, () => ({ notBefore: tlv(isShort ? 0x17 : 0x18, Buffer.from(text)) }));
}

const UNKNOWN_ID = '06032a0304';
const GROUP = utf8('0'.repeat(40));

export const FORM_BREAKS: readonly FormBreak[] = [
  parts('version-1', 'version', () => ({ version: hex('') })),
  parts('version-2', 'version', () => ({ version: hex('a003020101') })),
  parts('version-long-integer', 'version', () => ({ version: hex('a00402020002') })),
  parts('serial-negative', 'serial number', () => ({ serial: tlv(2, Buffer.alloc(16, 0xff)) })),
  parts('serial-zero', 'serial number', () => ({ serial: integer(0) })),
  parts('serial-short', 'serial number', () => ({ serial: tlv(2, Buffer.alloc(15, 0x41)) })),
  parts('serial-padded', 'serial number', () => ({
    serial: tlv(2, hex('00'), Buffer.alloc(15, 0xff)),
  })),
  parts('serial-long', 'serial number', () => ({ serial: tlv(2, Buffer.alloc(20, 0x41)) })),
  parts('algorithm-null-inside', 'signature algorithm inside', () => ({
    innerAlgorithm: WITH_NULL,
  })),
  parts('algorithm-ed448-inside', 'signature algorithm inside', () => ({ innerAlgorithm: ED448 })),
  parts('algorithm-null-outside', 'signature algorithm', () => ({ outerAlgorithm: WITH_NULL })),
  parts('algorithm-ed448-outside', 'signature algorithm', () => ({ outerAlgorithm: ED448 })),
  parts('key-rsa', 'public key algorithm', () => ({ keyInfo: RSA })),
  parts('key-p256', 'public key algorithm', () => ({ keyInfo: P256 })),
  parts('key-x25519', 'public key algorithm', () => ({ keyInfo: X25519 })),
  parts('key-null', 'public key algorithm', () => ({
    keyInfo: tlv(0x30, WITH_NULL, tlv(3, Buffer.alloc(33))),
  })),
  parts('key-short', 'public key', () => ({
    keyInfo: tlv(0x30, ED25519, tlv(3, Buffer.alloc(32))),
  })),
  parts('key-unused-bits', 'public key', () => ({
    keyInfo: tlv(0x30, ED25519, tlv(3, hex('01'), Buffer.alloc(32))),
  })),
  parts('key-trailing', NOT_CANONICAL, ({ keyInfo }) => ({
    keyInfo: tlv(0x30, keyInfo.subarray(2), hex('0500')),
  })),
  parts('signature-short', 'signature', ({ signer }) => ({
    signer: { sign: (bytes) => signer.sign(bytes).subarray(0, 63) },
  })),
  date('date-without-seconds', 'notBefore', '2001010000Z'),
  date('date-with-offset', 'notBefore', '200101000000+0000'),
  date('date-fractional', 'notBefore', '20200101000000.5Z'),
  date('date-generalized-before-2050', NOT_CANONICAL, '20200101000000Z'),
  date('date-no-such-day', NOT_CANONICAL, '200231000000Z'),
  date('date-hour-24', NOT_CANONICAL, '200101240000Z'),
  date('date-before-1970', 'notBefore', '690101000000Z'),
  date('date-year-0', 'notBefore', '00000101000000Z'),
  parts('validity-trailing', NOT_CANONICAL, ({ notAfter }) => ({
    notAfter: Buffer.concat([notAfter, hex('0500')]),
  })),
  parts('name-printable-string', 'subject', () => ({
    subject: commonName(tlv(0x13, Buffer.from('Bob'))),
  })),
  parts('name-empty', 'subject', () => ({ subject: commonName(utf8('')) })),
  parts('name-with-nul', 'subject', () => ({ subject: commonName(utf8('Bob\0')) })),
  parts('name-too-long', 'subject', () => ({ subject: commonName(utf8('B'.repeat(256))) })),
  parts('name-broken-utf8', 'text: overlong UTF-8', () => ({
    subject: commonName(tlv(12, hex('e08080'))),
  })),
  parts('name-no-rdn', 'subject', () => ({ subject: tlv(0x30) })),
  parts('name-two-rdns', NOT_CANONICAL, ({ subject }) => ({
    subject: tlv(0x30, subject.subarray(2), subject.subarray(2)),
  })),
  parts('name-organization', 'subject', () => ({
    subject: tlv(0x30, tlv(0x31, tlv(0x30, hex('060355040a'), utf8('Bob')))),
  })),
  parts('unique-id', 'signed part', () => ({ signedTail: hex('82020055') })),
  list('no-extensions', 'peergroup extension is missing', () => []),
  ...extensionsLeftOut(),
  list('extension-unknown', NOT_CANONICAL, ([first = hex(''), ...rest]) => [
    first,
    extension(UNKNOWN_ID, hex('0500'), 'ignorable'),
    ...rest,
  ]),
  list('extension-unknown-critical', NOT_CANONICAL, ([first = hex(''), ...rest]) => [
    first,
    extension(UNKNOWN_ID, hex('0500'), 'critical'),
    ...rest,
  ]),
  list('extension-unknown-at-the-end', 'peergroup extension', (extensions) => [
    ...extensions,
    extension(UNKNOWN_ID, hex('0500'), 'critical'),
  ]),
  list('extension-twice', NOT_CANONICAL, ([first = hex(''), ...rest]) => [first, first, ...rest]),
  list('extension-order', NOT_CANONICAL, ([a = hex(''), b = hex(''), c = hex(''), ...rest]) => [
    a,
    c,
    b,
    ...rest,
  ]),
  list('extension-explicit-not-critical', NOT_CANONICAL, (extensions) =>
    extensions.map((known) =>
      known.includes(hex(EXTENSION_IDS.subjectKeyId))
        ? tlv(0x30, hex(EXTENSION_IDS.subjectKeyId), hex('010100'), known.subarray(7))
        : known,
    ),
  ),
  list('extension-purposes', NOT_CANONICAL, ([a = hex(''), b = hex(''), ...rest]) => [
    a,
    b,
    extension(EXTENSION_IDS.extendedKeyUsage, hex('300a06082b06010505070301'), 'ignorable'),
    ...rest,
  ]),
  swap(
    'constraints-ignorable',
    NOT_CANONICAL,
    'basicConstraints',
    extension(EXTENSION_IDS.basicConstraints, hex('30060101ff020116'), 'ignorable'),
  ),
  swap(
    'constraints-true-as-1',
    NOT_CANONICAL,
    'basicConstraints',
    extension(EXTENSION_IDS.basicConstraints, hex('3006010101020116'), 'critical'),
  ),
  swap(
    'constraints-without-length',
    'pathLenConstraint',
    'basicConstraints',
    extension(EXTENSION_IDS.basicConstraints, hex('30030101ff'), 'critical'),
  ),
  swap(
    'constraints-explicit-false',
    'basicConstraints do not fit the role',
    'basicConstraints',
    constraints(null),
  ),
  {
    rule: 'constraints-false-of-issuer',
    says: 'basicConstraints do not fit',
    change: { below: null },
  },
  {
    rule: 'constraints-true-of-member',
    says: 'basicConstraints do not fit',
    change: { role: 'member', below: 3 },
  },
  swap(
    'usage-signs-revocations',
    NOT_CANONICAL,
    'keyUsage',
    extension(EXTENSION_IDS.keyUsage, hex('03020186'), 'critical'),
  ),
  swap(
    'usage-ignorable',
    NOT_CANONICAL,
    'keyUsage',
    extension(EXTENSION_IDS.keyUsage, hex('03020284'), 'ignorable'),
  ),
  swap(
    'subject-key-id',
    NOT_CANONICAL,
    'subjectKeyId',
    extension(EXTENSION_IDS.subjectKeyId, tlv(4, Buffer.alloc(20, 7)), 'ignorable'),
  ),
  swap(
    'authority-key-id',
    NOT_CANONICAL,
    'authorityKeyId',
    extension(EXTENSION_IDS.authorityKeyId, tlv(0x30, tlv(0x80, Buffer.alloc(20, 7))), 'ignorable'),
  ),
  ...nameBreaks(),
  ours('ours-version', 'peergroup extension: version', integer(2), integer(1), GROUP, integer(2)),
  ours('ours-kind', 'peergroup extension: kind', integer(1), integer(4), GROUP, integer(2)),
  ours('ours-role', 'role', integer(1), integer(1), GROUP, integer(5)),
  ours('ours-role-missing', 'role', integer(1), integer(1), GROUP),
  ours('ours-role-long', 'role', integer(1), integer(1), GROUP, hex('02020002')),
  ours('ours-group', 'name: expected 40', integer(1), integer(1), utf8('chess'), integer(2)),
  ours('ours-trailing', NOT_CANONICAL, integer(1), integer(1), GROUP, integer(2), integer(0)),
  list('ours-critical', NOT_CANONICAL, (extensions) =>
    extensions.map((known) =>
      known.includes(hex(EXTENSION_IDS.peergroup))
        ? extension(EXTENSION_IDS.peergroup, known.subarray(26), 'critical')
        : known,
    ),
  ),
  {
    rule: 'ber-long-length',
    says: NOT_CANONICAL,
    change: { change: (given) => ({ ...given, subject: longForm(given.subject) }) },
  },
  {
    rule: 'ber-indefinite-length',
    says: 'subject: length',
    change: {
      change: (given) => ({
        ...given,
        subject: Buffer.concat([hex('3080'), given.subject.subarray(2), hex('0000')]),
      }),
    },
  },
  {
    rule: 'ber-length-of-three',
    says: 'subject: length',
    change: {
      change: (given) => ({ ...given, subject: Buffer.concat([hex('3083000002'), hex('3100')]) }),
    },
  },
];

function extensionsLeftOut(): readonly FormBreak[] {
  const says = [
    'basicConstraints',
    NOT_CANONICAL,
    NOT_CANONICAL,
    NOT_CANONICAL,
    'subjectAltName',
    'subjectAltName',
    'peergroup extension',
  ];
  return says.map((said, left) =>
    list(`extension-missing-${left + 1}`, said, (extensions) =>
      extensions.filter((_, at) => at !== left),
    ),
  );
}

function nameBreaks(): readonly FormBreak[] {
  const authority = 'a'.repeat(40);
  const named = (rule: string, says: string, value: Buffer) =>
    swap(
      `subject-name-${rule}`,
      says,
      'subjectName',
      extension(EXTENSION_IDS.subjectName, value, 'ignorable'),
    );
  const peer = uri(`peer:${authority}`);
  return [
    named('scheme', NOT_CANONICAL, uri(`group:${authority}`)),
    named('no-scheme', NOT_CANONICAL, uri(authority)),
    named('plain-text', NOT_CANONICAL, uri(`peer:${authority}.ü`)),
    named('lower-case-percent', NOT_CANONICAL, uri(`peer:${authority}.%c3%bc`)),
    named('needless-percent', NOT_CANONICAL, uri(`peer:${authority}.%61`)),
    named('broken-percent', 'subjectAltName: percent-encoding', uri(`peer:${authority}.%zz`)),
    named('upper-case', 'name: expected 40', uri(`peer:${'A'.repeat(40)}`)),
    named('short', 'name: expected 40', uri('peer:abc')),
    named('dns', 'subjectAltName', tlv(0x30, tlv(0x82, Buffer.from('example.org')))),
    named('two', NOT_CANONICAL, tlv(0x30, peer.subarray(2), peer.subarray(2))),
    named('trailing', NOT_CANONICAL, Buffer.concat([peer, hex('0500')])),
  ];
}

/** The same element with a length of two bytes where one is enough. */
function longForm(element: Buffer): Buffer {
  const [tag = 0, length = 0] = element;
  return Buffer.concat([Buffer.from([tag, 0x81, length]), element.subarray(2)]);
}
