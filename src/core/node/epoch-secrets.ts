// By what the members find each other (protocol.md §14.7): the secret of the current epoch goes from
// neighbor to neighbor, to those whose membership lives and who know for whose sake the epoch began.

import { bytesKey, equalBytes } from '../base/bytes.ts';
import type { LinkId, OpenedLink } from '../domain/links.ts';
import type { Outbox } from '../graph/outbox.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { SecurityState } from '../security/security-state.ts';
import { decodeEpochSecret, type EpochSecret, encodeEpochSecret } from '../wire/epoch-secret.ts';
import { KIND } from '../wire/frame.ts';
import type { Directory } from './directory.ts';
import type { NodeEffect } from './effect.ts';
import type { KnownEpoch } from './graph-event.ts';

export interface EpochSecretsParts {
  readonly crypto: Crypto;
  readonly security: () => SecurityState;
  readonly directory: Pick<Directory, 'isLiving'>;
  readonly neighbors: () => readonly OpenedLink[];
  /** It knows all that we know of who belongs, as far as it was heard of. */
  readonly isAgreed: (link: LinkId) => boolean;
  readonly out: Outbox<NodeEffect>;
}

/** Only the latest is ever told; of one before, the application knows. */
export class EpochSecrets {
  readonly #parts: EpochSecretsParts;
  #known: KnownEpoch | null = null;
  /** What a link brought last, when it was not of the current epoch: our state may be behind. */
  readonly #earlyByLink = new Map<LinkId, EpochSecret>();
  /** Of which epoch a far end has the secret, as `bytesKey`. */
  readonly #heldByLink = new Map<LinkId, string>();

  constructor(parts: EpochSecretsParts) {
    this.#parts = parts;
  }

  /** What the application has kept, or begun itself: nobody here is told. */
  known(epoch: KnownEpoch): void {
    if (this.#known === null || this.#isCurrent(epoch.digest)) this.#known = epoch;
  }

  /** Throws `MalformedBytes`. */
  onFrame(link: LinkId, payload: Uint8Array): void {
    const { epoch, secret } = decodeEpochSecret(payload);
    const brought = { epoch: epoch.slice(), secret: secret.slice() };
    if (this.#isCurrent(epoch)) this.#take(link, brought);
    else this.#earlyByLink.set(link, brought);
  }

  /** The evaluation is another one. */
  securityChanged(): void {
    for (const [link, brought] of this.#earlyByLink) {
      if (!this.#isCurrent(brought.epoch)) continue;
      this.#earlyByLink.delete(link);
      this.#take(link, brought);
    }
  }

  forget(link: LinkId): void {
    this.#earlyByLink.delete(link);
    this.#heldByLink.delete(link);
  }

  /** Tells those who may know it and do not. */
  settle(): void {
    const { directory, neighbors, isAgreed, out } = this.#parts;
    const known = this.#known;
    if (known === null || !this.#isCurrent(known.digest)) return;
    const key = bytesKey(known.digest);
    for (const { link, membership } of neighbors()) {
      if (this.#heldByLink.get(link) === key || !isAgreed(link)) continue;
      // It may live by another membership than the one that it came with.
      if (!directory.isLiving(membership.publicKey)) continue;
      this.#heldByLink.set(link, key);
      const { digest, secret } = known;
      out.send(link, KIND.epochSecret, encodeEpochSecret({ epoch: digest, secret }));
    }
  }

  #take(link: LinkId, { epoch, secret }: EpochSecret): void {
    const { crypto, security, out } = this.#parts;
    const view = security().epoch();
    if (view === null || !equalBytes(crypto.sha256(secret), view.epoch.secretDigest)) return;
    this.#heldByLink.set(link, bytesKey(epoch));
    if (this.#known !== null && equalBytes(this.#known.digest, epoch)) return;
    this.#known = { depth: view.depth, digest: epoch, secret };
    out.put({ kind: 'tell', event: { kind: 'epochSecret', epoch: this.#known } });
  }

  #isCurrent(digest: Uint8Array): boolean {
    const view = this.#parts.security().epoch();
    return view !== null && equalBytes(view.statement.digest, digest);
  }
}
