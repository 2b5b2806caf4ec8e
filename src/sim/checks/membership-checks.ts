// What holds about who belongs when everything was healed: nothing of a removed member is on any disk beyond
// what counts, all honest members agree on who belongs and why, and nobody lost what it was promised.

import { bytesKey, equalBytes } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import type { SignedBatch } from '../../core/domain/records.ts';
import type { RecordDisk } from '../disk/record-disk.ts';
import type { Acknowledged } from '../ledger.ts';
import type { SimNode } from '../sim-node.ts';
import { WALL_BEGINS_MS, WORLD_BEGINS_MS } from '../sim-time.ts';
import type { SimWorld } from '../sim-world.ts';
import type { PlainJudge } from './plain-judge.ts';
import { SecurityModel } from './security-model.ts';
import type { Complain } from './step-checks.ts';

/** (a) On no disk, nor in memory until it can be judged. */
export function checkOnlyCounting(
  nodes: readonly SimNode[],
  judge: PlainJudge,
  complain: Complain,
): void {
  for (const node of nodes) {
    for (const [place, batch] of batchesOf(node)) {
      const verdict = judge.verdictOf(batch);
      if (verdict === 'counts') continue;
      const { author, journal, firstSequence } = batch.statement;
      const sentence =
        `${node.name} has in its ${place} what ${nameOf(author, judge)} signed, from sequence ${firstSequence} of ` +
        `${hexText(journal)}, batch ${hexText(batch.hash.subarray(0, 8))}: ${verdict}`;
      complain('only what counts is on disks', sentence);
      return;
    }
  }
}

/** (a) Of a creator who is a member no longer than its listed memberships say, not even what others made of it. */
export function checkNothingOutlived(
  nodes: readonly SimNode[],
  judge: PlainJudge,
  complain: Complain,
): void {
  for (const { name, disk } of nodes) {
    for (const { record } of disk.records.values()) {
      if (judge.knowsCreatorOf(record)) continue;
      const { id, content } = record;
      const creator = nameOf(content.creator, judge);
      const sentence = `${name} has version ${content.version} of ${hexText(id.subarray(0, 8))}, which ends after all listed memberships of ${creator}`;
      complain('nothing outlives its creator', sentence);
      return;
    }
  }
}

/** (b), of what each says itself; that all of them are there is checked as in any other world. */
export function checkSameMembers(
  nodes: readonly SimNode[],
  judge: PlainJudge,
  complain: Complain,
): void {
  for (const node of nodes) {
    for (const membership of judge.memberships.values()) {
      const removal = node.security?.removalOf(membership) ?? null;
      const lives = judge.model.lives(membership);
      if ((removal === null) === lives) continue;
      const { friendlyName, role, chainDigest } = membership;
      const sentence = `to ${node.name} ${friendlyName} as ${role} (${hexText(chainDigest.subarray(0, 8))}) ${lives ? 'is removed' : 'lives'}, and it is not so`;
      complain('all agree on who belongs', sentence);
      return;
    }
  }
}

/** (c) They list the same statements, pages and chains, which are those that have to be listed. */
export function checkSameSecurity(
  nodes: readonly SimNode[],
  judge: PlainJudge,
  complain: Complain,
): void {
  const listed = judge.model.listedDigests();
  const chains = [...judge.memberships.values()]
    .filter((membership) => judge.model.isChainListed(membership))
    .map(({ chainDigest }) => hexText(chainDigest))
    .toSorted();
  for (const node of nodes) {
    const differs =
      difference('statements', statementsListedBy(node), listed) ??
      difference('chains', chainsListedBy(node, judge), chains);
    if (differs === null) continue;
    complain('all list the same security', `${node.name} ${differs}`);
    return;
  }
}

/** (c) And judge all batches alike. */
export function checkSameVerdicts(
  nodes: readonly SimNode[],
  judge: PlainJudge,
  complain: Complain,
): void {
  const batches = new Map<string, SignedBatch>();
  for (const { disk } of nodes) {
    for (const [key, { batch }] of disk.batches) batches.set(key, batch);
  }
  for (const batch of batches.values()) {
    const { membership, journal, firstSequence, count } = batch.statement;
    const signedUnder = judge.memberships.get(bytesKey(membership));
    if (signedUnder === undefined) continue;
    const place = { journal, sequence: firstSequence + count - 1 };
    for (const node of nodes) {
      const verdict = node.security?.judgeSigned(signedUnder, batch.hash, place);
      if (verdict === judge.verdictOf(batch)) continue;
      const sentence = `${node.name} says of batch ${hexText(batch.hash.subarray(0, 8))} of ${signedUnder.friendlyName}: ${verdict}, and it is: ${judge.verdictOf(batch)}`;
      complain('all judge alike', sentence);
      return;
    }
  }
}

/**
 * (d) What a creator was told to be published is everywhere, or a later version of it. Not promised to whom
 * somebody has tried to remove without listing it: a removal that was believed for a while takes it away.
 */
export function checkNothingTaken(
  nodes: readonly SimNode[],
  { world, judge }: { world: SimWorld; judge: PlainJudge },
  complain: Complain,
): void {
  const byName = new Map(world.nodes.map((node) => [node.name, node]));
  const now = WALL_BEGINS_MS + world.nowMs - WORLD_BEGINS_MS;
  for (const acknowledged of world.ledger.ownVersions()) {
    const author = byName.get(acknowledged.by);
    if (author === undefined || !nodes.includes(author)) continue;
    if (acknowledged.expiresAt <= now) continue;
    const lacking = nodes.find((node) => !hasVersion(node.disk, acknowledged));
    if (lacking === undefined || wasAttacked(acknowledged, author, judge)) continue;
    const { id, version, by } = acknowledged;
    const found = lacking.disk.records.get(bytesKey(id))?.record.content.version ?? 'nothing';
    const sentence = `${by} was told that version ${version} of ${hexText(id)} is published, and ${lacking.name} has ${found}`;
    complain('what was acknowledged is not lost', sentence);
    return;
  }
}

/** Everybody was told the secret of the present epoch, if whoever began it is honest. */
export function checkEpoch(
  nodes: readonly SimNode[],
  { all, judge }: { all: readonly SimNode[]; judge: PlainJudge },
  complain: Complain,
): void {
  const present = judge.model.epoch();
  if (present === null) return;
  const statement = judge.statements.find((each) => hexText(each.statement.digest) === present);
  const key = statement?.statement.signatures[0]?.publicKey;
  const author = all.find((node) => key && equalBytes(node.membership.publicKey, key));
  if (author?.isHonest !== true || !nodes.includes(author)) return;
  // What is present again because a later one is void is told by nobody anew.
  const last = author.epochs.at(-1);
  if (last === undefined || hexText(last.digest) !== present) return;
  for (const node of nodes) {
    if (node.epochs.some(({ digest }) => hexText(digest) === present)) continue;
    const sentence = `${node.name} has no secret of the epoch ${present.slice(0, 16)}, which ${author.name} began`;
    complain('everybody finds the others', sentence);
    return;
  }
}

function hasVersion(disk: RecordDisk, { id, version }: Acknowledged): boolean {
  const stored = disk.records.get(bytesKey(id));
  return stored !== undefined && stored.record.content.version >= version;
}

/** Some revocation, taken by itself and whether it counts or not, would not let it count. */
function wasAttacked(
  { batch, sequence }: Acknowledged,
  author: SimNode,
  judge: PlainJudge,
): boolean {
  const memberships = judge.of(author.membership.publicKey);
  return judge.statements.some((each) => {
    if (each.statement.body.kind !== 'revocation') return false;
    const alone = new SecurityModel([each], judge.pages);
    return memberships.some(
      (membership) => alone.judge(membership, batch, author.journal, sequence) !== 'counts',
    );
  });
}

function* batchesOf(
  node: SimNode,
): Iterable<readonly [string, Pick<SignedBatch, 'hash' | 'statement'>]> {
  const { disk } = node;
  const places = [
    ['records', disk.records],
    ['shadows', disk.shadows],
  ] as const;
  for (const [place, versions] of places) {
    for (const { record } of versions.values()) {
      const kept = disk.batches.get(bytesKey(record.batch));
      if (kept !== undefined) yield [place, kept.batch];
    }
  }
  for (const { batch } of node.waitingBatches) yield ['waiting room', batch];
}

function statementsListedBy(node: SimNode): readonly string[] {
  return (node.security?.listedDigests() ?? []).map(hexText).toSorted();
}

function chainsListedBy({ disk, security }: SimNode, judge: PlainJudge): readonly string[] {
  return [...disk.memberships.keys()]
    .flatMap((key) => judge.memberships.get(key) ?? [])
    .filter((membership) => security?.isChainListed(membership) === true)
    .map(({ chainDigest }) => hexText(chainDigest))
    .toSorted();
}

function difference(
  what: string,
  has: readonly string[],
  expected: readonly string[],
): string | null {
  const [theirs, ours] = [new Set(has), new Set(expected)];
  const lacks = expected.filter((each) => !theirs.has(each));
  const more = has.filter((each) => !ours.has(each));
  if (lacks.length === 0 && more.length === 0) return null;
  const some = (all: readonly string[]): string =>
    all.length === 0
      ? ''
      : ` (${all
          .slice(0, 3)
          .map((each) => each.slice(0, 16))
          .join(', ')})`;
  return `lacks ${lacks.length} ${what}${some(lacks)}, and lists ${more.length}${some(more)} that are not to be listed`;
}

function nameOf(publicKey: Uint8Array, judge: PlainJudge): string {
  return judge.of(publicKey)[0]?.friendlyName ?? hexText(publicKey.subarray(0, 8));
}
