// What others send to be judged: bundles of records, chains of certificates, statements and pages, by
// flooding, by reconciling and at once. They are opened here, judged outside, and whoever brought them is told what became of it.

import { ByteReader } from '../base/byte-reader.ts';
import { bytesKey } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { LinkId } from '../domain/links.ts';
import type { PeerName } from '../domain/names.ts';
import type { Outbox } from '../graph/outbox.ts';
import type { BatchContents, BatchTools } from '../records/batch-contents.ts';
import { decodeBundle, openBundle } from '../records/bundle.ts';
import { readChain } from '../wire/chain-codec.ts';
import type { Errand, NodeEffect } from './effect.ts';
import { elementOf } from './element-of.ts';
import type { Judgement } from './input.ts';
import { Judging, type Way } from './judging.ts';

/** What became of the records of one bundle, by their elements. */
export interface Outcome {
  readonly accepted: readonly Uint8Array[];
  readonly superseded: readonly Uint8Array[];
  readonly refused: readonly { readonly element: Uint8Array; readonly code: string }[];
  /** They wait for a membership, or for their time. */
  readonly deferred: readonly Uint8Array[];
  /** Chains without which something cannot be judged. */
  readonly missingChains: readonly Uint8Array[];
}

type Judged =
  | { readonly kind: 'judged'; readonly outcome: Outcome }
  | { readonly kind: 'forged' }
  /** Nothing of it was stored. */
  | { readonly kind: 'failed'; readonly code: string; readonly elements: readonly Uint8Array[] };

/** What had been given to be judged, and who had sent it by which way. */
interface Answered {
  readonly link: LinkId;
  readonly way: Way;
}

interface SecurityArrival {
  readonly link: LinkId;
  readonly way: Way;
}

interface ItemArrival extends SecurityArrival {
  readonly digest: Uint8Array;
  readonly from: string;
}

export interface JudgedArrival extends Answered {
  readonly judged: Judged;
}

export class Arrivals {
  readonly #tools: BatchTools;
  readonly #judging = new Judging();

  constructor(tools: BatchTools) {
    this.#tools = tools;
  }

  /** Throws `MalformedBytes` for bytes that are no bundle, or one that contradicts itself. */
  takeBundle(
    arrival: { readonly link: LinkId; readonly from: PeerName; readonly way: Way },
    bytes: Uint8Array,
    out: Outbox<NodeEffect>,
  ): void {
    const opened = openBundle(decodeBundle(bytes, LIMITS.bundleBytesMax), this.#tools);
    if (!opened.ok) throw new MalformedBytes(`a bundle: ${opened.refusal.detail}`);
    const contents = opened.value;
    const { link, from, way } = arrival;
    const errand = this.#begin({ link, way, contents, digest: null, bytes: bytes.length }, out);
    out.put({ kind: 'take', errand, from, contents });
  }

  /** Throws `MalformedBytes`. */
  takeChain(
    arrival: { readonly link: LinkId; readonly way: Way },
    bytes: Uint8Array,
    out: Outbox<NodeEffect>,
  ): void {
    const input = new ByteReader(bytes);
    const chain = readChain(input);
    input.end();
    this.takeDecodedChain({ ...arrival, digest: null }, chain, out);
  }

  takeDecodedChain(
    arrival: SecurityArrival & { readonly digest: Uint8Array | null },
    chain: readonly Uint8Array[],
    out: Outbox<NodeEffect>,
  ): void {
    const bytes = chain.reduce((sum, { length }) => sum + length, 0);
    const errand = this.#begin({ ...arrival, contents: null, bytes }, out);
    out.put({ kind: 'learn', errand, chain });
  }

  /** A statement or a page; its bytes are not changed any more. */
  takeItem(
    kind: 'learnStatement' | 'learnPage',
    { link, way, digest, from }: ItemArrival,
    bytes: Uint8Array,
    out: Outbox<NodeEffect>,
  ): void {
    const errand = this.#begin({ link, way, digest, contents: null, bytes: bytes.length }, out);
    out.put({ kind, errand, from, bytes });
  }

  judged(errand: Errand, judgement: Judgement, out: Outbox<NodeEffect>): JudgedArrival {
    const { pending, resumes } = this.#judging.end(errand);
    const { link, way, contents } = pending;
    if (resumes) out.setReading(link, true);
    return { link, way, judged: judgedOf(contents, judgement) };
  }

  /** A chain, a statement or a page was. */
  securityJudged(
    errand: Errand,
    out: Outbox<NodeEffect>,
  ): Answered & { readonly digest: Uint8Array | null } {
    const { pending, resumes } = this.#judging.end(errand);
    const { link, way, digest } = pending;
    if (resumes) out.setReading(link, true);
    return { link, way, digest };
  }

  forget(link: LinkId): void {
    this.#judging.forget(link);
  }

  #begin(pending: Parameters<Judging['begin']>[0], out: Outbox<NodeEffect>): Errand {
    const { errand, pauses } = this.#judging.begin(pending);
    if (pauses) out.setReading(pending.link, false);
    return errand;
  }
}

function judgedOf(contents: BatchContents | null, judgement: Judgement): Judged {
  if (judgement.kind === 'judged') {
    return { kind: 'judged', outcome: outcomeOf(contents, judgement.verdicts) };
  }
  if (judgement.kind === 'forged') return judgement;
  const elements = (contents?.entries ?? []).map(({ hash }) => elementOf(hash));
  return { kind: 'failed', code: judgement.code, elements };
}

function outcomeOf(
  contents: BatchContents | null,
  verdicts: (Judgement & { kind: 'judged' })['verdicts'],
): Outcome {
  const accepted: Uint8Array[] = [];
  const superseded: Uint8Array[] = [];
  const deferred: Uint8Array[] = [];
  const refused: { element: Uint8Array; code: string }[] = [];
  const missing = new Map<string, Uint8Array>();
  for (const [at, { hash }] of (contents?.entries ?? []).entries()) {
    const verdict = verdicts[at];
    const element = elementOf(hash);
    if (verdict?.kind === 'accepted') accepted.push(element);
    else if (verdict?.kind === 'superseded') superseded.push(element);
    else if (verdict?.kind === 'refused') refused.push({ element, code: verdict.refusal.code });
    else if (verdict?.kind === 'deferred') {
      deferred.push(element);
      const { until } = verdict;
      if (until.kind === 'membership') missing.set(bytesKey(until.chainDigest), until.chainDigest);
    }
  }
  return { accepted, superseded, refused, deferred, missingChains: [...missing.values()] };
}
