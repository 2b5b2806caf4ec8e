// What runs at a simulated node while its process lives: the real engine, desk, record book and keeper of
// leases on simulated ports, put together as the front door does.

import { wallTimeOf } from '../core/base/time.ts';
import { openSecurity } from '../core/book/open-security.ts';
import { RecordBook } from '../core/book/record-book.ts';
import type { Address } from '../core/domain/addresses.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { RecordChange } from '../core/domain/records.ts';
import type { GraphEvent, KnownEpoch } from '../core/node/graph-event.ts';
import type { StoreChange } from '../core/ports/record-store.ts';
import { OwnMembership } from '../core/security/own-membership.ts';
import type { SecurityState } from '../core/security/security-state.ts';
import { GroupEngine } from '../engine/graph/group-engine.ts';
import { LeaseKeeper } from '../engine/lease-keeper.ts';
import { type ChangeOrigin, RecordDesk, type RecordListener } from '../engine/record-desk.ts';
import { SignatureChecks } from '../engine/signature-checks.ts';
import type { Agenda } from './agenda.ts';
import type { Belongings } from './disk/belongings.ts';
import type { RecordDisk } from './disk/record-disk.ts';
import { deafDesk, gullibleDesk, trusting } from './engine-desk.ts';
import type { FastCrypto } from './fast-crypto.ts';
import { LyingLinks } from './lying-links.ts';
import { SimLinks } from './network/sim-links.ts';
import type { SimNetwork } from './network/sim-network.ts';
import {
  type DeliberateBug,
  impatient,
  NodeLinks,
  NodeStore,
  PortGate,
  toldToEngine,
} from './node-faults.ts';
import type { Village, Villager } from './people/village.ts';
import type { SimChance } from './sim-chance.ts';
import type { SimProcess } from './sim-process.ts';

export type FailedPart = 'record desk' | 'engine';

/** What all nodes of a world have in common. */
export interface NodeSurroundings {
  readonly seed: string;
  readonly agenda: Agenda;
  readonly network: SimNetwork;
  readonly crypto: FastCrypto;
  readonly village: Village;
  readonly belongings: Belongings;
  /** How long checking a signature takes beside the loop. */
  readonly checkMs: number;
  /** Whether members renew leases, and act under the membership of theirs that counts. */
  readonly keepsLeases: boolean;
}

export interface NodePlace {
  readonly villager: Villager;
  readonly address: Address;
  readonly isListening: boolean;
  readonly bugs: ReadonlySet<DeliberateBug>;
  /** The part of its frames that are lies; 0 for honest members. */
  readonly lies: number;
}

/** What whoever speaks or issues at a node works with. */
export interface Office {
  /** The membership that it acts under. */
  readonly own: OwnMembership;
  readonly book: RecordBook;
  readonly store: NodeStore;
  readonly desk: RecordDesk;
}

/** What there is while the process lives. */
export interface Running extends Office {
  readonly process: SimProcess;
  readonly gate: PortGate;
  readonly links: SimLinks;
  readonly engine: GroupEngine;
  readonly keeper: LeaseKeeper | null;
}

/** One life of a node, from its start to the end of its process. */
export interface NodeLife {
  readonly process: SimProcess;
  readonly chance: SimChance;
  readonly journal: Uint8Array;
  readonly disk: RecordDisk;
  /** The one that it acted under last. */
  readonly membership: Membership;
  /** Whose secret it has from before. */
  readonly epoch: KnownEpoch | null;
  readonly isRogue: boolean;
  onMembership(current: Membership): void;
  onEvent(event: GraphEvent): void;
  onCommitted(changes: readonly StoreChange[]): void;
  onChanges(changes: readonly RecordChange[], origin: ChangeOrigin): void;
  onFailed(where: FailedPart, error: unknown): void;
}

const QUOTAS = {
  recordsPerAuthorMax: LIMITS.recordsPerAuthorMax,
  bytesPerAuthorMax: LIMITS.recordBytesPerAuthorMax,
  recordsMax: LIMITS.recordsPerGroupMax,
  bytesMax: LIMITS.recordBytesPerGroupMax,
};

export function runNode(world: NodeSurroundings, place: NodePlace, life: NodeLife): Running {
  const { village, crypto, network, belongings, checkMs, keepsLeases } = world;
  const { villager, address, isListening, bugs, lies } = place;
  const { process, chance, isRogue, onFailed } = life;
  const { signer } = villager;
  const own = new OwnMembership(life.membership, (theirs) => book.security.removalOf(theirs));
  own.subscribe(life.onMembership);
  const ownMembership = (): Membership => own.current;
  const gate = new PortGate(process);
  const nodeId = new DataView(chance.bytes(8).buffer).getBigUint64(0);
  const links = new SimLinks(network, {
    process,
    address,
    get membership() {
      return own.current;
    },
    nodeId,
    isListening,
    removalOf: (theirs) => {
      if (isRogue) return null;
      return trust(book.security).removalOf(keeper?.countingOf(theirs) ?? theirs);
    },
    // The whole second that a certificate names still counts.
    validUntil: (theirs) => {
      const counting = keeper?.countingOf(theirs) ?? theirs;
      return wallTimeOf(Math.min(own.current.notAfter, counting.notAfter) + 1_000);
    },
  });
  const store = new NodeStore(life.journal, {
    disk: life.disk,
    belongings,
    gate,
    process,
    bugs,
    onCommitted: life.onCommitted,
  });
  const bookParts = {
    store,
    crypto,
    chance,
    signer,
    ownMembership,
    quotas: QUOTAS,
    ...openSecurity({ store, crypto, judge: village.judge, membership: own.current }),
  };
  const book = new RecordBook(bookParts);
  const checker = crypto.checkerOn(process, checkMs);
  const checks = new SignatureChecks(checker, store, (act) => process.endOfTurn(act));
  const deskParts = { store, clock: process, checks, durability: 'process' } as const;
  const deskListener: RecordListener = {
    onStored: (changes, origin) => {
      keeper?.onStored(changes);
      engine.onStored(toldToEngine(changes, bugs), origin);
    },
    onSecurity: () => keeper?.onChanged(),
    onChanges: life.onChanges,
    onFailed: (error) => onFailed('record desk', error),
  };
  const desk = new RecordDesk({ ...deskParts, book }, deskListener);
  const isGullible = bugs.has('takesRemoved') || bugs.has('judgesByDates');
  const trust = isGullible ? memoryOf(trusting) : (state: SecurityState) => state;
  const gullible = { bookParts, deskParts, listener: deskListener };
  const takingDesk = isGullible ? gullibleDesk(desk, gullible, bugs) : desk;
  const engine = new GroupEngine({
    ownMembership,
    security: () => trust(book.security),
    signer,
    nodeId,
    crypto,
    chance,
    clock: bugs.has('busyLoop') ? impatient(process) : process,
    links: new NodeLinks(lies > 0 ? new LyingLinks(links, chance, lies) : links, gate, bugs),
    store,
    tools: book.tools,
    membershipOf: (chainDigest) => book.membershipOf(chainDigest),
    desk: isRogue ? deafDesk(desk) : takingDesk,
    listenAddresses: () => (isListening ? [address] : []),
    publishesPresence: true,
    groupTimeBefore: null,
    listener: {
      onEvent: (event) => {
        if (event.kind === 'memberPresent') keeper?.onChanged();
        life.onEvent(event);
      },
      onFailed: (error) => onFailed('engine', error),
    },
  });
  const keeper = keepsLeases
    ? new LeaseKeeper({
        own,
        signer,
        groupKey: null,
        issuer: village.issuer,
        clock: process,
        crypto,
        store,
        membershipOf: (chainDigest) => book.membershipOf(chainDigest),
        removalOf: (theirs) => book.security.removalOf(theirs),
        present: () => engine.members(),
        learn: (chain) => desk.learnMembership(chain, 'here'),
        onFailed: (error) => onFailed('engine', error),
      })
    : null;
  desk.learnMembership(own.current.chain.map(({ der }) => der));
  if (life.epoch !== null) engine.onEpochSecret(life.epoch);
  return { process, gate, links, store, desk, engine, own, book, keeper };
}

/** The last answer again for the same question. */
function memoryOf<Key, Value>(answer: (key: Key) => Value): (key: Key) => Value {
  let last: { readonly key: Key; readonly value: Value } | null = null;
  return (key) => {
    if (last?.key !== key) last = { key, value: answer(key) };
    return last.value;
  };
}
