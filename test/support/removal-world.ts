// A simulated world in which members are removed: who says so, what each node was told, and what went over
// the links of whom.

import { wallTimeOf } from '../../src/core/base/time.ts';
import type { StatementBody } from '../../src/core/domain/security.ts';
import type { GraphEvent } from '../../src/core/node/graph-event.ts';
import { signStatement } from '../../src/core/security/sign-statement.ts';
import { decodeStatement } from '../../src/core/wire/security.ts';
import { FastCrypto } from '../../src/sim/fast-crypto.ts';
import { newNote } from '../../src/sim/life/wishes.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { WALL_BEGINS_MS } from '../../src/sim/sim-time.ts';
import { SimWorld, type SimWorldOptions } from '../../src/sim/sim-world.ts';

export class RemovalWorld {
  readonly world: SimWorld;
  /** What each node was told, with the time. */
  readonly told: { readonly at: number; readonly node: SimNode; readonly event: GraphEvent }[] = [];

  constructor(seed: string, options: SimWorldOptions) {
    this.world = new SimWorld(seed, options);
    this.world.watch({
      onEvent: (node, event) => this.told.push({ at: this.world.nowMs, node, event }),
      onChanges: () => undefined,
    });
    this.world.startAll();
  }

  eventsOf(node: SimNode): readonly GraphEvent[] {
    return this.told.filter((each) => each.node === node).map(({ event }) => event);
  }

  /** A statement that this member makes; not yet said. */
  statement(by: SimNode, body: StatementBody): Uint8Array {
    const { signer, membership } = by.place.villager;
    const { group, chainDigest: membershipDigest } = membership;
    return signStatement(body, wallTimeOf(WALL_BEGINS_MS), group, { signer, membershipDigest });
  }

  revocation(by: SimNode, target: SimNode, reason = ''): Uint8Array {
    return this.statement(by, {
      kind: 'revocation',
      target: target.place.villager.membership.publicKey,
      scope: 'member',
      certificates: [],
      cutoffs: [],
      keptPages: [],
      reason,
    });
  }

  /** Nothing of it is kept. */
  remove(by: SimNode, target: SimNode, reason = ''): Uint8Array {
    const statement = this.revocation(by, target, reason);
    by.say(statement);
    return this.digestOf(statement);
  }

  digestOf(statement: Uint8Array): Uint8Array {
    const { group } = this.world.village.founder.membership;
    return decodeStatement(statement, group, CRYPTO).digest;
  }

  /** Who has a neighbor link with this member. */
  neighborsOf(target: SimNode): readonly SimNode[] {
    const { member } = target.place.villager.membership;
    return this.world.nodes.filter((node) => node.neighbors.some((each) => each.member === member));
  }

  publish(by: SimNode, text: string): void {
    this.world.publish(by, newNote(text));
  }
}

const CRYPTO = new FastCrypto();
