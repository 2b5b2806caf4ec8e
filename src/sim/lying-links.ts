// The links of a member that lies: a real node whose frames are spoilt on their way out, and who sends
// what nobody asked for. What it says of itself is true, so that it is let in wherever it knocks.

import type { DialTarget, LinkId, PartReason } from '../core/domain/links.ts';
import type { Links, LinksListener } from '../core/ports/links.ts';
import { KIND } from '../core/wire/frame.ts';
import type { SimChance } from './sim-chance.ts';

/** In words that a diary understands. */
const LIES = [
  /** A byte of a frame is another. */
  'spoilt',
  /** A frame ends too early. */
  'cutShort',
  /** A frame that was sent before, to somebody else perhaps. */
  'replayed',
  /** Any bytes, as any frame. */
  'garbage',
  /** A frame far larger than its kind may be. */
  'oversized',
  /** Records that nobody has. */
  'endlessOffers',
  /** Asks for what it has, and for what nobody has. */
  'endlessWants',
] as const;

/** Frames that may be sent again. */
const REPLAYED_MAX = 64;
const ELEMENT_BYTES = 12;
const ELEMENTS_IN_A_LIE = 512;
const OVERSIZED_BYTES = 20_000_000;

export class LyingLinks implements Links {
  readonly #links: Links;
  readonly #chance: SimChance;
  /** Of the frames. */
  readonly #rate: number;
  readonly #said: { readonly kind: number; readonly payload: Uint8Array }[] = [];

  constructor(links: Links, chance: SimChance, rate: number) {
    this.#links = links;
    this.#chance = chance;
    this.#rate = rate;
  }

  attach(listener: LinksListener): void {
    this.#links.attach(listener);
  }

  dial(target: DialTarget): void {
    this.#links.dial(target);
  }

  send(link: LinkId, kind: number, payload: Uint8Array): void {
    this.#said.push({ kind, payload: payload.slice() });
    if (this.#said.length > REPLAYED_MAX) this.#said.shift();
    const isGreeting = kind === KIND.greet;
    if (isGreeting || !this.#chance.isTrue(this.#rate)) this.#links.send(link, kind, payload);
    else this.#lie(link, kind, payload);
  }

  askDrained(link: LinkId): void {
    this.#links.askDrained(link);
  }

  setReading(link: LinkId, isReading: boolean): void {
    this.#links.setReading(link, isReading);
  }

  hangUp(link: LinkId, why: PartReason): void {
    this.#links.hangUp(link, why);
  }

  close(): void {
    this.#links.close();
  }

  #lie(link: LinkId, kind: number, payload: Uint8Array): void {
    const chance = this.#chance;
    const links = this.#links;
    switch (chance.pick(LIES)) {
      case 'spoilt': {
        const spoilt = payload.slice();
        const at = chance.whole(spoilt.length);
        if (spoilt.length > 0) spoilt[at] = (spoilt[at] ?? 0) ^ (1 + chance.whole(255));
        links.send(link, kind, spoilt);
        return;
      }
      case 'cutShort':
        links.send(link, kind, payload.subarray(0, chance.whole(payload.length)));
        return;
      case 'replayed': {
        const said = chance.pick(this.#said) ?? { kind, payload };
        links.send(link, said.kind, said.payload);
        return;
      }
      case 'garbage':
        links.send(link, KIND.greet + chance.whole(48), chance.bytes(chance.whole(400)));
        return;
      case 'oversized':
        links.send(link, kind, new Uint8Array(OVERSIZED_BYTES));
        return;
      case 'endlessOffers':
        this.#many(link, KIND.offer);
        return;
      default:
        this.#many(link, KIND.want);
    }
  }

  #many(link: LinkId, kind: number): void {
    const bytes = this.#chance.bytes(ELEMENT_BYTES * ELEMENTS_IN_A_LIE);
    for (let frame = 0; frame < 4; frame++) this.#links.send(link, kind, bytes);
  }
}
