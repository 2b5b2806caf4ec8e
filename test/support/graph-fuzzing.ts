// Two real nodes of one group and a wire between them on which anything may happen: frames are changed,
// doubled, swapped, lost and made up. What each node says meanwhile is checked frame by frame.

import assert from 'node:assert/strict';

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { type LinkId, linkIdOf } from '../../src/core/domain/links.ts';
import type { Effect } from '../../src/core/node/effect.ts';
import { GroupNode } from '../../src/core/node/group-node.ts';
import type { ChainVerdict, Input, Judgement } from '../../src/core/node/input.ts';
import { encodeFrame, payloadBytesMax } from '../../src/core/wire/frame.ts';
import type { FuzzSource } from './fuzzing.ts';
import { type Keeper, keeper, NOW, newNote, type Recorder } from './record-club.ts';
import { nodeCrypto, seededChance } from './trust-cast.ts';
import { readFrame } from './wire-reading.ts';

export interface FuzzFrame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** One step may answer with a page of records and a thousand small frames, and no more. */
const EFFECTS_MAX = 20_000;
/** Links that a node is told of in a round. */
const LINKS_MAX = 4;

export function keeperOf(recorder: Recorder, records: number): Keeper {
  const made = keeper(recorder);
  const wishes = Array.from({ length: records }, (_, at) => [newNote(`note ${at}`)]);
  made.publishAll(wishes);
  return made;
}

/** One of the two. Its disk is only read: whatever is judged was refused, or could not be stored. */
export class FuzzNode {
  readonly #keeper: Keeper;
  readonly #node: GroupNode;
  readonly #source: FuzzSource;
  readonly #nodeId: bigint;
  readonly #inputs: Input[] = [];
  readonly #links = new Set<LinkId>();
  #linksMade = 0;
  now: Now = { instant: instantOf(0), wallTime: NOW };
  /** What it has sent and nobody has taken. */
  readonly sent: FuzzFrame[] = [];
  /** The kinds of all that it has sent. */
  readonly said = new Set<number>();

  constructor(own: Keeper, source: FuzzSource) {
    const { recorder, book, store } = own;
    this.#keeper = own;
    this.#source = source;
    this.#nodeId = BigInt(1 + source.below(1_000_000));
    this.#node = new GroupNode({
      ownMembership: () => recorder.membership,
      security: () => book.security,
      signer: recorder.person,
      nodeId: this.#nodeId,
      crypto: nodeCrypto,
      chance: seededChance(`${source.below(2 ** 30)}`),
      listenAddresses: () => [{ host: '192.0.2.1', port: 4001 }],
      store,
      tools: book.tools,
      membershipOf: (chainDigest) => book.membershipOf(chainDigest),
      publishesPresence: true,
      groupTimeBefore: null,
      now: this.now,
    });
    this.#take({ kind: 'connect', contacts: [] });
  }

  get isLinked(): boolean {
    return this.#links.size > 0;
  }

  /** A link with the other one, which it has dialed or not. False when there were enough. */
  meet(other: FuzzNode, role: 'dialer' | 'listener'): boolean {
    if (this.#linksMade === LINKS_MAX) return false;
    this.#linksMade += 1;
    const link = linkIdOf(this.#linksMade);
    this.#links.add(link);
    const { membership } = other.#keeper.recorder;
    const nodeId = other.#nodeId;
    const opened = { link, role, membership, nodeId, remoteAddress: null, clockSkewMs: 0 };
    this.#take({ kind: 'linkOpened', opened: { ...opened, listenAddresses: [] } });
    return true;
  }

  hear({ kind, payload }: FuzzFrame): void {
    const link = this.#source.pick([...this.#links]);
    this.#take({ kind: 'frame', link, frame: kind, payload });
  }

  /** Time passes for it, and what is due then happens. */
  wait(ms: number): void {
    const { instant, wallTime } = this.now;
    this.now = { instant: instantOf(instant + ms), wallTime: wallTimeOf(wallTime + ms) };
    const deadline = this.#node.nextDeadline();
    if (deadline !== null && deadline <= this.now.instant) this.#take({ kind: 'deadline' });
  }

  /** The platform has taken what it was given. */
  drain(): void {
    for (const link of this.#links) this.#take({ kind: 'linkDrained', link });
  }

  #take(first: Input): void {
    this.#inputs.push(first);
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      const effects = this.#node.step(input, this.now);
      assert.ok(effects.length <= EFFECTS_MAX, `${effects.length} effects of ${input.kind}`);
      for (const effect of effects) this.#carryOut(effect);
    }
    const neighbors = this.#node.neighbors().length;
    assert.ok(neighbors <= this.#links.size, 'no neighbor without a link');
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        this.#send(effect.link, effect.frame, effect.payload);
        break;
      case 'hangUp':
        this.#links.delete(effect.link);
        this.#inputs.push({ kind: 'linkClosed', link: effect.link, why: effect.why });
        break;
      case 'dial':
        this.#inputs.push({
          kind: 'dialFailed',
          target: effect.target,
          code: 'UNREACHABLE',
          detail: '',
        });
        break;
      case 'take':
        this.#inputs.push({
          kind: 'judged',
          errand: effect.errand,
          judgement: this.#judgement(effect.contents.entries.length),
        });
        break;
      case 'learn':
        this.#inputs.push({ kind: 'chainJudged', errand: effect.errand, verdict: this.#verdict() });
        break;
      case 'goOn':
        this.#inputs.push({ kind: 'goOn' });
        break;
      case 'askDrained':
        if (this.#source.below(2) === 0)
          this.#inputs.push({ kind: 'linkDrained', link: effect.link });
        break;
      default:
    }
  }

  /** Only on a link that is there, and only what has its form. */
  #send(link: LinkId, kind: number, payload: Uint8Array): void {
    assert.ok(this.#links.has(link), `frame ${kind} on a link that was hung up`);
    assert.ok(payload.length <= payloadBytesMax(kind), `frame ${kind} fits its bound`);
    const { again } = readFrame(encodeFrame(kind, payload));
    assert.deepEqual(again.subarray(5), new Uint8Array(payload), `frame ${kind} has one form`);
    this.said.add(kind);
    this.sent.push({ kind, payload });
  }

  #judgement(entries: number): Judgement {
    const superseded = { kind: 'superseded' } as const;
    return this.#source.pick<Judgement>([
      { kind: 'judged', verdicts: new Array(entries).fill(superseded) },
      { kind: 'failed', code: 'STORAGE_FULL' },
      { kind: 'judged', verdicts: new Array(entries).fill(superseded) },
      { kind: 'forged' },
    ]);
  }

  #verdict(): ChainVerdict {
    return this.#source.pick<ChainVerdict>(['sound', 'sound', 'sound', 'failed', 'unsound']);
  }
}
