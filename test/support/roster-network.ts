// Many rosters in virtual time, on links of 30 milliseconds: a node that starts connects to some that
// are there, and the link to the first of them belongs to the tree. Frames are counted, in bytes.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { bytesKey, concatBytes, equalBytes } from '../../src/core/base/bytes.ts';
import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import type { LinkId, OpenedLink } from '../../src/core/domain/links.ts';
import { linkIdOf } from '../../src/core/domain/links.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import { parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import { Outbox } from '../../src/core/graph/outbox.ts';
import { OwnCard } from '../../src/core/graph/overlay/own-card.ts';
import { CardJudge, nodeKeyOf } from '../../src/core/graph/overlay/peer-card.ts';
import { Roster } from '../../src/core/graph/presence/roster.ts';
import type { Crypto, Signer } from '../../src/core/ports/crypto.ts';
import { FRAME_HEADER_BYTES } from '../../src/core/wire/frame.ts';
import { Agenda } from './agenda.ts';
import { FuzzSource } from './fuzzing.ts';

const LATENCY_MS = 30;
export const GROUP = parseGroupName('e'.repeat(40));
export const EPOCH_MS = 1_800_000_000_000;

function digest(algorithm: string, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(bytes).digest());
}

/** Signatures that anybody can make, which nobody here does: a thousand nodes check them soon. */
function hashSignature(publicKey: Uint8Array, bytes: Uint8Array): Uint8Array {
  return digest('sha512', concatBytes([publicKey, bytes]));
}

export const hashCrypto: Crypto = {
  sha256: (bytes) => digest('sha256', bytes),
  hmacSha256: (key, bytes) => digest('sha256', concatBytes([key, bytes])),
  verify: (publicKey, bytes, signature) => equalBytes(hashSignature(publicKey, bytes), signature),
};

export function hashSigner(seed: string): Signer {
  const publicKey = digest('sha256', Buffer.from(seed));
  return { publicKey, sign: (bytes) => hashSignature(publicKey, bytes) };
}

export function memberOfKey(publicKey: Uint8Array) {
  const member = parsePeerName(Buffer.from(publicKey.subarray(0, 20)).toString('hex'));
  return { member, lineage: [member] };
}

export interface RosterNode {
  readonly roster: Roster;
  readonly signer: Signer;
  readonly nodeId: bigint;
  readonly ownCard: OwnCard;
  readonly links: Map<LinkId, { readonly node: number; readonly link: LinkId }>;
  readonly eager: Set<LinkId>;
  readonly out: Outbox;
  readonly events: string[];
  wakeMs: number;
  isAlive: boolean;
}

export class RosterNetwork {
  readonly nodes: RosterNode[] = [];
  bytes = 0;
  readonly #source: FuzzSource;
  readonly #agenda = new Agenda<() => void>();
  readonly #memberships = new Map<string, Membership>();
  #nowMs = 0;
  #linksMade = 0;

  constructor(seed: number) {
    this.#source = new FuzzSource(seed);
  }

  now(): Now {
    return { instant: instantOf(this.#nowMs), wallTime: wallTimeOf(EPOCH_MS + this.#nowMs) };
  }

  below(bound: number): number {
    return this.#source.below(bound);
  }

  /** A new node without links. */
  add(publishes = true): RosterNode {
    const index = this.nodes.length;
    const signer = hashSigner(`node ${index}`);
    const nodeId = BigInt(index + 1);
    const eager = new Set<LinkId>();
    const events: string[] = [];
    const nodeById = (id: bigint): string => `${Number(id) - 1}`;
    const ownCard = new OwnCard({ group: GROUP, nodeId, signer, listenAddresses: () => ADDRESSES });
    const roster = new Roster({
      chance: { bytes: (length) => this.#source.bytes(length) },
      judge: new CardJudge({ crypto: hashCrypto, group: GROUP, memberOf: memberOfKey }),
      ownCard,
      ownKey: nodeKeyOf(signer.publicKey, nodeId),
      publishes,
      groupTime: (now) => now.wallTime,
      eagerLinks: () => eager,
      listener: {
        onPresent: (node) => events.push(`+${nodeById(node.nodeId)}`),
        onRenewed: () => undefined,
        onLeft: (node, why) => events.push(`-${nodeById(node.nodeId)} ${why}`),
      },
    });
    const out = new Outbox();
    const links: RosterNode['links'] = new Map();
    const wakeMs = Number.POSITIVE_INFINITY;
    const node = {
      roster,
      signer,
      nodeId,
      ownCard,
      links,
      eager,
      out,
      events,
      wakeMs,
      isAlive: true,
    };
    this.nodes.push(node);
    return node;
  }

  connect(one: number, other: number, isEager: boolean): void {
    const isThere = [...this.at(one).links.values()].some(({ node }) => node === other);
    if (one === other || isThere) return;
    const [oneLink, otherLink] = [this.#newLink(), this.#newLink()];
    this.at(one).links.set(oneLink, { node: other, link: otherLink });
    this.at(other).links.set(otherLink, { node: one, link: oneLink });
    for (const [near, far, link] of [
      [one, other, oneLink],
      [other, one, otherLink],
    ] as const) {
      if (isEager) this.at(near).eager.add(link);
      const opened = this.#opened(far, link);
      this.step(near, ({ roster }) => roster.neighborUp({ opened, known: null }, this.now()));
    }
  }

  /** It crashes, or says goodbye first. */
  end(index: number, how: 'crash' | 'leave'): void {
    const node = this.at(index);
    if (how === 'leave') this.step(index, ({ roster, out }) => roster.leave(this.now(), out));
    node.isAlive = false;
    // What was sent before still arrives.
    this.#agenda.add(this.#nowMs + LATENCY_MS, () => {
      for (const { node: other, link } of node.links.values()) {
        this.at(other).links.delete(link);
        this.at(other).eager.delete(link);
        this.step(other, ({ roster }) => roster.neighborDown(link, how === 'leave', this.now()));
      }
    });
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#agenda.takeUntil(endMs);
      if (next === null) break;
      this.#nowMs = next.atMs;
      next.value();
    }
    this.#nowMs = endMs;
  }

  step(index: number, act: (node: RosterNode) => void): void {
    const node = this.at(index);
    if (!node.isAlive) return;
    act(node);
    for (const effect of node.out.take()) {
      assert.ok(effect.kind === 'send', 'a roster sends and does nothing else');
      const far = node.links.get(effect.link);
      if (far === undefined) continue;
      this.bytes += FRAME_HEADER_BYTES + effect.payload.length;
      this.#agenda.add(this.#nowMs + LATENCY_MS, () =>
        this.step(far.node, ({ roster, out }) =>
          roster.onFrame(far.link, effect.frame, effect.payload, this.now(), out),
        ),
      );
    }
    this.#scheduleWake(index, node);
  }

  at(index: number): RosterNode {
    const node = this.nodes[index];
    assert.ok(node !== undefined, `node ${index}`);
    return node;
  }

  #scheduleWake(index: number, node: RosterNode): void {
    const deadline = node.roster.nextDeadline();
    if (deadline === null || deadline >= node.wakeMs) return;
    node.wakeMs = Math.max(deadline, this.#nowMs);
    this.#agenda.add(node.wakeMs, () => {
      if (node.wakeMs > this.#nowMs) return;
      node.wakeMs = Number.POSITIVE_INFINITY;
      this.step(index, ({ roster, out }) => roster.onDeadline(this.now(), out));
    });
  }

  #opened(far: number, link: LinkId): OpenedLink {
    const { signer, nodeId } = this.at(far);
    const membership = this.#membershipOf(signer.publicKey);
    const nothing = { listenAddresses: [], remoteAddress: null, clockSkewMs: 0 };
    return { link, role: 'dialer', membership, nodeId, ...nothing };
  }

  /** As far as a roster looks at one. */
  #membershipOf(publicKey: Uint8Array): Membership {
    const key = bytesKey(publicKey);
    const known = this.#memberships.get(key);
    if (known !== undefined) return known;
    const { member } = memberOfKey(publicKey);
    const made = { group: GROUP, member, publicKey } as Membership;
    this.#memberships.set(key, made);
    return made;
  }

  #newLink(): LinkId {
    this.#linksMade += 1;
    return linkIdOf(this.#linksMade);
  }
}

const ADDRESSES = [{ host: '192.0.2.7', port: 4_000 }];
