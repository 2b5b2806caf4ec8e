// What the parts of the graph want done, in the order in which it has to be done. The parts put wishes
// in; whoever owns the links carries them out after the step, one by one.

import type { Instant } from '../base/time.ts';
import type { DialTarget, LinkId, PartReason } from '../domain/links.ts';

export type LinkEffect =
  /** The payload is not changed afterwards. */
  | {
      readonly kind: 'send';
      readonly link: LinkId;
      readonly frame: number;
      readonly payload: Uint8Array;
    }
  /** `linkOpened` or `dialFailed` follows. */
  | { readonly kind: 'dial'; readonly target: DialTarget }
  /** What was sent before arrives, if it can within a second; `linkClosed` follows. */
  | { readonly kind: 'hangUp'; readonly link: LinkId; readonly why: PartReason }
  /** `linkDrained` follows when all that was sent so far is with the platform. */
  | { readonly kind: 'askDrained'; readonly link: LinkId }
  /** While false nothing is read from the link, so that the far end has to wait. */
  | { readonly kind: 'setReading'; readonly link: LinkId; readonly isReading: boolean };

export class Outbox<Effect = never> {
  #effects: (LinkEffect | Effect)[] = [];

  send(link: LinkId, frame: number, payload: Uint8Array): void {
    this.#effects.push({ kind: 'send', link, frame, payload });
  }

  dial(target: DialTarget): void {
    this.#effects.push({ kind: 'dial', target });
  }

  hangUp(link: LinkId, why: PartReason): void {
    this.#effects.push({ kind: 'hangUp', link, why });
  }

  askDrained(link: LinkId): void {
    this.#effects.push({ kind: 'askDrained', link });
  }

  setReading(link: LinkId, isReading: boolean): void {
    this.#effects.push({ kind: 'setReading', link, isReading });
  }

  put(effect: Effect): void {
    this.#effects.push(effect);
  }

  /** All of them; the outbox is empty afterwards. */
  take(): readonly (LinkEffect | Effect)[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

/** The earlier of two deadlines; null is never. */
export function earlier(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null) return b;
  return b === null || a <= b ? a : b;
}
