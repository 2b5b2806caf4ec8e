// The certificate profile of protocol.md §3: what is written is read again, and nothing else is
// read. test/golden/chains has one deviation per file; here are the ones without end.

import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';

import { certificateCodec, keyDigestOf } from '../../../src/adapters/x509/certificate-codec.ts';
import { X509CertificateIssuer } from '../../../src/adapters/x509/certificate-issuer.ts';
import { pemText } from '../../../src/adapters/x509/pem.ts';
import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { equalBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { type Certificate, LEASE_SECONDS_MAX } from '../../../src/core/domain/certificates.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { CLASSIFIER_LENGTH_MAX, FRIENDLY_NAME_LENGTH_MAX } from '../../../src/core/domain/names.ts';
import {
  build,
  EXTENSION_IDS,
  extension,
  hex,
  integer,
  partsOf,
  tlv,
  utf8,
} from '../../support/certificate-builder.ts';
import { alice, BEGIN, bob, club, dave, END } from '../../support/golden-chains.ts';
import type { Person } from '../../support/trust-cast.ts';
import { person, seededChance, timeOf } from '../../support/trust-cast.ts';

const issuer = new X509CertificateIssuer(seededChance('codec'));
const dates = { notBefore: BEGIN, notAfter: END };

function identityOf({ peer, friendlyName, ...key }: Person, period = dates) {
  return issuer.issueIdentity({ key, subject: peer, friendlyName, ...period });
}

function rootOf({ group, friendlyName, ...key }: Person) {
  return issuer.issueGroupRoot({ key, subject: group, friendlyName, ...dates });
}

function membershipOf(
  subject: Person,
  from: Person,
  {
    group = club,
    leaseMs = null,
    renews = null,
  }: { group?: Person; leaseMs?: number | null; renews?: Uint8Array | null } = {},
) {
  return issuer.issueMembership({
    issuerKey: from,
    issuer: from === group ? group.group : from.peer,
    issuerFriendlyName: from.friendlyName,
    group: group.group,
    subject: subject.peer,
    subjectKey: subject.publicKey,
    friendlyName: subject.friendlyName,
    role: 'administrator',
    membershipsBelowMax: 7,
    leaseMs,
    renews,
    ...dates,
  });
}

function oneOfEach(): readonly Certificate[] {
  const leased = membershipOf(dave, bob, { leaseMs: 28 * 86_400_000 });
  return [identityOf(bob), rootOf(club), membershipOf(bob, club), membershipOf(dave, bob), leased];
}

test('what was issued is decoded to the same fields', () => {
  for (const issued of oneOfEach()) assert.deepEqual(certificateCodec.decode(issued.der), issued);
});

test('a name with a classifier that is not ASCII comes back as it was', () => {
  const decoded = certificateCodec.decode(membershipOf(dave, bob).der);
  assert.ok(decoded.kind === 'membership');
  assert.equal(decoded.issuer, bob.peer);
  assert.ok(decoded.issuer.endsWith('.Schlüssel-ключ-鍵'));
});

test('the issuer writes byte for byte what the builder of the tests writes', () => {
  for (const issued of oneOfEach()) {
    const isMember = issued.kind === 'membership';
    const subject = issued.kind === 'groupRoot' ? club : issued.subject === bob.peer ? bob : dave;
    const from = !isMember ? subject : issued.issuer === bob.peer ? bob : club;
    const described = { kind: issued.kind, subject, issuer: from, group: club, ...dates };
    const below = { identity: null, groupRoot: 24, membership: 7 }[issued.kind];
    const lease = isMember && issued.leaseMs !== null ? issued.leaseMs / 1000 : null;
    const parts = partsOf({ ...described, role: 'administrator', below, lease });
    const serial = Buffer.concat([Buffer.from([2, 16]), issued.serial]);
    assert.deepEqual(issued.der, new Uint8Array(build({ ...parts, serial })));
  }
});

test('Node reads the same fields', () => {
  const identity = identityOf(bob);
  const read = new X509Certificate(pemText(identity.der));
  assert.equal(read.subject, 'CN=Bob');
  assert.equal(read.issuer, 'CN=Bob');
  assert.equal(read.subjectAltName, `URI:peer:${encodeURIComponent(bob.peer)}`);
  assert.equal(read.serialNumber.toLowerCase(), Buffer.from(identity.serial).toString('hex'));
  assert.equal(Date.parse(read.validTo), END);
  assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.ok(read.verify(read.publicKey));
  assert.equal(read.ca, false);
  assert.equal(new X509Certificate(rootOf(club).der).ca, true);
});

test('the key digest is that of the SubjectPublicKeyInfo that Node writes', () => {
  const { publicKey, keyDigest } = identityOf(alice);
  const read = new X509Certificate(identityOf(alice).der).publicKey;
  assert.deepEqual(keyDigestOf(publicKey), keyDigest);
  assert.equal(createPublicKey(read.export({ format: 'pem', type: 'spki' })).type, 'public');
  assert.ok(alice.peer.startsWith(Buffer.from(keyDigest.subarray(0, 20)).toString('hex')));
});

test('the longest names there are fit a certificate', () => {
  const wide = (name: string): Person => ({
    ...person(name, '鍵'.repeat(CLASSIFIER_LENGTH_MAX)),
    friendlyName: '鍵'.repeat(FRIENDLY_NAME_LENGTH_MAX),
  });
  const { der } = membershipOf(wide('Alice'), wide('Bob'), {
    group: wide('Chess club'),
    leaseMs: LEASE_SECONDS_MAX * 1000,
  });
  assert.ok(der.length <= LIMITS.certificateBytesMax, `${der.length} bytes`);
  assert.equal(certificateCodec.decode(der).friendlyName.length, FRIENDLY_NAME_LENGTH_MAX);
});

test('dates are rounded down to seconds and kept exactly from 1970 to 9999', () => {
  const times = ['1970-01-01T00:00:00Z', '2000-02-29T23:59:59Z', '2049-12-31T23:59:59Z'];
  times.push('2050-01-01T00:00:00Z', '9999-12-31T23:59:59Z');
  for (const text of times) {
    const exact = timeOf(text);
    const given = wallTimeOf(exact + 999);
    const { der } = identityOf(alice, { notBefore: given, notAfter: given });
    const { notBefore, notAfter } = certificateCodec.decode(der);
    assert.deepEqual([notBefore, notAfter], [exact, exact]);
    const year = Number(text.slice(0, 4));
    const form = year < 2050 ? [0x17, 13, ...Buffer.from(text.slice(2, 4))] : [0x18, 15];
    assert.ok(Buffer.from(der).includes(Buffer.from(form)), text);
  }
});

test('a lease is whole seconds, and comes back as it was from one to the longest', () => {
  for (const seconds of [1, 127, 128, 255, 256, 32_767, 32_768, 2_419_200, LEASE_SECONDS_MAX]) {
    const { der, leaseMs } = membershipOf(dave, bob, { leaseMs: seconds * 1000 + 999 });
    assert.equal(leaseMs, seconds * 1000);
    const decoded = certificateCodec.decode(der);
    assert.ok(decoded.kind === 'membership');
    assert.equal(decoded.leaseMs, seconds * 1000);
  }
});

test('what a certificate renews comes back as it was, with a lease and without', () => {
  const renews = new Uint8Array(32).fill(7);
  for (const leaseMs of [null, 60_000]) {
    const decoded = certificateCodec.decode(membershipOf(dave, bob, { leaseMs, renews }).der);
    assert.ok(decoded.kind === 'membership');
    assert.deepEqual([decoded.leaseMs, decoded.renews], [leaseMs, renews]);
  }
  assert.throws(() => membershipOf(dave, bob, { renews: renews.subarray(1) }));
});

test('a renewed certificate that is no digest of 32 bytes, or stands before the lease, is none', () => {
  const lawful = { kind: 'membership', subject: dave, issuer: bob, group: club, ...dates } as const;
  const saying = (...more: readonly Buffer[]) => {
    const parts = partsOf({ ...lawful, role: 'member', below: null });
    const said = [integer(1), integer(1), utf8(club.group), integer(4), ...more];
    const ours = extension(EXTENSION_IDS.peergroup, tlv(0x30, ...said), 'ignorable');
    return build({ ...parts, extensions: [...parts.extensions.slice(0, -1), ours] });
  };
  const digest = (length: number) => tlv(4, Buffer.alloc(length, 7));
  const lease = hex('02013c');
  assert.equal(certificateCodec.decode(saying(lease, digest(32))).kind, 'membership');
  for (const wrong of [
    [digest(31)],
    [digest(33)],
    [digest(32), lease],
    [digest(32), digest(32)],
    [tlv(3, Buffer.alloc(32))],
  ]) {
    assert.throws(() => certificateCodec.decode(saying(...wrong)), MalformedBytes);
  }
});

test('a lease of nothing, of too much or in another form is no certificate', () => {
  const lawful = { kind: 'membership', subject: dave, issuer: bob, group: club, ...dates } as const;
  const withLease = (lease: Buffer) => {
    const parts = partsOf({ ...lawful, role: 'member', below: null });
    const said = [integer(1), integer(1), utf8(club.group), integer(4), lease];
    const ours = extension(EXTENSION_IDS.peergroup, tlv(0x30, ...said), 'ignorable');
    return build({ ...parts, extensions: [...parts.extensions.slice(0, -1), ours] });
  };
  const decoded = certificateCodec.decode(withLease(hex('020200ff')));
  assert.ok(decoded.kind === 'membership' && decoded.leaseMs === 255_000);
  const wrongs = [
    '020100',
    '0201ff',
    '0200',
    '02020001',
    '02050254 0be401',
    '0208ffffffffffffffff',
  ];
  for (const wrong of [...wrongs, '020101020101', '0c0131', '810101', '0209007fffffffffffffff']) {
    const bytes = withLease(hex(wrong.replaceAll(' ', '')));
    assert.throws(() => certificateCodec.decode(bytes), MalformedBytes, wrong);
  }
});

test('an empty friendly name becomes the name of the peer', () => {
  assert.equal(identityOf({ ...alice, friendlyName: '' }).friendlyName, alice.peer);
});

test('serial numbers differ and have 16 bytes', () => {
  const serials = Array.from({ length: 64 }, () => identityOf(alice).serial);
  assert.equal(new Set(serials.map((serial) => Buffer.from(serial).toString('hex'))).size, 64);
  for (const serial of serials) assert.ok(serial.length === 16 && (serial[0] ?? 0) >> 6 === 1);
});

test('an issuer is not asked for what it cannot sign', () => {
  const wrongs: readonly (() => Certificate)[] = [
    () => identityOf({ ...alice, peer: bob.peer }),
    () => rootOf({ ...club, group: alice.group }),
    () => membershipOf({ ...dave, publicKey: alice.publicKey }, bob),
    () => membershipOf(dave, { ...bob, publicKey: alice.publicKey }),
    () => identityOf({ ...alice, friendlyName: 'A'.repeat(256) }),
    () => identityOf(alice, { notBefore: wallTimeOf(-1), notAfter: END }),
    () => identityOf(alice, { notBefore: BEGIN, notAfter: wallTimeOf(Number.NaN) }),
    () => identityOf(alice, { notBefore: BEGIN, notAfter: wallTimeOf(END * 1000) }),
    () => membershipOf(dave, bob, { leaseMs: 999 }),
    () => membershipOf(dave, bob, { leaseMs: (LEASE_SECONDS_MAX + 1) * 1000 }),
  ];
  for (const wrong of wrongs) assert.throws(wrong, BrokenInvariant);
});

test('the decoded bytes are copies', () => {
  const { der } = identityOf(alice);
  const given = Buffer.from(der);
  const decoded = certificateCodec.decode(given);
  given.fill(0);
  assert.deepEqual(decoded.der, der);
  assert.equal(Buffer.from(decoded.signedBytes).includes('Alice'), true);
});

/** Reads the bytes. Whatever is accepted must be the one form of what it says. */
function readsOrRefuses(bytes: Uint8Array): boolean {
  try {
    return equalBytes(certificateCodec.decode(bytes).der, bytes);
  } catch (error) {
    assert.ok(error instanceof MalformedBytes, `${error}`);
    return true;
  }
}

test('any change of any byte is refused or is another certificate in its one form', () => {
  const chance = seededChance('every byte').bytes(16_384);
  for (const { der } of oneOfEach()) {
    for (let at = 0; at < der.length; at++) {
      for (const change of [1, 0x80, chance[at] ?? 3]) {
        const changed = new Uint8Array(der);
        changed[at] = (changed[at] ?? 0) ^ change;
        assert.ok(readsOrRefuses(changed), `byte ${at} xor ${change}`);
      }
    }
  }
});

test('any beginning of a certificate, and any certificate with more behind it, is refused', () => {
  for (const { der } of oneOfEach()) {
    for (let length = 0; length < der.length; length++) {
      assert.throws(() => certificateCodec.decode(der.subarray(0, length)), MalformedBytes);
    }
    assert.throws(() => certificateCodec.decode(Uint8Array.of(...der, 0)), MalformedBytes);
  }
});

test('any byte left out or doubled is refused', () => {
  for (const { der } of oneOfEach()) {
    for (let at = 0; at < der.length; at++) {
      const without = Buffer.concat([der.subarray(0, at), der.subarray(at + 1)]);
      const doubled = Buffer.concat([der.subarray(0, at + 1), der.subarray(at)]);
      assert.throws(() => certificateCodec.decode(without), MalformedBytes);
      assert.throws(() => certificateCodec.decode(doubled), MalformedBytes);
    }
  }
});

test('random bytes, deep nesting and long input are refused', () => {
  const chance = seededChance('rubbish');
  for (let round = 0; round < 2_000; round++) {
    const bytes = chance.bytes(round % 600);
    if (round % 2 === 0) bytes[0] = 0x30;
    assert.throws(() => certificateCodec.decode(bytes), MalformedBytes);
  }
  const nested = new Uint8Array(LIMITS.certificateBytesMax).fill(0x30);
  assert.throws(() => certificateCodec.decode(nested), MalformedBytes);
  assert.throws(() => certificateCodec.decode(new Uint8Array(2 ** 20)), /too long/);
});

test('a certificate is read in less than 300 µs, since strangers can make us do it', () => {
  const { der } = membershipOf(dave, bob);
  for (let round = 0; round < 2_000; round++) certificateCodec.decode(der);
  const start = performance.now();
  for (let round = 0; round < 2_000; round++) certificateCodec.decode(der);
  const microseconds = (performance.now() - start) / 2;
  assert.ok(microseconds < 300, `${microseconds} µs`);
});
