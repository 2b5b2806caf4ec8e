// How much of what a link was given its platform may not have taken yet. A neighbor that is slower than
// the group is not pushed what it can ask for, long before so much piles up that it would be hung up.

import { LIMITS } from '../domain/limits.ts';
import type { LinkId } from '../domain/links.ts';

interface Load {
  bytes: number;
  /** Those of them about which the platform was asked; null while it was not. */
  askedBytes: number | null;
  /** Who asked the platform and has no answer yet: answers come in the order of the questions. */
  readonly askers: Asker[];
}

/** This, or the part that sends page by page; neither may take the other's answer for its own. */
type Asker = 'load' | 'pages';

/** From here on the platform is asked when it has all of it: a share of what congests a link. */
const ASK_SHARE = 0.25;

export class LinkLoad {
  readonly #loadByLink = new Map<LinkId, Load>();

  /** True when the platform is to be asked when it has taken all of it. */
  sent(link: LinkId, bytes: number): boolean {
    const load = this.#loadByLink.get(link) ?? { bytes: 0, askedBytes: null, askers: [] };
    this.#loadByLink.set(link, load);
    load.bytes += bytes;
    return mayAsk(load);
  }

  asked(link: LinkId, asker: Asker): void {
    this.#loadByLink.get(link)?.askers.push(asker);
  }

  /** Whose question the platform has answered. */
  answered(link: LinkId): Asker {
    return this.#loadByLink.get(link)?.askers.shift() ?? 'pages';
  }

  /** It has taken what we asked about. True when it is to be asked again. */
  drained(link: LinkId): boolean {
    const load = this.#loadByLink.get(link);
    if (load === undefined) return false;
    load.bytes -= load.askedBytes ?? 0;
    load.askedBytes = null;
    return mayAsk(load);
  }

  forget(link: LinkId): void {
    this.#loadByLink.delete(link);
  }

  isCongested(link: LinkId): boolean {
    return (this.#loadByLink.get(link)?.bytes ?? 0) >= LIMITS.congestedBytesMin;
  }
}

function mayAsk(load: Load): boolean {
  if (load.askedBytes !== null || load.bytes < LIMITS.congestedBytesMin * ASK_SHARE) return false;
  load.askedBytes = load.bytes;
  return true;
}
