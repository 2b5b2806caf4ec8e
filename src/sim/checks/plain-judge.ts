// Who belongs and what counts in a simulated world, found out from everything that lies on the disks of its
// honest members together, by the slow model: no node is asked.

import { bytesKey } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { GroupRecord, SignedBatch } from '../../core/domain/records.ts';
import { decodeStatement } from '../../core/wire/security.ts';
import type { SimNode } from '../sim-node.ts';
import type { SimWorld } from '../sim-world.ts';
import { type ModelPage, type ModelStatement, SecurityModel } from './security-model.ts';

export class PlainJudge {
  readonly model: SecurityModel;
  readonly memberships = new Map<string, Membership>();
  readonly statements: readonly ModelStatement[];
  readonly pages: readonly ModelPage[];
  readonly #membershipsByKey = new Map<string, Membership[]>();
  readonly #verdicts = new Map<string, string>();

  constructor(world: SimWorld, nodes: readonly SimNode[]) {
    const { group } = world.village.founder.membership;
    const items = new Map<string, ModelPage & { readonly form: string }>();
    for (const { disk } of nodes) {
      for (const [key, { chain }] of disk.memberships) this.#learn(world, key, chain);
      for (const [key, item] of disk.security) items.set(key, item);
    }
    this.pages = [...items.values()].filter(({ form }) => form === 'page');
    this.statements = [...items.values()]
      .filter(({ form }) => form === 'statement')
      .map(({ bytes }) => {
        const statement = decodeStatement(bytes, group, world.crypto);
        const chains = statement.signatures.map(
          ({ membership }) => this.memberships.get(bytesKey(membership)) ?? null,
        );
        return { statement, chains };
      });
    this.model = new SecurityModel(this.statements, this.pages);
  }

  /** Some membership of this key lives; when it ends by its date is not looked at. */
  isMember(publicKey: Uint8Array): boolean {
    return this.of(publicKey).some((membership) => this.model.lives(membership));
  }

  of(publicKey: Uint8Array): readonly Membership[] {
    return this.#membershipsByKey.get(bytesKey(publicKey)) ?? [];
  }

  /** Whether a listed membership of the creator reaches as far as the record. */
  knowsCreatorOf({ content }: GroupRecord): boolean {
    return this.of(content.creator).some(
      (membership) =>
        this.model.isChainListed(membership) && content.expiresAt < membership.notAfter + 1_000,
    );
  }

  /** `counts`, `removed`, `unknown`, or that nobody knows the membership. */
  verdictOf({ hash, statement }: Pick<SignedBatch, 'hash' | 'statement'>): string {
    const key = bytesKey(hash);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const { membership, journal, firstSequence, count } = statement;
    const signedUnder = this.memberships.get(bytesKey(membership));
    const last = firstSequence + count - 1;
    const verdict =
      signedUnder === undefined
        ? `signed under ${hexText(membership.subarray(0, 8))}, which nobody has`
        : this.model.judge(signedUnder, hash, journal, last);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #learn(world: SimWorld, key: string, chain: readonly Uint8Array[]): void {
    if (this.memberships.has(key)) return;
    const judged = world.village.judge.judgeSoundness(chain);
    if (!judged.ok) return;
    this.memberships.set(key, judged.value);
    const author = bytesKey(judged.value.publicKey);
    const others = this.#membershipsByKey.get(author);
    if (others === undefined) this.#membershipsByKey.set(author, [judged.value]);
    else others.push(judged.value);
  }
}
