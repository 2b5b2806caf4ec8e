// Certificates of simulated worlds: the fields of the profile (protocol.md §3) in a plain encoding, so
// that chains are planned, issued and judged by the real laws at the price of a few hashes.

import { ByteReader } from '../../core/base/byte-reader.ts';
import { ByteWriter } from '../../core/base/byte-writer.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../core/base/time.ts';
import type {
  Certificate,
  GroupRootCertificate,
  IdentityCertificate,
  MembershipCertificate,
} from '../../core/domain/certificates.ts';
import { LEASE_SECONDS_MAX } from '../../core/domain/certificates.ts';
import {
  FRIENDLY_NAME_BYTES_MAX,
  NAME_BYTES_MAX,
  parseGroupName,
  parsePeerName,
} from '../../core/domain/names.ts';
import { ROLES } from '../../core/domain/roles.ts';
import type {
  CertificateCodec,
  CertificateIssuer,
  GroupRootRequest,
  IdentityRequest,
  MembershipRequest,
} from '../../core/ports/certificate-codec.ts';
import type { Chance } from '../../core/ports/clock.ts';
import type { Signer } from '../../core/ports/crypto.ts';
import { platformHashing } from '../platform-hashing.ts';

const SERIAL_BYTES = 16;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const DIGEST_BYTES = 32;
const KINDS = ['identity', 'groupRoot', 'membership'] as const;

type Body = Omit<IdentityCertificate, 'kind' | 'subject'>;

export class SimCertificates implements CertificateCodec, CertificateIssuer {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  decode(der: Uint8Array): Certificate {
    const bytes = der.slice();
    const input = new ByteReader(bytes);
    const kind = KINDS[input.u8()];
    if (kind === undefined) throw new MalformedBytes('certificate: kind');
    const subject = input.text(NAME_BYTES_MAX);
    const fields = {
      serial: input.raw(SERIAL_BYTES),
      publicKey: input.raw(KEY_BYTES),
      friendlyName: input.text(FRIENDLY_NAME_BYTES_MAX),
      notBefore: wallTimeOf(input.i53()),
      notAfter: wallTimeOf(input.i53()),
    };
    const grant = kind === 'membership' ? readGrant(input) : null;
    const signature = input.raw(SIGNATURE_BYTES);
    input.end();
    const signedBytes = bytes.subarray(0, bytes.length - SIGNATURE_BYTES);
    const keyDigest = simKeyDigest(fields.publicKey);
    const body: Body = { ...fields, keyDigest, signedBytes, signature, der: bytes };
    if (grant !== null) {
      return { kind: 'membership', subject: parsePeerName(subject), ...body, ...grant };
    }
    if (kind === 'groupRoot') return { kind, subject: parseGroupName(subject), ...body };
    return { kind: 'identity', subject: parsePeerName(subject), ...body };
  }

  issueIdentity(request: IdentityRequest): IdentityCertificate {
    const out = this.#begin('identity', { ...request, subjectKey: request.key.publicKey });
    const issued = this.decode(sign(out, request.key));
    if (issued.kind !== 'identity') throw new MalformedBytes('certificate: kind');
    return issued;
  }

  issueGroupRoot(request: GroupRootRequest): GroupRootCertificate {
    const out = this.#begin('groupRoot', { ...request, subjectKey: request.key.publicKey });
    const issued = this.decode(sign(out, request.key));
    if (issued.kind !== 'groupRoot') throw new MalformedBytes('certificate: kind');
    return issued;
  }

  issueMembership(request: MembershipRequest): MembershipCertificate {
    const out = this.#begin('membership', request);
    out.text(request.group).text(request.issuer).text(request.issuerFriendlyName);
    out.u8(ROLES.indexOf(request.role)).varint((request.membershipsBelowMax ?? -1) + 1);
    out.i53(Math.floor((request.leaseMs ?? 0) / 1000));
    if (request.renews !== null) out.raw(request.renews);
    const issued = this.decode(sign(out, request.issuerKey));
    if (issued.kind !== 'membership') throw new MalformedBytes('certificate: kind');
    return issued;
  }

  #begin(
    kind: (typeof KINDS)[number],
    { subject, subjectKey, friendlyName, notBefore, notAfter }: Subject,
  ): ByteWriter {
    const out = new ByteWriter().u8(KINDS.indexOf(kind)).text(subject);
    out.raw(this.#chance.bytes(SERIAL_BYTES)).raw(subjectKey);
    return out.text(friendlyName).i53(notBefore).i53(notAfter);
  }
}

type Subject = Pick<MembershipRequest, 'subjectKey' | 'friendlyName' | 'notBefore' | 'notAfter'> & {
  readonly subject: string;
};

/** What the authority of a name is made of. */
export function simKeyDigest(publicKey: Uint8Array): Uint8Array {
  return platformHashing.sha256(publicKey);
}

function readGrant(input: ByteReader) {
  const group = parseGroupName(input.text(NAME_BYTES_MAX));
  const issuer = parsePeerName(input.text(NAME_BYTES_MAX));
  const issuerFriendlyName = input.text(FRIENDLY_NAME_BYTES_MAX);
  const role = ROLES[input.u8()];
  if (role === undefined) throw new MalformedBytes('certificate: role');
  const below = input.varint(0xff);
  const membershipsBelowMax = below === 0 ? null : below - 1;
  const leaseMs = readLease(input);
  const renews = input.rest > SIGNATURE_BYTES ? input.raw(DIGEST_BYTES) : null;
  return { group, issuer, issuerFriendlyName, role, membershipsBelowMax, leaseMs, renews };
}

/** 0 seconds are none. */
function readLease(input: ByteReader): number | null {
  const seconds = input.i53();
  if (seconds === 0) return null;
  if (seconds < 1 || seconds > LEASE_SECONDS_MAX) throw new MalformedBytes('certificate: lease');
  return seconds * 1000;
}

function sign(out: ByteWriter, key: Signer): Uint8Array {
  const signedBytes = out.finish();
  return new ByteWriter().raw(signedBytes).raw(key.sign(signedBytes)).finish();
}
