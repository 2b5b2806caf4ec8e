// What a member's process does about who belongs: makes tickets and passwords, comes in by them, removes, and notes down
// when the links with somebody were cut.

import { readFile, writeFile } from 'node:fs/promises';
import type { InvitationLine, PeerGroup, PeerNode } from '../src/api/index.ts';
import type { MembershipWishes } from './membership-wishes.ts';
import { MOVE } from './moves.ts';
import { refused } from './refused.ts';
import type { AnswerOf, Refused, WishOf } from './wishes.ts';

type Handlers = {
  readonly [Name in keyof MembershipWishes]: (wish: WishOf<Name>) => Promise<AnswerOf<Name>>;
};

/** The member's own surroundings. */
export interface Home {
  readonly node: () => PeerNode;
  readonly groupOf: (name: string) => PeerGroup;
  /** Takes direct connections for a group that was joined. */
  readonly keep: (group: PeerGroup) => void;
}

/** A guess: a move each 5 ms is more than a group of people plays. */
const MOVES_EVERY_MS = 5;

export function membershipHandlers({ node, groupOf, keep }: Home): Handlers {
  let lastCutAt: number | null = null;
  let publishing: Promise<Refused & { readonly acknowledged: number }> | null = null;
  const redeem = async ({ file, password }: WishOf<'redeem'>): Promise<PeerGroup> => {
    const text = await readFile(file, 'utf8');
    return await node().joinGroup(text, password === undefined ? {} : { password });
  };
  return {
    async createTicket({ group, file }) {
      const ticket = await groupOf(group).invitations.createTicket();
      await writeLine(file, ticket);
      return { text: ticket.text, qr: ticket.qr() };
    },

    async createPassword({ group, password, file }) {
      const line = await groupOf(group).invitations.createPassword(password);
      await writeLine(file, line);
      return { characters: line.text.length };
    },

    async redeem(wish) {
      const startedAt = performance.now();
      const group = await redeem(wish);
      const tookMs = performance.now() - startedAt;
      keep(group);
      const { role, issuer } = group.membership;
      return { role, issuer, tookMs };
    },

    tryToRedeem: (wish) =>
      refused(async () => {
        await redeem(wish);
      }),

    async watchLinks({ group: name, member }) {
      const group = groupOf(name);
      const onEnd = (who: string): void => {
        if (who === member) lastCutAt = timeOfDay();
      };
      group.addEventListener('neighborChanged', ({ change, neighbor }) => {
        if (change === 'down') onEnd(neighbor.name);
      });
      group.addEventListener('connectionClosed', ({ connection }) => onEnd(connection.member.name));
      return { links: linksWith(group, member) };
    },

    async linksCut({ group: name, member }) {
      const group = groupOf(name);
      while (linksWith(group, member) > 0) await passed(1);
      // What closed last is told in the turn after.
      await passed(1);
      return { at: lastCutAt };
    },

    async publishUntilRefused({ group, game }) {
      publishing = publishUntilRefused(groupOf(group), game);
      return {};
    },

    async publishingRefused() {
      if (publishing === null) throw new Error('nothing is published');
      return await publishing;
    },

    async remove({ group, member, reason }) {
      const at = timeOfDay();
      await groupOf(group).memberships.remove(member, { reason });
      return { at };
    },

    async explain({ group, member }) {
      const { lines } = await groupOf(group).memberships.explain(member);
      return { lines };
    },
  };
}

async function writeLine(file: string, { text }: InvitationLine): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
}

function linksWith(group: PeerGroup, member: string): number {
  const members = [...group.neighbors, ...group.connections.map((connection) => connection.member)];
  return members.filter(({ name }) => name === member).length;
}

async function publishUntilRefused(
  { records }: PeerGroup,
  game: number,
): Promise<Refused & { readonly acknowledged: number }> {
  let acknowledged = 0;
  const ending = await refused(async () => {
    for (;;) {
      const attributes = { game, number: acknowledged + 1, player: 'Mallory', move: 'Kh1' };
      await records.add({ type: MOVE, data: 'Kh1', attributes });
      acknowledged += 1;
      await passed(MOVES_EVERY_MS);
    }
  });
  return { ...ending, acknowledged };
}

function passed(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function timeOfDay(): number {
  return performance.timeOrigin + performance.now();
}
