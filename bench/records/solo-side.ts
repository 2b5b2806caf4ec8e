// The one process of a record bench: it keeps records and times what only it can time.

import { collect, type Repetition, spreadOf } from '../harness/collect.ts';
import type { Command, Replies } from '../harness/control.ts';
import { cpuMs } from '../harness/cpu.ts';
import { weigh } from '../harness/memory.ts';
import type { Filled, Found, Published, PublishingWay, Usable } from './control.ts';
import { type QuestionKind, questionOf } from './questions.ts';
import { BATCH_RECORDS, Samples } from './samples.ts';
import type { Key, Place, Store, Subject } from './subject.ts';

/** Of how many questions the answers are read one by one: some thousand records anywhere. */
const KEY_QUESTIONS = 40;

export class SoloSide {
  readonly #subject: Subject;
  #store: Store | null = null;
  #samples = new Samples('notes', BATCH_RECORDS);
  #size = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async obey(command: Command): Promise<Replies[keyof Replies]> {
    switch (command.name) {
      case 'open':
        return await this.#open(command.place, command.size);
      case 'fill':
        return await this.#fill(command.capMs);
      case 'publish':
        return await this.#publish(command.way, command.warmUpMs, command.durationMs);
      case 'find':
        return await this.#find(command.kind, command);
      case 'read':
        return await this.#read(command);
      case 'weigh':
        return await weigh();
      case 'openAndUse':
        return await this.#openAndUse(command.place);
      case 'close':
        await this.#store?.close();
        return null;
      default:
        throw new Error(`a solo does not know ${command.name}`);
    }
  }

  async #open(place: Place, size: number): Promise<null> {
    this.#size = size;
    this.#samples = new Samples(place.collection, size);
    this.#store = await this.#subject.open(place);
    return null;
  }

  async #fill(capMs: number): Promise<Filled> {
    const store = this.#requireStore();
    const beganAt = performance.now();
    let records = 0;
    while (records < this.#size && performance.now() - beganAt < capMs) {
      await store.addAll(this.#samples.batch());
      records += BATCH_RECORDS;
    }
    return { records, elapsedMs: performance.now() - beganAt };
  }

  async #publish(way: PublishingWay, warmUpMs: number, durationMs: number): Promise<Published> {
    globalThis.gc?.();
    await this.#publishFor(way, warmUpMs);
    const [beganAt, cpuBeforeMs] = [performance.now(), cpuMs()];
    const records = await this.#publishFor(way, durationMs);
    return { records, elapsedMs: performance.now() - beganAt, cpuMs: cpuMs() - cpuBeforeMs };
  }

  async #publishFor(way: PublishingWay, durationMs: number): Promise<number> {
    const endsAt = performance.now() + durationMs;
    let records = 0;
    do records += await this.#publishSome(way);
    while (performance.now() < endsAt);
    return records;
  }

  /** How many are stored and acknowledged. */
  async #publishSome(way: PublishingWay): Promise<number> {
    const store = this.#requireStore();
    switch (way) {
      case 'batches':
        await store.addAll(this.#samples.batch());
        return BATCH_RECORDS;
      case 'single':
        await store.add(this.#samples.one());
        return 1;
      case 'unawaited':
        await Promise.all(this.#samples.batch().map((sample) => store.add(sample)));
        return BATCH_RECORDS;
    }
  }

  async #find(kind: QuestionKind, repetition: Repetition): Promise<Found> {
    let asked = 0;
    let leastFound = Number.POSITIVE_INFINITY;
    const times = await collect(repetition, async () => {
      const question = questionOf(kind, asked, this.#size);
      asked += 1;
      const beganAt = performance.now();
      const found = await this.#requireStore().find?.(question);
      const elapsedMs = performance.now() - beganAt;
      leastFound = Math.min(leastFound, found?.length ?? 0);
      return elapsedMs;
    });
    if (leastFound === 0) throw new Error(`found nothing by ${kind}`);
    return { ...spreadOf(times), leastFound };
  }

  async #read(repetition: Repetition): Promise<Replies['read']> {
    const store = this.#requireStore();
    const keys = await this.#keysAnywhere();
    let at = 0;
    const times = await collect(repetition, async () => {
      const key = keys[at % keys.length] ?? '';
      at += 1;
      const beganAt = performance.now();
      const sizeBytes = await store.read?.(key);
      const elapsedMs = performance.now() - beganAt;
      if (sizeBytes === undefined || sizeBytes === 0) throw new Error(`nothing is at ${key}`);
      return elapsedMs;
    });
    return spreadOf(times);
  }

  async #keysAnywhere(): Promise<readonly Key[]> {
    const keys: Key[] = [];
    for (let at = 0; at < KEY_QUESTIONS; at += 1) {
      const found = await this.#requireStore().find?.(questionOf('customer', at, this.#size));
      keys.push(...(found ?? []));
    }
    return keys;
  }

  /** The modules are loaded: what starting Node and reading code take is no subject's doing. */
  async #openAndUse(place: Place): Promise<Usable> {
    const sample = this.#samples.one();
    const beganAt = performance.now();
    this.#store = await this.#subject.open(place);
    const openedMs = performance.now() - beganAt;
    const page = await this.#store.newest();
    const pageMs = performance.now() - beganAt;
    await this.#store.add(sample);
    const usableMs = performance.now() - beganAt;
    if (page.length === 0) throw new Error('the first page was empty');
    return { openedMs, pageMs, usableMs };
  }

  #requireStore(): Store {
    if (this.#store === null) throw new Error('open comes first');
    return this.#store;
  }
}
