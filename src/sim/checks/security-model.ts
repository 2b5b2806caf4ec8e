// What counts of a set of statements, found out slowly and straight from the definitions of protocol.md §14: with
// plain loops, the closure of all attacks, and nothing remembered. The real evaluation is compared with it.

import { createHash } from 'node:crypto';

import { hexText } from '../../core/base/hex.ts';
import type { Descent, Membership } from '../../core/domain/membership.ts';
import type { Role } from '../../core/domain/roles.ts';
import type { Revocation, SecurityStatement } from '../../core/domain/security.ts';
import { decodePage } from '../../core/wire/security.ts';
import { closure } from './closure.ts';

/** As it is stored. */
export interface ModelPage {
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Sound, and with the chains of its signers; null is the group's key. */
export interface ModelStatement {
  readonly statement: SecurityStatement;
  readonly chains: readonly (Membership | null)[];
}

interface Counting {
  readonly of: ModelStatement;
  readonly revocation: Revocation;
  readonly level: number;
  /** Places of those signatures whose word stands. */
  signers: number[];
}

const LEVELS: Readonly<Record<Role, number>> = {
  creator: 1,
  administrator: 2,
  invitingMember: 3,
  member: 4,
};

type Says = 'yes' | 'no' | 'unknown';

export class SecurityModel {
  readonly #all: readonly ModelStatement[];
  readonly #pages: ReadonlyMap<string, readonly string[]>;
  readonly #counting: Counting[] = [];
  readonly #heldOff = new Set<string>();

  constructor(all: readonly ModelStatement[], pages: readonly ModelPage[]) {
    this.#all = all;
    this.#pages = new Map(
      pages.map(({ digest, bytes }) => [hexText(digest), decodePage(bytes).map(hexText)]),
    );
    for (let level = 0; level <= 4; level++) this.#decide(level);
  }

  lives(m: Membership): boolean {
    return !this.#isEnded(m) && !this.#isVoidByOffer(m);
  }

  judge(m: Membership, digest: Uint8Array, journal: Uint8Array | null, sequence = 0): string {
    const said = this.#says(m, hexText(digest), journal, sequence);
    if (said === 'no' || this.#isVoidByOffer(m)) return 'removed';
    return said === 'unknown' ? 'unknown' : 'counts';
  }

  isChainListed(m: Membership): boolean {
    const isGiven = m.line.every((_, at) => {
      if (at < 2) return true;
      return this.#says(prefix(m, at - 1), certificateHex(m, at), null, 0) !== 'no';
    });
    const isIssued =
      isGiven && this.#counting.every((by) => !this.#saysOfRenewals(by, m).includes('no'));
    if (isIssued && !this.#isVoidByOffer(m)) return true;
    return this.#listed().some(({ statement: { body }, chains }) => {
      const isSigner = chains.some(
        (chain) => chain !== null && hexText(chain.chainDigest) === hexText(m.chainDigest),
      );
      const leaf = derHex(m.certificate.der);
      return isSigner || (body.kind === 'admission' && hexText(body.certificate) === leaf);
    });
  }

  listedDigests(): readonly string[] {
    const listed = this.#listed();
    const digests = listed.map(hex);
    for (const { statement } of listed) {
      if (statement.body.kind !== 'revocation') continue;
      for (const page of statement.body.keptPages) {
        const name = hexText(page);
        if (this.#pages.has(name) && !digests.includes(name)) digests.push(name);
      }
    }
    return digests.toSorted();
  }

  epoch(): string | null {
    let best: { readonly depth: number; readonly digest: string } | null = null;
    for (const each of this.#ofKind('epoch')) {
      const [signer] = each.chains;
      if (!this.#isLet(each) || (signer && this.#isVoidByOffer(signer))) continue;
      const depth = this.#epochsUpTo(each).length;
      const digest = hex(each);
      if (best === null || depth > best.depth || (depth === best.depth && digest < best.digest)) {
        best = { depth, digest };
      }
    }
    return best?.digest ?? null;
  }

  // Revocations.

  #decide(level: number): void {
    const undecided: Counting[] = [];
    for (const of of this.#ofKind('revocation')) {
      const { body } = of.statement;
      if (body.kind !== 'revocation' || levelOf(of) !== level) continue;
      const signers = of.chains.flatMap((chain, at) => {
        const isStruck = this.#counting.some((each) => this.#strikes(each, chain, of));
        return isStruck ? [] : [at];
      });
      if (signers.length > 0) undecided.push({ of, revocation: body, level, signers });
    }
    this.#contest(undecided);
  }

  /** Again and again: whoever is reached only by those it reaches itself counts, and strikes the rest. */
  #contest(undecided: readonly Counting[]): void {
    let left = [...undecided];
    while (left.length > 0) {
      const reaches = closure(left, (one, other) => one !== other && this.#attacks(one, other));
      const first = left.filter((each) =>
        left.every((other) => !reaches(other, each) || reaches(each, other)),
      );
      this.#counting.push(...first);
      const rest = left.filter((each) => !first.includes(each));
      for (const struck of rest) {
        struck.signers = struck.signers.filter(
          (at) =>
            !first.some((each) => this.#strikes(each, struck.of.chains[at] ?? null, struck.of)),
        );
        if (struck.signers.length === 0) this.#heldOff.add(hex(struck.of));
      }
      left = rest.filter(({ signers }) => signers.length > 0);
    }
  }

  #attacks(one: Counting, other: Counting): boolean {
    return other.signers.some((at) => this.#strikes(one, other.of.chains[at] ?? null, other.of));
  }

  #strikes(by: Counting, chain: Membership | null, on: ModelStatement): boolean {
    return chain !== null && this.#oneSays(by, chain, hex(on), null, 0) === 'no';
  }

  /** Of each renewal on the way what is said of anything that its issuer signed. */
  #saysOfRenewals(by: Counting, m: Membership): readonly Says[] {
    return m.renewals.flatMap(({ certificate, issuer }) =>
      issuer === null ? [] : [this.#oneSaysOfLine(by, issuer, derHex(certificate.der), null, 0)],
    );
  }

  #hits(by: Counting, m: Descent, place: number): boolean {
    const certificate = m.line[place];
    if (certificate?.kind !== 'membership') return false;
    const { target, scope, certificates } = by.revocation;
    if (hexText(certificate.publicKey) !== hexText(target)) return false;
    if (scope === 'certificates') {
      const named = certificates.map(hexText);
      const isLast = place === m.line.length - 1;
      const isShown = isLast && named.includes(derHex(m.certificate.der));
      if (!isShown && !named.includes(certificateHex(m, place))) return false;
    }
    const votes: Membership[] = [];
    for (const at of by.signers) {
      const signer = by.of.chains[at];
      if (signer === null || signer === undefined) return true;
      const isOwn = hexText(signer.publicKey) === hexText(certificate.publicKey);
      if (isOwn) {
        if (LEVELS[signer.role] <= LEVELS[certificate.role]) return true;
        continue;
      }
      if (signer.role === 'creator' && certificate.role !== 'creator') return true;
      const isAbove = m.line
        .slice(1, place)
        .some(({ publicKey }) => hexText(publicKey) === hexText(signer.publicKey));
      if (signer.role === 'administrator') {
        if (certificate.role === 'invitingMember' || certificate.role === 'member') return true;
        if (certificate.role === 'administrator' && isAbove) return true;
        if (certificate.role === 'administrator') votes.push(signer);
      }
      if (signer.role === 'invitingMember' && certificate.role === 'member' && isAbove) return true;
    }
    return votes.some((one) =>
      votes.some((other) => one !== other && share(one, other).length === 0),
    );
  }

  #oneSays(
    by: Counting,
    m: Membership,
    thing: string,
    journal: Uint8Array | null,
    sequence: number,
  ): Says {
    const ofLine = this.#oneSaysOfLine(by, m, thing, journal, sequence);
    return worst([...this.#saysOfRenewals(by, m), ofLine]);
  }

  #oneSaysOfLine(
    by: Counting,
    m: Descent,
    thing: string,
    journal: Uint8Array | null,
    sequence: number,
  ): Says {
    const said: Says[] = [];
    const last = m.line.length - 1;
    for (let place = 1; place <= last; place++) {
      if (!this.#hits(by, m, place)) continue;
      if (place === last) {
        const cutoff = by.revocation.cutoffs.find(
          (each) => journal !== null && hexText(each.journal) === hexText(journal),
        );
        if (journal !== null && (cutoff === undefined || sequence > cutoff.sequence)) return 'no';
        said.push(this.#lists(by.revocation, thing));
      } else {
        said.push(this.#lists(by.revocation, certificateHex(m, place + 1)));
        if (by.revocation.scope === 'subtree') {
          said.push(this.#lists(by.revocation, thing));
          for (let at = place + 1; at <= last; at++) {
            said.push(this.#lists(by.revocation, certificateHex(m, at)));
          }
        }
      }
    }
    return worst(said);
  }

  #says(m: Membership, thing: string, journal: Uint8Array | null, sequence: number): Says {
    return worst(this.#counting.map((by) => this.#oneSays(by, m, thing, journal, sequence)));
  }

  #lists({ keptPages }: Revocation, thing: string): Says {
    const pages = keptPages.map((page) => this.#pages.get(hexText(page)));
    if (pages.some((page) => page?.includes(thing))) return 'yes';
    return pages.includes(undefined) ? 'unknown' : 'no';
  }

  #endings(m: Membership): readonly Counting[] {
    const last = m.line.length - 1;
    return this.#counting.filter((by) => {
      if (this.#saysOfRenewals(by, m).includes('no')) return true;
      return m.line.some((_, place) => {
        if (place === 0 || !this.#hits(by, m, place)) return false;
        if (place === last || by.revocation.scope === 'subtree') return true;
        return this.#lists(by.revocation, certificateHex(m, place + 1)) === 'no';
      });
    });
  }

  #isEnded(m: Membership): boolean {
    return this.#endings(m).length > 0;
  }

  // What others said.

  #ofKind(kind: SecurityStatement['body']['kind']): readonly ModelStatement[] {
    return this.#all.filter(({ statement }) => statement.body.kind === kind);
  }

  #isLet({ statement, chains }: ModelStatement): boolean {
    return chains.every(
      (chain) => chain === null || this.#says(chain, hexText(statement.digest), null, 0) !== 'no',
    );
  }

  #listed(): readonly ModelStatement[] {
    const kept = this.#ofKind('epoch')
      .filter((each) => this.#isLet(each))
      .flatMap((each) => this.#epochsUpTo(each));
    return this.#all.filter((each) => this.#isListed(each, kept));
  }

  #isListed(each: ModelStatement, epochs: readonly ModelStatement[]): boolean {
    const { body } = each.statement;
    if (body.kind === 'revocation') {
      return this.#heldOff.has(hex(each)) || this.#counting.some(({ of }) => hex(of) === hex(each));
    }
    if (body.kind === 'epoch') return epochs.includes(each);
    if (body.kind === 'offer') return this.#isOfferListed(each);
    if (body.kind === 'properties') return true;
    return this.#isLet(each) && this.#isOfferListed(this.#find(body.offer));
  }

  #isOfferListed(offer: ModelStatement | null): boolean {
    if (offer === null) return false;
    return this.#isLet(offer) || this.#about(offer, 'admission').some((each) => this.#isLet(each));
  }

  #epochsUpTo(last: ModelStatement): readonly ModelStatement[] {
    const up = [last];
    for (let each: ModelStatement | null = last; each !== null; ) {
      const { body }: SecurityStatement = each.statement;
      each = body.kind === 'epoch' ? this.#find(body.previous) : null;
      if (each !== null) up.push(each);
    }
    return up;
  }

  #isVoidByOffer(m: Membership): boolean {
    return m.chain.some(({ der }) => {
      const certificate = derHex(der);
      return this.#ofKind('offer').some((offer) => this.#isVoidIn(offer, certificate));
    });
  }

  #isVoidIn(offer: ModelStatement, certificate: string): boolean {
    const { body } = offer.statement;
    const [author] = offer.chains;
    if (body.kind !== 'offer' || !author) return false;
    const admitted = this.#about(offer, 'admission')
      .filter((each) => this.#isLet(each))
      .toSorted(byAdmitter)
      .map(certificateOf)
      .filter((each, at, all) => all.indexOf(each) === at);
    if (!admitted.includes(certificate)) return false;
    const isRight = (each: string): boolean =>
      this.#about(offer, 'offerEnd').every((end) => {
        const said = end.statement.body;
        if (said.kind !== 'offerEnd' || !this.#isLet(end)) return true;
        return said.admitted.map(hexText).includes(each);
      }) && this.#endings(author).every(({ revocation }) => this.#lists(revocation, each) !== 'no');
    if (!isRight(certificate)) return true;
    const before = admitted.slice(0, admitted.indexOf(certificate)).filter(isRight);
    return body.usesMax !== null && before.length >= body.usesMax;
  }

  #about(offer: ModelStatement, kind: 'admission' | 'offerEnd'): readonly ModelStatement[] {
    return this.#ofKind(kind).filter(({ statement: { body } }) => {
      const isAbout = body.kind === 'admission' || body.kind === 'offerEnd';
      return isAbout && hexText(body.offer) === hex(offer);
    });
  }

  #find(digest: Uint8Array): ModelStatement | null {
    return this.#all.find((each) => hex(each) === hexText(digest)) ?? null;
  }
}

function hex({ statement }: ModelStatement): string {
  return hexText(statement.digest);
}

function levelOf({ chains }: ModelStatement): number {
  const [first] = chains;
  return first ? LEVELS[first.role] : 0;
}

/** The stronger first, and of one rank by certificates. */
function byAdmitter(one: ModelStatement, other: ModelStatement): number {
  const [a, b] = [certificateOf(one), certificateOf(other)];
  const depthOf = ({ chains: [first] }: ModelStatement): number => (first?.line.length ?? 1) - 1;
  const byRank = levelOf(one) - levelOf(other) || depthOf(one) - depthOf(other);
  return byRank || (a < b ? -1 : Number(a > b));
}

function certificateOf({ statement: { body } }: ModelStatement): string {
  return body.kind === 'admission' ? hexText(body.certificate) : '';
}

function certificateHex({ line }: Pick<Descent, 'line'>, place: number): string {
  return derHex(line[place]?.der ?? new Uint8Array());
}

function derHex(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/** Whoever stands at this place of the line, by what it was first given; its digest is not looked at. */
function prefix(m: Membership, place: number): Membership {
  const [root, ...rest] = m.line;
  const certificate = m.line[place];
  if (certificate?.kind !== 'membership') return m;
  const { role, publicKey } = certificate;
  const line: Descent['line'] = [root, ...rest.slice(0, place)];
  return { ...m, role, publicKey, certificate, line, renewals: [] };
}

function share(one: Membership, other: Membership): readonly string[] {
  const keys = (m: Membership): readonly string[] =>
    m.line.flatMap((each) =>
      each.kind === 'membership' && each.role === 'administrator' ? [hexText(each.publicKey)] : [],
    );
  return keys(one).filter((key) => keys(other).includes(key));
}

function worst(said: readonly Says[]): Says {
  if (said.includes('no')) return 'no';
  return said.includes('unknown') ? 'unknown' : 'yes';
}
