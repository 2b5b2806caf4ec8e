// One member of a village, as the program of this member would use its group: what it publishes and says
// is judged, stored and on its way when the call returns, and reaches others when time passes.

import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type { RecordWish } from '../../core/book/record-drafts.ts';
import { guidBytes } from '../../core/domain/guid.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { messageTypeBytes, parseMessageType, UNTYPED } from '../../core/domain/message-types.ts';
import { parseRecordId, type RecordChange } from '../../core/domain/records.ts';
import type { GraphEvent } from '../../core/node/graph-event.ts';
import type { GraphStatus } from '../../core/node/graph-status.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import type { ChangeOrigin, PublishResult } from '../../engine/record-desk.ts';
import type { SimNode } from '../sim-node.ts';
import { WALL_BEGINS_MS, WORLD_BEGINS_MS } from '../sim-time.ts';
import { attributesOf, bytesOfContent, type VillageAttributes } from './contents.ts';
import { type Duration, lengthMs } from './duration.ts';
import { VillageError } from './village-error.ts';
import { absenceOf, type VillageGround } from './village-ground.ts';
import {
  recordsOn,
  type VillageChange,
  type VillageRecord,
  viewOfRecord,
} from './village-record.ts';

/** What a member heard. */
export interface VillageBroadcast {
  /** The name of the member that said it. */
  readonly from: string;
  /** The name that the test gave it, the GUID, or '' when it was said without a type. */
  readonly type: string;
  /** The bytes as UTF-8. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** What is not named stays. */
export interface VillageUpdate {
  readonly content?: string | Uint8Array;
  readonly attributes?: VillageAttributes;
}

export class VillageMember {
  readonly name: string;
  readonly #ground: VillageGround;
  readonly #node: SimNode;
  readonly #onChange = new Set<(change: VillageChange) => void>();
  readonly #onBroadcast = new Set<(broadcast: VillageBroadcast) => void>();
  readonly #heard: VillageBroadcast[] = [];

  /** Made by `village`. @internal */
  constructor(ground: VillageGround, node: SimNode) {
    this.name = node.name;
    this.#ground = ground;
    this.#node = node;
  }

  /** False for one that was killed, is frozen, or has left. */
  get isThere(): boolean {
    return absenceOf(this.#node) === null;
  }

  /** How far it is connected, and what is missing. */
  get status(): GraphStatus {
    return this.#node.status;
  }

  /** Names, in the order of the alphabet. */
  get neighbors(): readonly string[] {
    return this.#ground.namesOf(this.#node.neighbors);
  }

  /** Names of those who say to be there, as this member sees it, itself included. */
  get membersPresent(): readonly string[] {
    return this.#ground.namesOf(this.#node.present);
  }

  /** Everything that was broadcast and came here, the oldest first. */
  get heard(): readonly VillageBroadcast[] {
    return [...this.#heard];
  }

  /** Throws `VillageError` when it is refused, or cannot be stored. */
  publish(
    type: string,
    content: string | Uint8Array,
    attributes: VillageAttributes = {},
    { expiresIn }: { readonly expiresIn?: Duration } = {},
  ): VillageRecord {
    const livesMs = expiresIn === undefined ? null : lengthMs(expiresIn);
    return this.#publish({
      kind: 'add',
      type: this.#ground.types.bytesOf(type),
      attributes: attributesOf(attributes),
      data: bytesOfContent(content, LIMITS.recordDataBytesMax),
      expiresAt: livesMs === null ? null : wallTimeOf(Math.floor(this.#wallTime() + livesMs)),
      isRefreshed: false,
    });
  }

  update(record: VillageRecord | string, { content, attributes }: VillageUpdate): VillageRecord {
    return this.#publish({
      kind: 'update',
      id: idOf(record),
      attributes: attributes === undefined ? undefined : attributesOf(attributes),
      data: content === undefined ? undefined : bytesOfContent(content, LIMITS.recordDataBytesMax),
      expiresAt: undefined,
    });
  }

  /** Leaves a tombstone, so that no late copy brings the record back. */
  delete(record: VillageRecord | string): void {
    this.#publish({ kind: 'delete', id: idOf(record) });
  }

  /** What is on its disk, whether it is there or not, in the order in which it was made. */
  records(type: string, { withDeleted = false } = {}): readonly VillageRecord[] {
    const { types } = this.#ground;
    return recordsOn(this.#node.disk, types.bytesOf(type), this.#wallTime())
      .filter(({ content }) => withDeleted || !content.isDeleted)
      .map((record) => viewOfRecord(record, this.#node.disk, this.#ground));
  }

  texts(type: string): readonly string[] {
    return this.records(type).map(({ text }) => text);
  }

  /** Of every record, from now on. Returns what ends it. What a listener throws ends the test. */
  onChange(listener: (change: VillageChange) => void): () => void {
    this.#onChange.add(listener);
    return () => void this.#onChange.delete(listener);
  }

  onBroadcast(listener: (broadcast: VillageBroadcast) => void): () => void {
    this.#onBroadcast.add(listener);
    return () => void this.#onBroadcast.delete(listener);
  }

  /** To everybody who is there; stored nowhere. Returns to how many neighbors it went. */
  broadcast(content: string | Uint8Array, { type = '' } = {}): number {
    const bytes = bytesOfContent(content, LIMITS.broadcastBytesMax);
    const guid = type === '' ? UNTYPED : parseMessageType(this.#ground.types.guidOf(type));
    this.#ground.requireThere(this.#node);
    this.#ground.world.diary.note(this.name, 'broadcasts', `${bytes.length} bytes`);
    const answers: number[] = [];
    this.#node.broadcast(bytes, guid, (count) => void answers.push(count));
    this.#ground.settle(() => answers.length > 0 || !this.#node.isRunning);
    const [reached] = answers;
    if (reached === undefined) throw crashed(this.name);
    if (reached < 0) throw new VillageError('TOO_MANY_BROADCASTS', `${this.name} says too much`);
    return reached;
  }

  /** Says goodbye and closes the group; its records stay on its disk. */
  leave(): void {
    this.#ground.requireThere(this.#node);
    this.#ground.world.diary.note(this.name, 'leaves');
    this.#node.leave();
  }

  /** Opens the group again after `leave`. */
  return(): void {
    this.#ground.requireWorld();
    if (!this.#node.hasLeft) throw new Error(`${this.name} has not left`);
    this.#ground.world.start(this.#node);
  }

  /** @internal */
  onRecordChanges(changes: readonly RecordChange[], origin: ChangeOrigin): void {
    for (const { kind, before, after } of changes) {
      const record = after ?? before;
      if (record === null || this.#onChange.size === 0) continue;
      const view = viewOfRecord(record, this.#node.disk, this.#ground);
      this.#ground.tell(this.#node, () => {
        for (const listener of this.#onChange) listener({ kind, record: view, origin });
      });
    }
  }

  /** @internal */
  onGraphEvent(event: GraphEvent): void {
    if (event.kind !== 'broadcast') return;
    const bytes = event.bytes.slice();
    const heard = {
      from: this.#ground.nameOf(event.node.member),
      type: event.type === UNTYPED ? '' : this.#ground.types.nameOf(messageTypeBytes(event.type)),
      text: new TextDecoder().decode(bytes),
      bytes,
    };
    this.#heard.push(heard);
    this.#ground.tell(this.#node, () => {
      for (const listener of this.#onBroadcast) listener(heard);
    });
  }

  #publish(wish: RecordWish): VillageRecord {
    this.#ground.requireThere(this.#node);
    this.#ground.world.diary.note(this.name, 'publishes', wish.kind);
    const answers: PublishResult[] = [];
    this.#node.publish([wish], (result) => void answers.push(result));
    this.#ground.settle(() => answers.length > 0 || !this.#node.isRunning);
    const [answer] = answers;
    if (answer === undefined) throw crashed(this.name);
    return this.#published(answer);
  }

  #published(result: PublishResult): VillageRecord {
    if (result.kind === 'refused') {
      throw new VillageError(result.refusal.code, `${this.name}: ${result.refusal.detail}`);
    }
    if (result.kind === 'failed') throw failed(this.name, result.error);
    const [record] = result.records;
    if (record === undefined) throw new Error('nothing was published');
    return viewOfRecord(record, this.#node.disk, this.#ground);
  }

  /** By its own clock, which may be wrong. */
  #wallTime(): WallTime {
    const passedMs = this.#ground.world.nowMs - WORLD_BEGINS_MS;
    return wallTimeOf(Math.floor(WALL_BEGINS_MS + passedMs + this.#node.wallAheadMs));
  }
}

/** 16 bytes. */
function idOf(record: VillageRecord | string): Uint8Array {
  const id = typeof record === 'object' && record !== null ? record.id : record;
  if (typeof id !== 'string') throw new TypeError('a record is one that was returned, or its id');
  return guidBytes(parseRecordId(id));
}

function crashed(name: string): VillageError {
  return new VillageError('CRASHED', `${name} ended before it had an answer`);
}

function failed(name: string, error: unknown): VillageError {
  const code = error instanceof WorldError ? error.code : 'STORAGE_FAILED';
  const text = error instanceof Error ? error.message : String(error);
  return new VillageError(code, `${name}: ${text}`, { cause: error });
}
