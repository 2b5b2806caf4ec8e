// Links to neighbors as the engine has them: authenticated, in order, of whole frames. Nothing here
// blocks. Callbacks never come from inside a call of the port.

import type { DialTarget, LinkId, OpenedLink, PartReason } from '../domain/links.ts';

export interface Links {
  /** Says once who is told; nothing happens before. */
  attach(listener: LinksListener): void;
  /** `onOpened` or `onDialFailed` follows, once. */
  dial(target: DialTarget): void;
  /** Never refuses: a far end that lets too much pile up is hung up by the port. The payload is not changed any more. */
  send(link: LinkId, kind: number, payload: Uint8Array): void;
  /** `onDrained` follows, once, when all that was sent so far is with the platform; not for a link that ends before. */
  askDrained(link: LinkId): void;
  setReading(link: LinkId, isReading: boolean): void;
  /** What was sent before leaves, if it can within a second; `onClosed` follows. */
  hangUp(link: LinkId, why: PartReason): void;
  /** Hangs up every link, takes none any more and gives up every dial; nothing is told afterwards. */
  close(): void;
}

export interface LinksListener {
  /** Dialed by us or by the far end. */
  onOpened(opened: OpenedLink): void;
  /** The payload is valid during the call. */
  onFrame(link: LinkId, kind: number, payload: Uint8Array): void;
  onDrained(link: LinkId): void;
  /** Last of its link, once. */
  onClosed(link: LinkId, why: string): void;
  onDialFailed(target: DialTarget, code: string, detail: string): void;
}
