// Peer time between neighbors: one asks another what its peer time is, over the neighbor connection, and takes half of
// the round trip into account. Asked once in the life of a membership, so that nobody can move it later.

import { randomBytes } from 'node:crypto';

import type { BroadcastReceivedEvent, Neighbor, PeerGroup } from '../../api/index.ts';

/** Messages of this type are the facade's own, and the byte in front of them is none of those of application data. */
const PEER_TIME_TYPE = '6d0f2c5e-8a1b-4c39-9d57-2e7740b1a6c3';
const MARK = 3;

/** Of some, the one with the shortest way: the first one waits for whatever came with the connection. */
const QUESTIONS = 3;
/** Neighbors answer at once, unless they are no facades: a guess. */
const PATIENCE_MS = 2_000;
/** The mark, and a number that nobody can guess. */
const QUESTION_BYTES = 9;
/** The question, and milliseconds since 1970. */
const ANSWER_BYTES = QUESTION_BYTES + 8;
/** A clock that was never set is some decades off; beyond a century it is no clock. */
const OFFSET_MS_MAX = 36_525 * 86_400_000;

interface Measurement {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/** Tells every neighbor that asks; `offsetMs` gives null while it is not known. */
export function answerPeerTime(
  group: PeerGroup,
  offsetMs: () => number | null,
  signal: AbortSignal,
): void {
  onPeerTime(group, signal, ({ sender, data }) => {
    const offset = offsetMs();
    if (data.length !== QUESTION_BYTES || offset === null) return;
    const answer = Buffer.alloc(ANSWER_BYTES);
    answer.set(data);
    answer.writeBigInt64BE(BigInt(Date.now() + offset), QUESTION_BYTES);
    say(group, sender, answer);
  });
}

/** Peer time less our UTC, in whole milliseconds. Where no neighbor answers, the group's time of the API has to do. */
export async function measuredOffsetMs(group: PeerGroup, signal: AbortSignal): Promise<number> {
  let best: Measurement | null = null;
  for (let asked = 0; asked < QUESTIONS; asked += 1) {
    const next = await ask(group, signal);
    if (next === null) break;
    if (best === null || next.roundTripMs < best.roundTripMs) best = next;
  }
  return Math.round(best?.offsetMs ?? group.groupTime.getTime() - Date.now());
}

/** What the first neighbor says that answers. */
function ask(group: PeerGroup, signal: AbortSignal): Promise<Measurement | null> {
  const question = Buffer.from([MARK, ...randomBytes(QUESTION_BYTES - 1)]);
  const askedAt = performance.now();
  const done = new AbortController();
  return new Promise((resolve) => {
    const end = (measurement: Measurement | null): void => {
      clearTimeout(timer);
      done.abort();
      resolve(measurement);
    };
    const timer = setTimeout(() => end(null), PATIENCE_MS);
    signal.addEventListener('abort', () => end(null), { signal: done.signal });
    onPeerTime(group, done.signal, ({ data }) => {
      const isOurs = question.equals(data.subarray(0, QUESTION_BYTES));
      if (data.length !== ANSWER_BYTES || !isOurs) return;
      const measurement = measured(Buffer.from(data), performance.now() - askedAt);
      if (measurement !== null) end(measurement);
    });
    for (const neighbor of group.neighbors) say(group, neighbor, question);
  });
}

function measured(answer: Buffer, roundTripMs: number): Measurement | null {
  const theirs = Number(answer.readBigInt64BE(QUESTION_BYTES));
  const offsetMs = theirs + roundTripMs / 2 - Date.now();
  return Math.abs(offsetMs) <= OFFSET_MS_MAX ? { offsetMs, roundTripMs } : null;
}

function onPeerTime(
  group: PeerGroup,
  signal: AbortSignal,
  act: (event: BroadcastReceivedEvent) => void,
): void {
  const listener = (event: BroadcastReceivedEvent): void => {
    if (event.isForUsAlone && event.messageType === PEER_TIME_TYPE) act(event);
  };
  group.addEventListener('broadcastReceived', listener, { signal });
}

/** A neighbor that is gone, or reads nothing, gets no answer. */
function say(group: PeerGroup, to: Pick<Neighbor, 'name' | 'nodeId'>, bytes: Uint8Array): void {
  void group.sendToNeighbor(to, bytes, { type: PEER_TIME_TYPE }).catch(() => undefined);
}
