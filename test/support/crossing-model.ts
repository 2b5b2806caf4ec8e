// A model of two members who open direct connections to each other, with a real Switchboard at both
// ends, run through every order in which the events may happen. What the engine does around the
// switchboard is done here in the plainest way: an open that is told `alreadyConnected` tries again.

import assert from 'node:assert/strict';

import { Switchboard } from '../../src/core/direct/switchboard.ts';
import { parsePeerName } from '../../src/core/domain/names.ts';

type Name = 'alice' | 'bob';

export interface Story {
  /** Who wishes for a connection, each wish at any time. */
  readonly opens: readonly Name[];
  /** Whose dials reach the other side. */
  readonly reach: readonly Name[];
}

export interface CrossingEnd {
  /** The attempt behind the shared connection of each side. */
  readonly alice: string | null;
  readonly bob: string | null;
  /** Wishes that were neither answered nor failed. */
  readonly waiting: number;
  readonly history: string;
}

export interface Crossings {
  readonly states: number;
  readonly ends: readonly CrossingEnd[];
}

const NAMES = { alice: parsePeerName('a'.repeat(40)), bob: parsePeerName('b'.repeat(40)) } as const;
const OTHER = { alice: 'bob', bob: 'alice' } as const;
/** Retries that an open may need; more would mean that two sides never agree. */
const DIALS_MAX = 4;

interface Dial {
  readonly from: Name;
  readonly open: bigint;
  readonly attempt: string;
  /** Arrived at the other side. */
  hasArrived: boolean;
  state: 'calling' | 'held' | 'admitted' | 'refused' | 'over';
}

class Side {
  readonly board: Switchboard;
  readonly attemptByConnection = new Map<bigint, string>();
  /** The wishes that wait for the open of this number. */
  readonly waiting = new Map<bigint, number>();
  dials = 0;

  constructor(name: Name) {
    this.board = new Switchboard(NAMES[name]);
  }
}

/** One order of events, replayed from the beginning; the choices say which event comes next. */
class Play {
  readonly sides = { alice: new Side('alice'), bob: new Side('bob') };
  readonly dials: Dial[] = [];
  readonly history: string[] = [];
  readonly #wishes: Name[];
  readonly #story: Story;
  #next = 1n;

  constructor(story: Story) {
    this.#story = story;
    this.#wishes = [...story.opens];
  }

  /** What may happen next; empty at the end of the story. */
  events(): readonly (readonly [string, () => void])[] {
    const events: (readonly [string, () => void])[] = [];
    for (const name of new Set(this.#wishes)) {
      events.push([`${name} opens`, () => this.#wish(name)]);
    }
    for (const [at, dial] of this.dials.entries()) {
      const label = `dial ${at} of ${dial.from}`;
      if (dial.state === 'calling') events.push([`${label} arrives`, () => this.#arrive(dial)]);
      if (dial.state === 'admitted') events.push([`${label} is up`, () => this.#up(dial)]);
      if (dial.state === 'refused') events.push([`${label} is refused`, () => this.#refused(dial)]);
    }
    return events;
  }

  end(): CrossingEnd {
    const shared = (name: Name): string | null => {
      const id = this.sides[name].board.sharedWith(NAMES[OTHER[name]]);
      return id === null ? null : (this.sides[name].attemptByConnection.get(id) ?? null);
    };
    const left = [this.sides.alice, this.sides.bob].flatMap(({ waiting }) => [...waiting.values()]);
    return {
      alice: shared('alice'),
      bob: shared('bob'),
      waiting: left.reduce((sum, each) => sum + each, 0),
      history: this.history.join(', '),
    };
  }

  #wish(name: Name): void {
    this.#wishes.splice(this.#wishes.indexOf(name), 1);
    const side = this.sides[name];
    const open = this.#next++;
    const plan = side.board.planShared(NAMES[OTHER[name]], open);
    if (plan.kind === 'useConnection') return;
    const waitsFor = plan.kind === 'joinOpen' ? plan.open : open;
    side.waiting.set(waitsFor, (side.waiting.get(waitsFor) ?? 0) + 1);
    if (plan.kind === 'dial') this.#dial(name, open);
  }

  #dial(from: Name, open: bigint): void {
    const side = this.sides[from];
    side.dials += 1;
    assert.ok(side.dials <= DIALS_MAX, `the two agree in time: ${this.history.join(', ')}`);
    const dial: Dial = {
      from,
      open,
      attempt: `${from} ${open} ${side.dials}`,
      hasArrived: false,
      state: 'calling',
    };
    side.board.greeted(NAMES[OTHER[from]], open);
    this.dials.push(dial);
  }

  #arrive(dial: Dial): void {
    if (!this.#story.reach.includes(dial.from)) {
      dial.state = 'over';
      this.sides[dial.from].board.unanswered(NAMES[OTHER[dial.from]], dial.open);
      this.#settle(dial.from, dial.open);
      return;
    }
    const here = OTHER[dial.from];
    const caller = callerOf(dial);
    const { board } = this.sides[here];
    if (!dial.hasArrived) assert.equal(board.arrived(caller), true);
    dial.hasArrived = true;
    const plan = board.planCaller(caller);
    if (plan.kind === 'hold') {
      dial.state = 'held';
    } else if (plan.kind === 'refuse') {
      dial.state = 'refused';
      board.leftAgain(caller);
    } else {
      dial.state = 'admitted';
      this.#connect(here, dial, true);
      if (plan.settles !== null) this.#settle(here, plan.settles);
    }
  }

  #up(dial: Dial): void {
    dial.state = 'over';
    this.#connect(dial.from, dial, false);
    this.#settle(dial.from, dial.open);
  }

  #refused(dial: Dial): void {
    dial.state = 'over';
    const side = this.sides[dial.from];
    // Given up already when another connection has answered the wish.
    if (!side.waiting.has(dial.open)) return;
    side.board.unanswered(NAMES[OTHER[dial.from]], dial.open);
    this.#dial(dial.from, dial.open);
  }

  #connect(at: Name, dial: Dial, isIncoming: boolean): void {
    const side = this.sides[at];
    const member = NAMES[OTHER[at]];
    assert.equal(side.board.sharedWith(member), null, `one connection: ${this.history.join(', ')}`);
    const id = this.#next++;
    side.attemptByConnection.set(id, dial.attempt);
    side.board.connected(id, { ...callerOf(dial), member }, isIncoming);
  }

  /** The wishes are answered; a dial of ours that still calls is given up, and who was held is judged anew. */
  #settle(at: Name, open: bigint): void {
    const side = this.sides[at];
    side.waiting.delete(open);
    side.board.settled(NAMES[OTHER[at]], open);
    for (const dial of this.dials) {
      const isOurs = dial.from === at && dial.open === open;
      if (isOurs && dial.state !== 'admitted') dial.state = 'over';
      if (dial.from === OTHER[at] && dial.state === 'held') this.#arrive(dial);
    }
  }
}

function callerOf(dial: Dial) {
  const member = NAMES[dial.from];
  return { member, nodeId: 1n, isSeparate: false, attempt: dial.attempt };
}

/** Every order of events there is. */
export function crossings(story: Story): Crossings {
  const ends: CrossingEnd[] = [];
  let states = 0;
  const visit = (choices: readonly number[]): void => {
    states += 1;
    const play = new Play(story);
    for (const choice of choices) {
      const [label, act] = play.events()[choice] ?? ['nothing', () => undefined];
      play.history.push(label);
      act();
    }
    const next = play.events();
    if (next.length === 0) ends.push(play.end());
    for (const at of next.keys()) visit([...choices, at]);
  };
  visit([]);
  return { states, ends };
}
