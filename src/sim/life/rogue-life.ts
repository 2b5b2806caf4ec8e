// A removed member that goes on: it publishes, with dates of before and in sequences that it has used, issues
// memberships, removes whoever removed it, offers tickets, and takes nothing of what others say about that.

import { mayIssue } from '../../core/domain/roles.ts';
import type { Revocation } from '../../core/domain/security.ts';
import type { RecordDisk } from '../disk/record-disk.ts';
import type { SimNode } from '../sim-node.ts';
import type { MembershipActs } from './membership-acts.ts';
import { deletion, newNote, newText } from './wishes.ts';

const EVERY_SECONDS = 3;
const BACKDATED_MAX_MS = 200_000;
/** Accomplices in one world. */
const NODES_MAX = 20;

const MISCHIEF = [
  'publishes',
  'changes',
  'issues',
  'revokes',
  'revokes',
  'offers',
  'beginsEpoch',
  'comesBack',
] as const;

export class RogueLife {
  readonly #acts: MembershipActs;
  readonly #node: SimNode;
  /** As it was before anybody removed it. */
  readonly #before: RecordDisk;
  #endMs = 0;

  constructor(acts: MembershipActs, node: SimNode, before: RecordDisk) {
    this.#acts = acts;
    this.#node = node;
    this.#before = before;
  }

  begin(endMs: number): void {
    const { world } = this.#acts;
    this.#endMs = endMs;
    world.diary.note(this.#node.name, 'turns rogue');
    this.#node.turnRogue(this.#everybody(), world.chance.isTrue(0.5) ? this.#before : null);
    this.#next();
  }

  #next(): void {
    const { chance, agenda, nowMs } = this.#acts.world;
    const delayMs = -Math.log(1 - chance.fraction()) * 1_000 * EVERY_SECONDS;
    if (nowMs + delayMs >= this.#endMs) return;
    agenda.after(delayMs, () => {
      this.#doMischief();
      this.#next();
    });
  }

  #doMischief(): void {
    const { world } = this.#acts;
    const { chance } = world;
    const node = this.#node;
    const what = chance.pick(MISCHIEF);
    const victim = chance.pick(world.nodes.filter((each) => each !== node));
    world.diary.note(node.name, 'mischief:', what);
    switch (what) {
      case 'publishes':
        node.setWallAhead(-chance.between(0, BACKDATED_MAX_MS));
        world.publish(node, newNote(`rogue ${chance.whole(1_000)}`, chance.bytes(100)));
        return;
      case 'changes': {
        const known = chance.pick(world.ledger.living());
        if (known === undefined) return;
        const wish = chance.isTrue(0.5) ? deletion(known) : newText(known, 'by a rogue');
        world.publish(node, wish);
        return;
      }
      case 'issues':
        this.#issue();
        return;
      case 'revokes':
        if (victim !== undefined) this.#acts.say(node, nothingKept(victim, chance.isTrue(0.5)));
        return;
      case 'offers': {
        const offer = this.#acts.offer(node, 'member', null);
        if (offer !== null) this.#issue(offer);
        return;
      }
      case 'beginsEpoch':
        this.#acts.beginEpoch(node, []);
        return;
      default:
        node.turnRogue(this.#everybody(), chance.isTrue(0.5) ? this.#before : null);
    }
  }

  /** To an accomplice, or to an honest member that knows nothing of it. */
  #issue(offer: Uint8Array | null = null): void {
    const { world } = this.#acts;
    const { chance, nodes } = world;
    const role = chance.pick(
      (['administrator', 'member'] as const).filter((each) =>
        mayIssue(this.#node.membership.role, each),
      ),
    );
    const friend = chance.pick(nodes.filter((each) => each !== this.#node));
    if (role === undefined || friend === undefined) return;
    if (nodes.length >= NODES_MAX || chance.isTrue(0.3)) {
      this.#acts.issue(this.#node, friend.name, { role });
      return;
    }
    const name = `rogue${nodes.length}`;
    const accomplice =
      offer === null
        ? this.#acts.takeIn(this.#node, name, { role })
        : this.#acts.admit(this.#node, offer, name);
    accomplice?.turnRogue(this.#everybody());
  }

  #everybody() {
    const others = this.#acts.world.nodes.filter((each) => each !== this.#node);
    return others.map(({ contact }) => contact);
  }
}

/** Of what the victim ever did nothing is to count. */
function nothingKept(victim: SimNode, isDeep: boolean): Revocation {
  return {
    kind: 'revocation',
    target: victim.membership.publicKey,
    scope: isDeep ? 'subtree' : 'member',
    certificates: [],
    cutoffs: [],
    keptPages: [],
    reason: 'mischief',
  };
}
