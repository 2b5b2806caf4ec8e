// The judge of chains and identity certificates (protocol.md §4). Whether a chain is sound never
// changes, so it is found out once; whether it is valid now is asked on every call.

import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import type {
  Certificate,
  GroupRootCertificate,
  IdentityCertificate,
  MembershipCertificate,
} from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { CertificateChain, Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import { authorityOf, authorityOfDigest } from '../domain/names.ts';
import type { Refusal, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { CertificateCodec } from '../ports/certificate-codec.ts';
import type { Crypto } from '../ports/crypto.ts';
import { chainBytes, writeChain } from '../wire/chain-codec.ts';
import { breachOf, CERTIFICATE_LAWS, GRANT_LAWS, type Law, signatureLaw } from './laws.ts';
import { descentOf, pathOf, wrongLines } from './lines.ts';
import { RecentlySound } from './recently-sound.ts';
import { formatWallTime } from './wall-time-text.ts';

export class ChainJudge {
  readonly #codec: CertificateCodec;
  readonly #crypto: Crypto;
  readonly #chains = new RecentlySound<Membership>(LIMITS.chainsRememberedMax);
  readonly #identities = new RecentlySound<IdentityCertificate>(LIMITS.identitiesRememberedMax);

  constructor(codec: CertificateCodec, crypto: Crypto) {
    this.#codec = codec;
    this.#crypto = crypto;
  }

  /** What the chain, from the root on, says about a member of `group` at `now`. The bytes are copied. */
  judge(chain: readonly Uint8Array[], group: GroupName, now: WallTime): Verdict<Membership> {
    const sound = this.judgeSoundness(chain);
    return sound.ok ? judgeNow(sound.value, group, now) : sound;
  }

  /** The same for a chain that was judged before; null when it is not remembered. */
  recall(chainDigest: Uint8Array, group: GroupName, now: WallTime): Verdict<Membership> | null {
    const sound = this.#chains.find(chainDigest);
    return sound === null ? null : judgeNow(sound, group, now);
  }

  /** All laws but those about the group that is asked for and the present. */
  judgeSoundness(chain: readonly Uint8Array[]): Verdict<Membership> {
    const wrong = wrongExtent(chain);
    if (wrong !== null) return { ok: false, refusal: wrong };
    const encoded = new ByteWriter();
    writeChain(encoded, chain);
    const digest = this.#crypto.sha256(encoded.finish());
    const known = this.#chains.find(digest);
    if (known !== null) return accept(known);
    const judged = this.#judgeCertificates(chain);
    if (!judged.ok) return judged;
    const membership = membershipOf(judged.value, digest);
    this.#chains.remember(digest, membership);
    return accept(membership);
  }

  /**
   * That an identity certificate is of the one form, signed by its own key and named by it. Its dates
   * are not judged: it vouches for nothing but the key itself, and how long a member counts is said by
   * its memberships.
   */
  verifyIdentity(der: Uint8Array): Verdict<IdentityCertificate> {
    const digest = this.#crypto.sha256(der);
    const known = this.#identities.find(digest);
    if (known !== null) return accept(known);
    const decoded = this.#decode(der);
    if (typeof decoded === 'string') return refuse('IDENTITY_INVALID', decoded);
    if (decoded.kind !== 'identity') {
      return refuse(
        'IDENTITY_INVALID',
        `expected an identity, found a ${decoded.kind} certificate`,
      );
    }
    const wrong = wrongSelf(decoded, this.#crypto);
    if (wrong !== null) return refuse('IDENTITY_INVALID', wrong);
    this.#identities.remember(digest, decoded);
    return accept(decoded);
  }

  #judgeCertificates(chain: readonly Uint8Array[]): Verdict<CertificateChain> {
    const decoded: Certificate[] = [];
    for (const [position, der] of chain.entries()) {
      const certificate = this.#decode(der);
      if (typeof certificate === 'string') {
        return refuse('CHAIN_INVALID', `certificate ${position}, law "form": ${certificate}`);
      }
      decoded.push(certificate);
    }
    const [root, ...below] = decoded;
    if (root?.kind !== 'groupRoot') {
      return refuse('CHAIN_INVALID', 'certificate 0, law "root": is not a group root');
    }
    const wrong = wrongSelf(root, this.#crypto);
    if (wrong !== null) return refuse('CHAIN_INVALID', `certificate 0, law "root": ${wrong}`);
    return this.#judgeMemberships(root, below);
  }

  #judgeMemberships(
    root: GroupRootCertificate,
    below: readonly Certificate[],
  ): Verdict<CertificateChain> {
    const memberships: MembershipCertificate[] = [];
    for (const [at, certificate] of below.entries()) {
      if (certificate.kind !== 'membership') {
        const where = `certificate ${at + 1}, law "kind"`;
        return refuse('CHAIN_INVALID', `${where}: is a ${certificate.kind} certificate`);
      }
      memberships.push(certificate);
    }
    const chain: CertificateChain = [root, ...memberships];
    const refusal =
      wrongLength(chain) ??
      wrongPath(chain, [...CERTIFICATE_LAWS, ...GRANT_LAWS]) ??
      wrongPath(chain, [signatureLaw(this.#crypto)]) ??
      wrongLines(chain, this.#crypto);
    return refusal === null ? accept(chain) : { ok: false, refusal };
  }

  /** The certificate, or what is wrong with the bytes. */
  #decode(der: Uint8Array): Certificate | string {
    try {
      return this.#codec.decode(der);
    } catch (error) {
      if (error instanceof MalformedBytes) return error.message;
      throw error;
    }
  }
}

function wrongExtent(chain: readonly Uint8Array[]): Refusal | null {
  if (chain.length < 2) {
    return { code: 'CHAIN_INVALID', detail: `law "length": ${chain.length} certificates` };
  }
  if (chain.length > LIMITS.certificatesInChainMax) {
    return { code: 'CHAIN_TOO_LONG', detail: `law "length": ${chain.length} certificates` };
  }
  const bytes = chainBytes(chain);
  if (bytes <= LIMITS.chainBytesMax) return null;
  return { code: 'CHAIN_TOO_LONG', detail: `law "size": ${bytes} bytes` };
}

function wrongLength(chain: CertificateChain): Refusal | null {
  const { length } = pathOf(chain);
  if (length <= LIMITS.membershipsInChainMax + 1) return null;
  return { code: 'CHAIN_TOO_LONG', detail: `law "length": ${length} certificates on the way` };
}

/** On the way from the root, on which each certificate issued the next one. */
function wrongPath(
  chain: CertificateChain,
  laws: readonly Law<MembershipCertificate>[],
): Refusal | null {
  const path = pathOf(chain);
  const [root, ...memberships] = path;
  const beside = chain.length - path.length;
  for (const [at, certificate] of memberships.entries()) {
    const above: CertificateChain = [root, ...memberships.slice(0, at)];
    const refusal = breachOf(laws, certificate, above, 'judging', beside + at + 1);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** A certificate that vouches for itself: by the name its key gives it, and that key's signature. */
function wrongSelf(
  certificate: GroupRootCertificate | IdentityCertificate,
  crypto: Crypto,
): string | null {
  const { subject, keyDigest, publicKey, signedBytes, signature } = certificate;
  if (authorityOf(subject) !== authorityOfDigest(keyDigest)) {
    return 'its name is not bound to its key';
  }
  return crypto.verify(publicKey, signedBytes, signature) ? null : 'is not signed by its own key';
}

function membershipOf(chain: CertificateChain, chainDigest: Uint8Array): Membership {
  const [root, ...memberships] = pathOf(chain);
  const depth = memberships.length;
  const descents = memberships.map((_, at) => descentOf(chain, at + 1));
  const descent = descents.at(-1) ?? null;
  assert(descent !== null, 'a sound chain has a membership, and says whom it came from');
  const own = descent.certificate;
  return {
    ...descent,
    group: root.subject,
    member: own.subject,
    publicKey: own.publicKey,
    friendlyName: own.friendlyName,
    role: own.role,
    depth,
    notBefore: own.notBefore,
    notAfter: own.notAfter,
    leaseMs: own.leaseMs,
    chainDigest,
    chain,
    renewals: memberships.flatMap((certificate, at) =>
      certificate.renews === null ? [] : [{ certificate, issuer: descents[at - 1] ?? null }],
    ),
  };
}

/** Every lifetime lies inside the issuer's, so the last one speaks for the whole chain. */
function judgeNow(membership: Membership, group: GroupName, now: WallTime): Verdict<Membership> {
  if (membership.group !== group) {
    return refuse('WRONG_GROUP', `the chain is of the group ${membership.group}`);
  }
  return judgeDates(membership, now);
}

/** Whether the membership is valid now, which includes the whole of its last second. */
export function judgeDates(membership: Membership, now: WallTime): Verdict<Membership> {
  const { notBefore, notAfter } = membership;
  const clock = `here it is ${formatWallTime(now)}`;
  if (now < notBefore) {
    const skew = Math.ceil((notBefore - now) / 1000);
    const from = formatWallTime(notBefore);
    return refuse('MEMBERSHIP_NOT_YET_VALID', `valid from ${from}, ${clock}, ${skew} s too early`);
  }
  if (now >= notAfter + 1000) {
    const skew = Math.floor((now - notAfter) / 1000);
    const until = formatWallTime(notAfter);
    return refuse('MEMBERSHIP_EXPIRED', `valid until ${until}, ${clock}, ${skew} s too late`);
  }
  return accept(membership);
}
