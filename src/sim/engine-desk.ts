// The desk as the engine of a simulated node has it: that of an honest one as it is, that of a rogue deaf to
// whatever is said about who belongs, and that of a node with one of two bugs too trusting.

import { RecordBook } from '../core/book/record-book.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { BatchContents } from '../core/records/batch-contents.ts';
import { SecurityBook } from '../core/security/security-book.ts';
import type { SecurityState } from '../core/security/security-state.ts';
import type { GroupEngineParts } from '../engine/graph/group-engine.ts';
import {
  RecordDesk,
  type RecordDeskParts,
  type RecordListener,
  type TakeResult,
} from '../engine/record-desk.ts';
import type { DeliberateBug } from './node-faults.ts';

type EngineDesk = GroupEngineParts['desk'];

/** Whatever comes is without effect, and nobody is to blame. */
export function deafDesk(desk: EngineDesk): EngineDesk {
  return {
    take: (contents, from, done) => desk.take(contents, from, done),
    learnMembership: (chain) => desk.learnMembership(chain),
    learnStatement: () => ({ kind: 'void' }),
    learnPage: () => ({ kind: 'void' }),
  };
}

export interface GullibleParts {
  readonly bookParts: ConstructorParameters<typeof RecordBook>[0];
  readonly deskParts: Omit<RecordDeskParts, 'book'>;
  readonly listener: RecordListener;
}

/** For the bugs `takesRemoved` and `judgesByDates`: what is refused is judged again by somebody who knows of no removal. */
export function gullibleDesk(
  desk: EngineDesk,
  { bookParts, deskParts, listener }: GullibleParts,
  bugs: ReadonlySet<DeliberateBug>,
): EngineDesk {
  const { ownMembership, memberships, store, crypto, security } = bookParts;
  const { group, chain } = ownMembership();
  const ignorant = new SecurityBook({
    group,
    rootKey: chain[0].publicKey,
    crypto,
    membershipOf: (chainDigest) => memberships.find(chainDigest),
    store,
  });
  const book = new RecordBook({ ...bookParts, security: ignorant });
  const other = new RecordDesk(
    { ...deskParts, book, clock: withoutWaking(deskParts.clock) },
    listener,
  );
  const isTaken = (contents: BatchContents): boolean =>
    bugs.has('takesRemoved') || contents.entries.every(isOld(security.state));
  return {
    take: (contents, from, done) =>
      desk.take(contents, from, (result) => {
        if (isRefused(result) && isTaken(contents)) other.take(contents, from, done);
        else done(result);
      }),
    learnMembership: (bytes) => desk.learnMembership(bytes),
    learnStatement: (bytes, from) => desk.learnStatement(bytes, from),
    learnPage: (bytes, from) => desk.learnPage(bytes, from),
  };
}

/** The same of whom it lets in: for them nobody was ever removed. */
export function trusting(state: SecurityState): SecurityState {
  return new Proxy(state, {
    get: (target, name) => {
      if (name === 'removalOf') return () => null;
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

function isOld(state: SecurityState): (entry: BatchContents['entries'][number]) => boolean {
  const removedAt = Math.max(...state.revocations().map(({ statement }) => statement.issuedAt));
  return ({ content }) => content.modifiedAt < removedAt;
}

function isRefused(result: TakeResult): boolean {
  return (
    result.kind === 'judged' &&
    result.verdicts.some(
      (each) => each.kind === 'refused' && each.refusal.code === 'MEMBERSHIP_REMOVED',
    )
  );
}

/** Whoever only takes what it is given need not be woken. */
function withoutWaking(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    endOfTurn: (act) => clock.endOfTurn(act),
    nextTurn: (act) => clock.nextTurn(act),
    wakeAfter: () => () => undefined,
  };
}
