// The chapter about who belongs: somebody comes in by a ticket, somebody by a password, and one of them is removed by
// the member who founded the group.

import { join } from 'node:path';
import type { CastMember } from './cast-member.ts';
import { count, milliseconds, short } from './figures.ts';
import { check, fitsTerminal, refusal, step } from './terminal.ts';

const PASSWORD = 'Sicilian Defence 1851';
const GUESS = 'Sicilian Defence 1850';
const REASON = 'sells our games';
/** A game that no other chapter has. */
const GAME = 2_000_001;
const MOVES_BEFORE_REMOVAL = 30;
/** What the protocol promises; see docs/protocol.md. */
const CUT_MAX_MS = 2_000;
/** A guess: a hundred times what it takes. */
const AGREED_MAX_MS = 10_000;

export interface MembershipFigures {
  redeemedMs: number;
  cutMs: number;
}

/** Who founded the group, who is in it, who comes, and of whom one should not have. */
export interface Belonging {
  readonly founder: CastMember;
  readonly members: readonly CastMember[];
  readonly newcomer: CastMember;
  readonly stranger: CastMember;
  readonly traitor: CastMember;
  readonly group: string;
  readonly nameOf: (member: CastMember) => string;
  readonly addressOf: (member: CastMember) => string;
  readonly folder: string;
}

export class MembershipChapter {
  readonly figures: MembershipFigures = { redeemedMs: 0, cutMs: 0 };
  readonly #belonging: Belonging;

  constructor(belonging: Belonging) {
    this.#belonging = belonging;
  }

  async tell(): Promise<void> {
    const { founder, newcomer, traitor } = this.#belonging;
    const [alice, dave, mallory] = [founder, newcomer, traitor].map((each) => each.friendlyName);
    await step(`${alice} makes a ticket`, () => this.#makeTicket());
    await step(`${dave}, whom nobody knew, redeems it`, () => this.#redeem());
    await step(`${alice} sets a password`, () => this.#setPassword());
    await step(`${alice} removes ${mallory} while he publishes`, () => this.#remove());
    await step(`${mallory} stays outside`, () => this.#keepOut());
    await step(`${alice} asks who belongs, and why`, () => this.#explain());
  }

  async #makeTicket(): Promise<readonly string[]> {
    const { founder, group } = this.#belonging;
    const { text, qr } = await founder.ask('createTicket', { group, file: this.#ticket });
    const picture = qr === null || !fitsTerminal(qr) ? [] : qr.split('\n');
    return [
      `One line of ${count(text.length)} characters, for one use within seven days:`,
      text,
      ...picture,
    ];
  }

  async #redeem(): Promise<readonly string[]> {
    const { founder, newcomer, stranger, group, nameOf } = this.#belonging;
    const file = this.#ticket;
    const { role, issuer, tookMs } = await newcomer.ask('redeem', { file });
    check(issuer === nameOf(founder), `${short(issuer)} let ${newcomer.friendlyName} in`);
    this.figures.redeemedMs = tookMs;
    const { records } = await newcomer.ask('connectGroup', { group });
    return [
      `${newcomer.friendlyName} is a ${role}, ${milliseconds(tookMs)} later, and then has all ${count(records)} records.`,
      refusal(
        `${stranger.friendlyName} comes with the same ticket`,
        await stranger.ask('tryToRedeem', { file }),
        'TICKET_USED_UP',
      ),
    ];
  }

  async #setPassword(): Promise<readonly string[]> {
    const { founder, stranger, traitor, group } = this.#belonging;
    const file = join(this.#belonging.folder, 'password.line');
    await founder.ask('createPassword', { group, password: PASSWORD, file });
    const guess = await stranger.ask('tryToRedeem', { file, password: GUESS });
    const { role, tookMs } = await traitor.ask('redeem', { file, password: PASSWORD });
    await traitor.ask('connectGroup', { group });
    return [
      'It is proved, and never said; whoever knows it and has the line comes in.',
      refusal(`${stranger.friendlyName} has the line and guesses`, guess, 'WRONG_PASSWORD'),
      `${traitor.friendlyName} was told it, and is a ${role}, ${milliseconds(tookMs)} later.`,
    ];
  }

  async #remove(): Promise<readonly string[]> {
    const { founder, traitor, group, nameOf, addressOf } = this.#belonging;
    const [member, address] = [nameOf(traitor), addressOf(traitor)];
    for (const other of this.#others) await other.ask('open', { group, member, address });
    await traitor.ask('publishUntilRefused', { group, game: GAME });
    await this.#arrived(founder, MOVES_BEFORE_REMOVAL);
    const watched = await Promise.all(
      this.#all.map((each) => each.ask('watchLinks', { group, member })),
    );
    const { at } = await founder.ask('remove', { group, member, reason: REASON });
    const cuts = await Promise.all(
      this.#all.map((each) => each.ask('linksCut', { group, member })),
    );
    const cutMs = Math.max(...cuts.map((cut) => (cut.at ?? at) - at));
    check(cutMs < CUT_MAX_MS, `the last link was cut after ${milliseconds(cutMs)}`);
    this.figures.cutMs = Math.max(0, cutMs);
    const links = watched.reduce((sum, each) => sum + each.links, 0);
    return [
      `${links} links with him, of neighbors and direct; the last was cut ${milliseconds(this.figures.cutMs)} after her word.`,
      await this.#countMoves(),
    ];
  }

  /** What counts of him is what the founder had, and everybody comes to have just that. */
  async #countMoves(): Promise<string> {
    const { founder, traitor } = this.#belonging;
    const { code, acknowledged } = await traitor.ask('publishingRefused', {});
    check(code === 'MEMBERSHIP_REMOVED', `his publishing ended with ${code}`);
    const kept = await this.#movesAt(founder);
    for (const other of this.#others) await this.#arrived(other, kept, kept);
    const names = this.#all.map((each) => each.friendlyName).join(', ');
    return `Of his ${acknowledged} moves those ${kept} count that she had then: the same at ${names}.`;
  }

  async #keepOut(): Promise<readonly string[]> {
    const { founder, traitor, group, nameOf, addressOf } = this.#belonging;
    const [other = founder] = this.#others;
    const [his, hers] = [traitor, other].map((each) => each.friendlyName);
    const kept = await this.#movesAt(founder);
    await traitor.ask('publishUntilRefused', { group, game: GAME });
    const publishing = await traitor.ask('publishingRefused', {});
    check(publishing.acknowledged === 0, 'he publishes still');
    const toHim = { group, member: nameOf(traitor), address: addressOf(traitor) };
    const toHer = { group, member: nameOf(other), address: addressOf(other) };
    const calling = await other.ask('tryToOpen', toHim);
    check(calling.why.includes(REASON), `the reason is missing: ${calling.why}`);
    check((await this.#movesAt(founder)) === kept, 'a move of his has come');
    return [
      refusal(`${his} publishes once more`, publishing, 'MEMBERSHIP_REMOVED'),
      refusal(`${his} calls ${hers}`, await traitor.ask('tryToOpen', toHer), 'MEMBERSHIP_REMOVED'),
      refusal(`${hers} calls ${his}`, calling, 'MEMBERSHIP_REMOVED'),
      `With the reason that Alice gave: "${REASON}".`,
    ];
  }

  async #explain(): Promise<readonly string[]> {
    const { founder, newcomer, traitor, group, nameOf } = this.#belonging;
    const explained: string[] = [];
    for (const each of [newcomer, traitor]) {
      const { lines } = await founder.ask('explain', { group, member: nameOf(each) });
      explained.push(...lines.flatMap((line) => line.split('\n')));
    }
    return explained;
  }

  async #movesAt(member: CastMember): Promise<number> {
    const where = { attribute: 'game', equal: GAME };
    const { group } = this.#belonging;
    return (await member.ask('countFound', { group, query: { where } })).records;
  }

  async #arrived(
    member: CastMember,
    least: number,
    most = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const deadline = performance.now() + AGREED_MAX_MS;
    for (;;) {
      const moves = await this.#movesAt(member);
      if (moves >= least && moves <= most) return;
      const { friendlyName } = member;
      check(performance.now() < deadline, `${friendlyName} has ${moves} moves, not ${least}`);
    }
  }

  get #ticket(): string {
    return join(this.#belonging.folder, 'ticket.line');
  }

  /** Of the members but the founder, the newcomer last. */
  get #others(): readonly CastMember[] {
    return [...this.#belonging.members, this.#belonging.newcomer];
  }

  get #all(): readonly CastMember[] {
    return [this.#belonging.founder, ...this.#others];
  }
}
