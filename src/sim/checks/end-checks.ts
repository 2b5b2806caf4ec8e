// What holds when everything was healed and some time has passed: all members have the same records, the
// graph is one piece, neighbors know each other, and nothing that was acknowledged is lost. And when
// everybody has left: that nothing is left.

import { bytesKey } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import type { Ledger } from '../ledger.ts';
import type { SimNode } from '../sim-node.ts';
import type { Complain } from './step-checks.ts';

export function checkSameRecords(nodes: readonly SimNode[], complain: Complain): void {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const other of others) {
    if (other.disk.fingerprint === first.disk.fingerprint) continue;
    const lacks = missingAt(first, other);
    const more = missingAt(other, first);
    const sentence =
      `${other.name} lacks ${lacks.length} versions that ${first.name} has (${lacks.slice(0, 3).join(', ')}), ` +
      `and has ${more.length} that ${first.name} lacks (${more.slice(0, 3).join(', ')})`;
    complain('all members have the same records', sentence);
    return;
  }
}

export function checkOnePiece(nodes: readonly SimNode[], complain: Complain): void {
  const [first] = nodes;
  if (first === undefined || nodes.length < 2) return;
  const byId = new Map(nodes.map((node) => [node.links?.owner.nodeId, node]));
  const reached = new Set([first]);
  for (const node of reached) {
    for (const { nodeId } of node.neighbors) {
      const neighbor = byId.get(nodeId);
      if (neighbor !== undefined) reached.add(neighbor);
    }
  }
  if (reached.size === nodes.length) return;
  const alone = nodes.filter((node) => !reached.has(node)).map(({ name }) => name);
  const sentence = `${alone.length} of ${nodes.length} members cannot be reached from ${first.name}: ${alone.slice(0, 8).join(', ')}`;
  complain('the graph is one piece', sentence);
}

/**
 * Neighbors that do not have each other, and links of nobody, by a text for each. Goodbyes and greetings
 * may be on their way: what counts is what is still so some seconds later.
 */
export function looseEnds(nodes: readonly SimNode[]): ReadonlySet<string> {
  const loose = new Set<string>();
  const byId = new Map(nodes.map((node) => [node.links?.owner.nodeId, node]));
  for (const node of nodes) {
    const own = node.links?.owner.nodeId;
    const neighbors = new Set(node.neighbors.map(({ link }) => link));
    for (const { nodeId } of node.neighbors) {
      const other = byId.get(nodeId);
      if (other?.neighbors.some((theirs) => theirs.nodeId === own) === true) continue;
      loose.add(
        `${node.name} has ${other?.name ?? 'somebody who is gone'}, which does not have it`,
      );
    }
    for (const { id, isOpen, far } of node.links?.ends ?? []) {
      if (!isOpen || neighbors.has(id)) continue;
      loose.add(`${node.name} has link ${id} to ${far?.owner.process.name}, which is no neighbor`);
    }
  }
  return loose;
}

/** `before` is what was loose some seconds ago. */
export function checkMutual(
  nodes: readonly SimNode[],
  before: ReadonlySet<string>,
  complain: Complain,
): void {
  for (const sentence of looseEnds(nodes)) {
    if (before.has(sentence)) complain('neighbors have each other', sentence);
  }
}

export function checkNothingLost(
  nodes: readonly SimNode[],
  ledger: Ledger,
  complain: Complain,
): void {
  for (const { id, version, by } of ledger.all()) {
    for (const node of nodes) {
      const stored = node.disk.records.get(bytesKey(id));
      if (stored !== undefined && stored.record.content.version >= version) continue;
      const found = stored === undefined ? 'nothing' : `version ${stored.record.content.version}`;
      const sentence = `${by} was told that version ${version} of ${hexText(id)} is published, and ${node.name} has ${found}`;
      complain('what was acknowledged is not lost', sentence);
      return;
    }
  }
}

export function checkOnline(nodes: readonly SimNode[], complain: Complain): void {
  for (const node of nodes) {
    if (nodes.length < 2 || node.status.state === 'online') continue;
    const sentence = `${node.name} is ${JSON.stringify(node.status)} long after everything was healed`;
    complain('everybody is online', sentence);
    return;
  }
}

/** Some seconds after everybody has left. */
export function checkNothingLeft(nodes: readonly SimNode[], complain: Complain): void {
  for (const node of nodes) {
    const { process, links } = node;
    if (process === null || links === null) continue;
    if (links.ends.length > 0) {
      complain('nothing is left', `${node.name} has left and keeps ${links.ends.length} links`);
    }
    if (process.timerCount > 0) {
      complain('nothing is left', `${node.name} has left and keeps ${process.timerCount} wake-ups`);
    }
  }
}

function missingAt(from: SimNode, at: SimNode): string[] {
  const missing: string[] = [];
  for (const [key, { record }] of from.disk.records) {
    const there = at.disk.records.get(key);
    if (there !== undefined && bytesKey(there.record.hash) === bytesKey(record.hash)) continue;
    const { version, isDeleted } = record.content;
    const other = there === undefined ? 'none' : `version ${there.record.content.version}`;
    missing.push(
      `${hexText(record.id.subarray(0, 8))} version ${version}${isDeleted ? ' deleted' : ''} where is ${other}`,
    );
  }
  return missing;
}
