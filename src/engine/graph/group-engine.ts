// Runs the `GroupNode` of one open group on its ports: one input at a time, to its end, effects in their
// order. What arrives meanwhile waits its turn; one wake-up is pending, for the earliest deadline.

import type { WallTime } from '../../core/base/time.ts';
import type { DialTarget, Lead, OpenedLink } from '../../core/domain/links.ts';
import type { MessageType } from '../../core/domain/message-types.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { RefusalCode } from '../../core/domain/refusals.ts';
import type { Effect, Errand } from '../../core/node/effect.ts';
import type {
  GraphEvent,
  KnownEpoch,
  NodeName,
  PresentMember,
} from '../../core/node/graph-event.ts';
import type { GraphStatus } from '../../core/node/graph-status.ts';
import type { NeighborView } from '../../core/node/graph-views.ts';
import { GroupNode, type GroupNodeParts } from '../../core/node/group-node.ts';
import type { ChainVerdict, Input, Judgement, SecurityVerdict } from '../../core/node/input.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Links } from '../../core/ports/links.ts';
import type { StoreChange } from '../../core/ports/record-store.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import type { Learned } from '../../core/security/security-book.ts';
import type { ChangeOrigin, RecordDesk, TakeResult } from '../record-desk.ts';

export interface GraphListener {
  onEvent(event: GraphEvent): void;
  /** Somebody was reached, or came: before anything else is done with the link. */
  onOpened?(opened: OpenedLink): void;
  /** Nobody was reached; told when the status has it already. */
  onDialFailed?(target: DialTarget, code: string, detail: string): void;
  /** A bug of ours, or the world's failure while records were looked through: the graph is offline for good. */
  onFailed(error: unknown): void;
}

export interface GroupEngineParts extends Omit<GroupNodeParts, 'now'> {
  readonly clock: Clock;
  readonly links: Links;
  readonly desk: Pick<RecordDesk, 'take' | 'learnMembership' | 'learnStatement' | 'learnPage'>;
  readonly listener: GraphListener;
}

/** Inputs are taken one after the other for so long, then timers and sockets have their turn. */
const RUN_MS = 20;

export class GroupEngine {
  readonly #parts: GroupEngineParts;
  readonly #node: GroupNode;
  #inputs: Input[] = [];
  #isRunning = false;
  #isTurnComing = false;
  /** `closing`: nothing is taken any more, and what was taken ends with the goodbyes. */
  #phase: 'open' | 'closing' | 'over' = 'open';
  #cancelWake: (() => void) | null = null;
  /** Of the wake-up that is pending. */
  #wakeAt: number | null = null;
  readonly #answerByAsk = new Map<number, (reached: number) => void>();
  #lastAsk = 0;

  constructor(parts: GroupEngineParts) {
    this.#parts = parts;
    this.#node = new GroupNode({ ...parts, now: parts.clock.now() });
  }

  get status(): GraphStatus {
    return this.#node.status;
  }

  get groupTime(): WallTime {
    return this.#node.groupTime(this.#parts.clock.now());
  }

  /** Those with whom greetings were exchanged, the oldest first. */
  neighbors(): readonly NeighborView[] {
    return this.#node.neighbors();
  }

  /** Whoever says to be present, ourselves included. */
  members(): readonly PresentMember[] {
    return this.#node.members();
  }

  /** What the member calls itself; empty for one of whom no membership is known. */
  friendlyNameOf(member: PeerName): string {
    return this.#node.friendlyNameOf(member);
  }

  connect(contacts: readonly Lead[]): void {
    this.#take({ kind: 'connect', contacts });
  }

  /** To the whole group; `done` is told to how many neighbors it went, -1 when that would be too much at once. */
  broadcast(type: MessageType, bytes: Uint8Array, done: (reached: number) => void): void {
    this.#take({ kind: 'broadcast', ask: this.#ask(done), type, bytes });
  }

  /** `done` is told 1, 0 when there is no such neighbor, -1 when it has too much unread. */
  sendToNeighbor(
    node: NodeName,
    message: { readonly type: MessageType; readonly bytes: Uint8Array },
    done: (reached: number) => void,
  ): void {
    this.#take({ kind: 'sendToNeighbor', ask: this.#ask(done), node, ...message });
  }

  /** To be called when changes were committed, before anybody else is told. */
  onStored(changes: readonly StoreChange[], by: ChangeOrigin): void {
    this.#take({ kind: 'stored', changes, by });
  }

  /** The secret of an epoch that is stored here, or was begun here: neighbors are told that may know it. */
  onEpochSecret(epoch: KnownEpoch): void {
    this.#take({ kind: 'epochSecret', epoch });
  }

  /** To be called when we listen elsewhere than before. */
  readdress(): void {
    this.#take({ kind: 'readdress' });
  }

  /** Says goodbye; nothing is taken any more. Also from inside what a listener is told. */
  close(): void {
    if (this.#phase !== 'open') return;
    this.#inputs.push({ kind: 'leave' });
    this.#phase = 'closing';
    if (!this.#isRunning) this.#run();
  }

  #ask(done: (reached: number) => void): number {
    this.#lastAsk += 1;
    this.#answerByAsk.set(this.#lastAsk, done);
    return this.#lastAsk;
  }

  #take(input: Input): void {
    if (this.#phase !== 'open') return;
    this.#inputs.push(input);
    if (!this.#isRunning && !this.#isTurnComing) this.#run();
  }

  #run(): void {
    this.#isRunning = true;
    try {
      const endsAt = this.#parts.clock.now().instant + RUN_MS;
      // Half of what waits in any case: of what comes in a turn twice as much waits at most, whatever it takes.
      let least = this.#inputs.length / 2;
      for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
        this.#step(input);
        least -= 1;
        const isOver = least <= 0 && this.#parts.clock.now().instant >= endsAt;
        if (isOver && this.#inputs.length > 0) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#isRunning = false;
    if (this.#phase === 'over') return;
    if (this.#inputs.length > 0) this.#runNextTurn();
    else if (this.#phase === 'closing') this.#end();
    if (this.#phase === 'open') this.#schedule();
  }

  #runNextTurn(): void {
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    this.#parts.clock.nextTurn(() => {
      this.#isTurnComing = false;
      if (this.#phase !== 'over') this.#run();
    });
  }

  #step(input: Input): void {
    for (const effect of this.#node.step(input, this.#parts.clock.now())) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    const { links, desk, clock, listener } = this.#parts;
    switch (effect.kind) {
      case 'send':
        links.send(effect.link, effect.frame, effect.payload);
        return;
      case 'dial':
        links.dial(effect.target);
        return;
      case 'hangUp':
        links.hangUp(effect.link, effect.why);
        return;
      case 'askDrained':
        links.askDrained(effect.link);
        return;
      case 'setReading':
        links.setReading(effect.link, effect.isReading);
        return;
      case 'openDoor':
        this.#attach();
        return;
      case 'closeDoor':
        links.close();
        return;
      case 'take':
        desk.take(effect.contents, effect.from, (result) => {
          this.#take({ kind: 'judged', errand: effect.errand, judgement: judgementOf(result) });
        });
        return;
      case 'learn':
        this.#learn(effect.errand, effect.chain);
        return;
      case 'learnStatement':
        this.#learnItem('statementJudged', effect.errand, () =>
          desk.learnStatement(effect.bytes, effect.from),
        );
        return;
      case 'learnPage':
        this.#learnItem('pageJudged', effect.errand, () =>
          desk.learnPage(effect.bytes, effect.from),
        );
        return;
      case 'goOn':
        clock.nextTurn(() => this.#take({ kind: 'goOn' }));
        return;
      case 'tell':
        listener.onEvent(effect.event);
        return;
      case 'answer':
        this.#answerByAsk.get(effect.ask)?.(effect.reached);
        this.#answerByAsk.delete(effect.ask);
    }
  }

  #attach(): void {
    this.#parts.links.attach({
      onOpened: (opened) => this.#onOpened(opened),
      onFrame: (link, frame, payload) => this.#onFrame(link, frame, payload),
      onDrained: (link) => this.#take({ kind: 'linkDrained', link }),
      onClosed: (link, why) => this.#take({ kind: 'linkClosed', link, why }),
      onDialFailed: (target, code, detail) => {
        this.#take({ kind: 'dialFailed', target, code, detail });
        this.#parts.listener.onDialFailed?.(target, code, detail);
      },
    });
  }

  #onOpened(opened: OpenedLink): void {
    this.#parts.listener.onOpened?.(opened);
    this.#take({ kind: 'linkOpened', opened });
  }

  /** The payload is ours during the call only: what cannot be taken at once is copied. */
  #onFrame(link: Parameters<Links['send']>[0], frame: number, payload: Uint8Array): void {
    const isNow = !this.#isRunning && !this.#isTurnComing && this.#inputs.length === 0;
    this.#take({ kind: 'frame', link, frame, payload: isNow ? payload : payload.slice() });
  }

  #learn(errand: Errand, chain: readonly Uint8Array[]): void {
    this.#take({ kind: 'chainJudged', errand, verdict: this.#verdictOf(chain) });
  }

  #learnItem(kind: 'statementJudged' | 'pageJudged', errand: Errand, learn: () => Learned): void {
    this.#take({ kind, errand, outcome: this.#outcomeOf(learn) });
  }

  #outcomeOf(learn: () => Learned): SecurityVerdict {
    try {
      return learn();
    } catch (error) {
      if (error instanceof WorldError) return { kind: 'failed' };
      throw error;
    }
  }

  #verdictOf(chain: readonly Uint8Array[]): ChainVerdict {
    try {
      const learned = this.#parts.desk.learnMembership(chain);
      return learned.ok ? 'sound' : chainVerdictOf(learned.refusal.code);
    } catch (error) {
      if (error instanceof WorldError) return 'failed';
      throw error;
    }
  }

  #schedule(): void {
    const deadline = this.#node.nextDeadline();
    if (deadline === this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = deadline;
    this.#cancelWake = null;
    if (deadline === null) return;
    const { clock } = this.#parts;
    const delayMs = Math.max(0, deadline - clock.now().instant);
    this.#cancelWake = clock.wakeAfter(delayMs, () => {
      this.#wakeAt = null;
      this.#take({ kind: 'deadline' });
    });
  }

  /** A node that has contradicted itself must not go on. */
  #fail(error: unknown): void {
    this.#end();
    this.#parts.links.close();
    this.#parts.listener.onFailed(error);
  }

  #end(): void {
    this.#phase = 'over';
    this.#inputs = [];
    this.#cancelWake?.();
    for (const done of this.#answerByAsk.values()) done(0);
    this.#answerByAsk.clear();
  }
}

/** Only what could never be right is held against whoever brought it. */
function chainVerdictOf(code: RefusalCode): ChainVerdict {
  if (code === 'MEMBERSHIP_REMOVED') return 'void';
  return code === 'QUOTA_EXCEEDED' ? 'full' : 'unsound';
}

function judgementOf(result: TakeResult): Judgement {
  if (result.kind === 'judged' || result.kind === 'forged') return result;
  const isWorld = result.kind === 'failed' && result.error instanceof WorldError;
  return { kind: 'failed', code: isWorld ? codeOf(result.error) : 'GROUP_CLOSED' };
}

function codeOf(error: unknown): string {
  return error instanceof WorldError ? error.code : 'STORAGE_FAILED';
}
