// Asks for the renewal of our own membership when it has ended (protocol.md §15.8): by JOIN at the members of whom
// an address is known, by the present discovery secret first, for whoever was away may have missed an epoch.

import type { SigningKey } from '../../adapters/crypto/signing-key.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import type { Lead } from '../../core/domain/links.ts';
import type { Verdict } from '../../core/domain/refusals.ts';
import type { AskedMember, JoinFailure } from '../../core/join/join-failure.ts';
import { tellingJoinFailure } from '../../core/join/join-failure.ts';
import type { Joined } from '../../core/join/joiner.ts';
import type { WireCredentials } from '../../core/ports/wires.ts';
import type { OwnMembership } from '../../core/security/own-membership.ts';
import { attemptJoin, type JoinResult } from '../../engine/join/join-attempt.ts';
import type { NodeServices } from '../node-services.ts';
import { errorOfRefusal } from '../peer-group-error.ts';
import type { DiscoverySecrets } from './discovery-secrets.ts';

export interface RenewalParts {
  readonly own: OwnMembership;
  readonly key: SigningKey;
  readonly credentials: WireCredentials;
  readonly services: NodeServices;
  readonly secrets: Pick<DiscoverySecrets, 'all'>;
  /** Where members may be found, those heard of last first. */
  readonly contacts: () => readonly Contact[];
  /** Stores a chain, which is what we act under then. Throws what the disk does. */
  readonly learn: (chain: readonly Uint8Array[]) => Verdict<void>;
  /** Where members are, says the one who renewed. */
  readonly onContacts: (contacts: readonly Contact[]) => void;
}

export type RenewalEnd =
  | { readonly kind: 'renewed' }
  | {
      readonly kind: 'failed';
      readonly failure: JoinFailure;
      readonly asked: readonly AskedMember[];
    }
  | { readonly kind: 'givenUp' };

/** By each secret; whoever is there answers within a second. A guess. */
const TIMEOUT_MS = 10_000;
/** As many as can be dialed in that time. */
const CONTACTS_MAX = 40;
/** More are for members that were away for several epochs; what is beyond them is a lease ago. A guess. */
const SECRETS_MAX = 3;

export class OwnRenewal {
  readonly #parts: RenewalParts;
  #running: Promise<RenewalEnd> | null = null;
  #giveUp: () => void = () => undefined;
  #round = 0;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** One run at a time; `first` are asked before those who are known. Rejects with what the disk does. */
  ask(first: readonly Lead[] = []): Promise<RenewalEnd> {
    this.#running ??= this.#run(first).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Whoever waits is told so. */
  giveUp(): void {
    this.#round += 1;
    this.#giveUp();
  }

  async #run(first: readonly Lead[]): Promise<RenewalEnd> {
    const { contacts, secrets } = this.#parts;
    this.#round += 1;
    const round = this.#round;
    const all = [...first, ...contacts()].slice(0, CONTACTS_MAX);
    let answers: readonly AskedMember[] = [];
    let unreached: readonly AskedMember[] = [];
    for (const secret of secrets.all().slice(0, SECRETS_MAX)) {
      const result = await this.#attempt(secret, all);
      if (result === null || round !== this.#round) return { kind: 'givenUp' };
      if (result.kind === 'joined') {
        this.#take(result.joined);
        return { kind: 'renewed' };
      }
      // Who was not found by one secret may be by another; of those who answered the word stands.
      unreached = result.asked.filter(isUnreached);
      answers = [...answers, ...result.asked.filter((each) => !isUnreached(each))];
      if (unreached.length === 0 || result.failure.code !== 'NOBODY_CAN_ADMIT') break;
    }
    const asked = [...answers, ...unreached];
    return { kind: 'failed', failure: tellingJoinFailure(asked), asked };
  }

  #attempt(doorSecret: Uint8Array, contacts: readonly Lead[]): Promise<JoinResult | null> {
    const { own, key, credentials, services } = this.#parts;
    const { clock, chance, crypto, judge, wires, listenAddresses } = services;
    const { group, member, chain } = own.current;
    const secret = { kind: 'renewal', chain: chain.map(({ der }) => der) } as const;
    const bounds = { timeoutMs: TIMEOUT_MS, pendingMs: TIMEOUT_MS };
    return new Promise((resolve) => {
      const stop = attemptJoin(
        { group, secret, doorSecret, contacts, ...bounds },
        {
          wires,
          clock,
          chance,
          tools: { crypto, judge, exchange: null },
          member,
          signer: key,
          credentials,
          certificateDigest: crypto.sha256(credentials.certificate),
          listenAddresses,
        },
        { onPending: () => undefined, onDone: resolve },
      );
      this.#giveUp = () => {
        stop();
        resolve(null);
      };
    });
  }

  #take({ membership, contacts }: Joined): void {
    const { learn, onContacts } = this.#parts;
    const learned = learn(membership.chain.map(({ der }) => der));
    if (!learned.ok) throw errorOfRefusal(learned.refusal);
    onContacts(contacts);
  }
}

function isUnreached({ failure }: AskedMember): boolean {
  return failure.kind === 'unreached';
}
