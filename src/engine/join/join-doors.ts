// The doors of the offers of a group: a name for each, made from its own secret, by which whoever has the
// invitation finds us and can do nothing but join (protocol.md §15.2). Whoever makes an offer chooses its secret, and
// how many it makes: neither shuts the door of anybody else's.

import { bytesKey } from '../../core/base/bytes.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import type { WireCredentials } from '../../core/ports/wires.ts';
import type { OfferView } from '../../core/security/security-state.ts';
import type { Doors, Resident } from '../doors.ts';
import type { JoinHost } from './join-host.ts';

interface JoinDoorsParts {
  readonly doors: Doors;
  readonly host: JoinHost;
  readonly member: PeerName;
  /** By its name whoever of the group is there may be asked for. */
  readonly group: GroupName;
  readonly credentials: WireCredentials;
}

export class JoinDoors {
  readonly #parts: JoinDoorsParts;
  /** By the secret: offers that share one have one door. */
  readonly #residents = new Map<string, Resident>();

  constructor(parts: JoinDoorsParts) {
    this.#parts = parts;
  }

  /**
   * To be called with all offers whenever the state of the group has changed. Also one that is over is
   * answered, as long as there is room: whoever comes late is told why it does not come in.
   */
  refresh(offers: readonly OfferView[]): void {
    const open = offers.filter(({ state }) => state === 'open');
    const over = offers.filter(({ state }) => state !== 'open');
    // The latest of those that are over: the others were over for longer.
    over.sort((one, other) => other.offer.expiresAt - one.offer.expiresAt);
    const wanted = new Map<string, Uint8Array>();
    for (const { offer } of [...inTurns(open), ...inTurns(over)]) {
      if (wanted.size >= LIMITS.joinDoorsMax) break;
      wanted.set(bytesKey(offer.doorSecret), offer.doorSecret);
    }
    for (const [key, resident] of this.#residents) {
      if (wanted.has(key)) continue;
      this.#parts.doors.remove(resident);
      this.#residents.delete(key);
    }
    for (const [key, secret] of wanted) if (!this.#residents.has(key)) this.#add(key, secret);
  }

  close(): void {
    this.refresh([]);
  }

  #add(key: string, discoverySecret: Uint8Array): void {
    const { doors, host, member, group, credentials } = this.#parts;
    const keys = [member, group].map((name) => ({ discoverySecret, member: name }));
    const resident = { keys, credentials, desk: null, joins: host.door(discoverySecret) };
    this.#residents.set(key, resident);
    doors.add(resident);
  }
}

/** The first of each author, then the second of each, and so on. */
function inTurns(offers: readonly OfferView[]): readonly OfferView[] {
  const madeBy = new Map<string, number>();
  const placed = offers.map((view) => {
    const author = bytesKey(view.author.publicKey);
    const turn = madeBy.get(author) ?? 0;
    madeBy.set(author, turn + 1);
    return { view, turn };
  });
  return placed.toSorted((one, other) => one.turn - other.turn).map(({ view }) => view);
}
