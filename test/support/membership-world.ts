// A simulated world of few people with roles, in which they remove each other, and what lies on whose disk.

import assert from 'node:assert/strict';

import { bytesKey, equalBytes } from '../../src/core/base/bytes.ts';
import { MembershipActs } from '../../src/sim/life/membership-acts.ts';
import { newNote } from '../../src/sim/life/wishes.ts';
import type { MembershipTerms, Villager } from '../../src/sim/people/village.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { SimWorld, type SimWorldOptions } from '../../src/sim/sim-world.ts';

/** Alice founded the group. Everybody else with its terms, and who took it in when that was not Alice. */
export type People = Readonly<Record<string, MembershipTerms & { readonly by?: string }>>;

export class MembershipWorld {
  readonly world: SimWorld;
  readonly acts: MembershipActs;

  /** They are connected, and know each other. */
  constructor(seed: string, people: People, options: Partial<SimWorldOptions> = {}) {
    this.world = new SimWorld(seed, {
      nodes: 0,
      knowsEverybody: true,
      ...options,
      villagers: (village) => {
        const villagers = new Map<string, Villager>([['alice', village.founder]]);
        for (const [name, { by = 'alice', ...terms }] of Object.entries(people)) {
          villagers.set(name, village.member(name, terms, villagers.get(by)));
        }
        return [...villagers.values()];
      },
    });
    this.acts = new MembershipActs(this.world);
    this.world.startAll();
    this.run(15);
  }

  node(name: string): SimNode {
    const node = this.world.nodes.find((each) => each.name === name);
    assert.ok(node !== undefined, name);
    return node;
  }

  run(seconds: number): void {
    this.world.runFor({ seconds });
  }

  /** These can reach each other and nobody else; returns how it ends. */
  apart(...names: readonly string[]): () => void {
    const some = names.map((name) => this.node(name));
    return this.world.part(
      some,
      this.world.nodes.filter((node) => !some.includes(node)),
    );
  }

  publish(name: string, ...texts: readonly string[]): void {
    this.world.publish(this.node(name), ...texts.map((text) => newNote(text)));
  }

  remove(by: string, target: string, scope: 'member' | 'subtree' = 'member'): Uint8Array {
    const digest = this.acts.remove(this.node(by), this.node(target), { scope });
    assert.ok(digest !== null, `${by} removes ${target}`);
    return digest;
  }

  /** Goes on as if nobody had removed it, and knows the addresses of all. */
  turnRogue(name: string): void {
    const others = this.world.nodes.filter((node) => node.name !== name);
    this.node(name).turnRogue(others.map(({ contact }) => contact));
  }

  /** Those on whose disk, as a record, as a shadow or in the waiting room, something of this author is: how much. */
  holdersOf(author: string): Readonly<Record<string, number>> {
    const key = this.node(author).membership.publicKey;
    const counts: Record<string, number> = {};
    for (const node of this.world.nodes) {
      const ids = new Set<string>();
      for (const versions of [node.disk.records, node.disk.shadows]) {
        for (const { record } of versions.values()) {
          if (equalBytes(record.author, key)) ids.add(bytesKey(record.id));
        }
      }
      const waiting = node.waitingBatches.filter((each) =>
        equalBytes(each.batch.statement.author, key),
      );
      if (ids.size + waiting.length > 0) counts[node.name] = ids.size + waiting.length;
    }
    return counts;
  }

  areNeighbors(one: string, other: string): boolean {
    const { member } = this.node(other).membership;
    return this.node(one).neighbors.some((each) => each.member === member);
  }

  /** Names of those who are there, of whom nobody was removed, and take this one for a member. */
  trustedBy(name: string): readonly string[] {
    const { membership } = this.node(name);
    return this.world.running
      .filter(({ status }) => status.state !== 'offline')
      .filter((node) => node.name !== name && node.isHonest)
      .filter(({ security }) => security?.removalOf(membership) === null)
      .map((node) => node.name);
  }
}
