// What this member learns about who belongs (protocol.md §14): judges whether a statement or page is sound,
// says what has to be stored, and goes on to the next state once it is told that it was.

import { bytesKey, concatBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Certificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type { SecurityStatement } from '../domain/security.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore, StoreChange, StoredSecurityItem } from '../ports/record-store.ts';
import { decodePage, decodeStatement, pageDigest } from '../wire/security.ts';
import { CertificateIndex } from './certificate-index.ts';
import type { HeldStatement, StatementSigner } from './held-statement.ts';
import { bodyOf, holdStatement } from './held-statement.ts';
import type { KeptPage } from './kept-pages.ts';
import { SecurityState } from './security-state.ts';
import type { Needs, SoundnessParts } from './soundness.ts';
import {
  certificateNeed,
  chainNeed,
  hasSoundSignatures,
  judgeSoundness,
  needKeys,
  signerOf,
  statementNeed,
} from './soundness.ts';
import { WaitingStatements } from './waiting-statements.ts';

export interface SecurityParts {
  readonly group: GroupName;
  /** Raw Ed25519 key of the group. */
  readonly rootKey: Uint8Array;
  readonly crypto: Crypto;
  /** A sound membership of the group; null when it is not here. */
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  readonly store: Pick<RecordStore, 'memberships' | 'securityItems'>;
}

export type Learned =
  /** Once the changes are made, `onStored` is told. A statement that is stored is new to us. */
  | {
      readonly kind: 'stored';
      readonly changes: readonly StoreChange[];
      /** Null when it was a page. */
      readonly statement: SecurityStatement | null;
    }
  | { readonly kind: 'known' }
  /** It does not count in the present state, and is neither stored nor passed on. Nobody is to blame. */
  | { readonly kind: 'void' }
  /** Kept in memory until these came. Empty lists: what it needs comes by comparing. */
  | {
      readonly kind: 'awaits';
      readonly chains: readonly Uint8Array[];
      readonly statements: readonly Uint8Array[];
      readonly pages: readonly Uint8Array[];
    }
  /** Whoever brought it is to blame. */
  | { readonly kind: 'unsound'; readonly detail: string }
  /** There is no room for it. Nobody is to blame. */
  | { readonly kind: 'full' };

const ITEMS_AT_ONCE = 256;

export class SecurityBook {
  readonly #parts: SecurityParts;
  readonly #soundness: SoundnessParts;
  readonly #certificates: CertificateIndex;
  readonly #waiting = new WaitingStatements(LIMITS.statementsWaitingMax);
  readonly #waitingPages = new Map<string, WaitingPage>();
  /** Found sound, and to be stored by the caller; whatever is given up comes again. */
  readonly #judged = new Map<string, HeldStatement>();
  #state: SecurityState;

  constructor(parts: SecurityParts) {
    const { group, rootKey, crypto, membershipOf, store } = parts;
    this.#parts = parts;
    this.#certificates = new CertificateIndex(store, crypto);
    this.#state = SecurityState.empty(group, crypto);
    this.#soundness = {
      group,
      rootKey,
      crypto,
      membershipOf,
      membershipByCertificate: (digest) => this.#membershipByCertificate(digest),
      findStatement: (digest) => this.#state.findHeld(digest),
    };
  }

  get state(): SecurityState {
    return this.#state;
  }

  /** Statements in memory that wait for something. */
  get waitingStatements(): number {
    return this.#waiting.size;
  }

  /** Reads what is stored; before anything else. What names a chain that is not here any more is passed over. */
  load(): void {
    const { store } = this.#parts;
    const items: StoredSecurityItem[] = [];
    for (let after: Uint8Array | null = null; ; ) {
      const page = store.securityItems(after, ITEMS_AT_ONCE);
      items.push(...page);
      if (page.length < ITEMS_AT_ONCE) break;
      after = page.at(-1)?.digest ?? null;
    }
    this.#adopt(items);
  }

  /** `arriving` are sound memberships that will be stored together with it. */
  learnStatement(bytes: Uint8Array, arriving: readonly Membership[] = []): Learned {
    const { group, crypto } = this.#parts;
    try {
      const statement = decodeStatement(bytes, group, crypto);
      if (this.#state.has(statement.digest)) return { kind: 'known' };
      if (!hasSoundSignatures(statement, crypto)) {
        return { kind: 'unsound', detail: `${statement.body.kind}: a signature is wrong` };
      }
      return this.#judge(statement, this.#soundnessWith(arriving));
    } catch (error) {
      if (error instanceof MalformedBytes) return { kind: 'unsound', detail: error.message };
      throw error;
    }
  }

  learnPage(bytes: Uint8Array): Learned {
    const { group, crypto } = this.#parts;
    try {
      const digests = decodePage(bytes);
      const digest = pageDigest(bytes, group, crypto);
      if (this.#state.has(digest)) return { kind: 'known' };
      const page = { digest, packed: concatBytes(digests), bytes: bytes.slice() };
      if (this.#state.namesPage(digest)) {
        return { kind: 'stored', changes: [putPage(page)], statement: null };
      }
      this.#keepPage(page);
      return AWAITS_NOTHING;
    } catch (error) {
      if (error instanceof MalformedBytes) return { kind: 'unsound', detail: error.message };
      throw error;
    }
  }

  /** Whether a chain is to be stored: it is listed, or a statement waits for it. */
  wantsChain(membership: Membership): boolean {
    if (this.#state.isChainListed(membership)) return true;
    return needsMetBy(membership, this.#parts.crypto).some(
      (need) => this.#waiting.waitingFor(need).length > 0,
    );
  }

  /** What became of statements that waited for these memberships, which are stored by now. */
  membershipsChanged(memberships: readonly Membership[]): readonly Learned[] {
    for (const membership of memberships) this.#certificates.add(membership);
    if (this.#waiting.size === 0) return [];
    const needs = memberships.flatMap((each) => needsMetBy(each, this.#parts.crypto));
    return this.#waiting.release(needs).map((statement) => this.#judge(statement));
  }

  /**
   * The changes are on the disk: from now on they count. Others that are in the list are passed over. What
   * waited for a statement that is stored now is judged again: it comes back and is to be stored as well.
   */
  onStored(changes: readonly StoreChange[]): readonly Learned[] {
    const put = changes.filter((change) => change.kind === 'putSecurity');
    const removed = changes.filter((change) => change.kind === 'removeSecurity');
    this.#adopt(put);
    this.#state = this.#state.without(removed.map(({ digest }) => digest));
    const needs = put.map(({ digest }) => statementNeed(digest));
    return this.#waiting.release(needs).map((statement) => this.#judge(statement));
  }

  /** Of a statement whose signatures are sound. */
  #judge(statement: SecurityStatement, soundness = this.#soundness): Learned {
    const judged = judgeSoundness(statement, soundness);
    if (judged.kind === 'unsound') return judged;
    if (judged.kind === 'awaits') {
      this.#waiting.add(statement, needKeys(judged.needs));
      return { kind: 'awaits', pages: [], ...wanted(judged.needs) };
    }
    const { held } = judged;
    const { standing, givingWay } = this.#state.standingWith(held);
    if (standing === 'full') return { kind: 'full' };
    if (standing === 'void' && !this.#isAwaited(held)) return { kind: 'void' };
    this.#remember(held);
    const pages = this.#pagesFor(held);
    const changes: StoreChange[] = [
      ...givingWay.map((digest): StoreChange => ({ kind: 'removeSecurity', digest })),
      ...pages.map(putPage),
      { kind: 'putSecurity', digest: statement.digest, form: 'statement', bytes: statement.bytes },
    ];
    return { kind: 'stored', changes, statement };
  }

  /** An offer that does not count any more, and an admission by it does, which waits for it. */
  #isAwaited({ statement: { body, digest } }: HeldStatement): boolean {
    if (body.kind !== 'offer') return false;
    return this.#waiting.waitingFor(statementNeed(digest)).some((waiting) => {
      const held = waiting.body.kind === 'admission' ? this.#hold(waiting) : null;
      return held !== null && this.#state.isLet(held);
    });
  }

  /** Null when a chain is not here. */
  #hold(statement: SecurityStatement): HeldStatement | null {
    const signers: StatementSigner[] = [];
    for (const signature of statement.signatures) {
      const signer = signerOf(signature, this.#soundness);
      if (signer === null || typeof signer === 'string') return null;
      signers.push(signer);
    }
    return holdStatement(statement, signers);
  }

  #adopt(items: readonly StoredSecurityItem[]): void {
    const { group, crypto } = this.#parts;
    const statements: HeldStatement[] = [];
    const pages: KeptPage[] = [];
    for (const { digest, form, bytes } of items) {
      const key = bytesKey(digest);
      if (form === 'page') {
        this.#waitingPages.delete(key);
        pages.push({ digest, packed: concatBytes(decodePage(bytes)) });
        continue;
      }
      const judged = this.#judged.get(key) ?? this.#hold(decodeStatement(bytes, group, crypto));
      this.#judged.delete(key);
      if (judged !== null && !this.#state.has(digest)) statements.push(judged);
    }
    this.#state = this.#state.withPages(pages).withStatements(statements);
  }

  #soundnessWith(arriving: readonly Membership[]): SoundnessParts {
    if (arriving.length === 0) return this.#soundness;
    const { membershipOf, membershipByCertificate, crypto } = this.#soundness;
    const byChain = new Map(arriving.map((each) => [bytesKey(each.chainDigest), each]));
    const byCertificate = new Map(
      arriving.map((each) => [bytesKey(crypto.sha256(leafOf(each).der)), each]),
    );
    return {
      ...this.#soundness,
      membershipOf: (digest) => byChain.get(bytesKey(digest)) ?? membershipOf(digest),
      membershipByCertificate: (digest) =>
        byCertificate.get(bytesKey(digest)) ?? membershipByCertificate(digest),
    };
  }

  #membershipByCertificate(certificate: Uint8Array): Membership | null {
    const chainDigest = this.#certificates.find(certificate);
    return chainDigest === null ? null : this.#parts.membershipOf(chainDigest);
  }

  #remember(held: HeldStatement): void {
    this.#judged.set(held.key, held);
    for (const oldest of this.#judged.keys()) {
      if (this.#judged.size <= LIMITS.statementsWaitingMax) return;
      this.#judged.delete(oldest);
    }
  }

  #keepPage(page: WaitingPage): void {
    this.#waitingPages.set(bytesKey(page.digest), page);
    for (const oldest of this.#waitingPages.keys()) {
      if (this.#waitingPages.size <= LIMITS.pagesWaitingMax) return;
      this.#waitingPages.delete(oldest);
    }
  }

  /** Those that came before the revocation that names them. */
  #pagesFor(held: HeldStatement): readonly WaitingPage[] {
    if (held.statement.body.kind !== 'revocation' || this.#waitingPages.size === 0) return [];
    return bodyOf(held, 'revocation').keptPages.flatMap(
      (digest) => this.#waitingPages.get(bytesKey(digest)) ?? [],
    );
  }
}

/** Before a revocation that names it. */
interface WaitingPage extends KeptPage {
  readonly bytes: Uint8Array;
}

const AWAITS_NOTHING: Learned = { kind: 'awaits', chains: [], statements: [], pages: [] };

function putPage({ digest, bytes }: WaitingPage): StoreChange {
  return { kind: 'putSecurity', digest, form: 'page', bytes };
}

function wanted({ chains, statements }: Needs): Omit<Needs, 'certificates'> {
  return { chains, statements };
}

function needsMetBy(membership: Membership, crypto: Pick<Crypto, 'sha256'>): readonly string[] {
  const certificate = crypto.sha256(leafOf(membership).der);
  return [chainNeed(membership.chainDigest), certificateNeed(certificate)];
}

function leafOf({ chain }: Membership): Certificate {
  return chain.at(-1) ?? chain[0];
}
