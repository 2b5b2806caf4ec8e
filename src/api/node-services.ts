// The services that all groups of a node share, made of the adapters in one visible place.

import { systemClock } from '../adapters/clock/system-clock.ts';
import { systemChance } from '../adapters/crypto/chance.ts';
import { nodeCrypto } from '../adapters/crypto/node-crypto.ts';
import { nodeSealing } from '../adapters/crypto/sealing.ts';
import { openPasswordExchange } from '../adapters/opaque/password-exchange.ts';
import { tlsWires } from '../adapters/tls/tls-dialler.ts';
import { certificateCodec } from '../adapters/x509/certificate-codec.ts';
import { X509CertificateIssuer } from '../adapters/x509/certificate-issuer.ts';
import { type Address, isLinkLocal, isUnicast } from '../core/domain/addresses.ts';
import { ChainMemory } from '../core/link/chain-memory.ts';
import type { CertificateIssuer } from '../core/ports/certificate-codec.ts';
import type { Chance, Clock } from '../core/ports/clock.ts';
import type { Crypto } from '../core/ports/crypto.ts';
import type { PasswordExchange } from '../core/ports/password-exchange.ts';
import type { Sealing } from '../core/ports/sealing.ts';
import type { Wires } from '../core/ports/wires.ts';
import { ChainJudge } from '../core/trust/chain.ts';
import { Doors } from '../engine/doors.ts';
import { GatherPool } from '../engine/gather-pool.ts';

export class NodeServices {
  readonly clock: Clock = systemClock;
  readonly chance: Chance = systemChance;
  readonly crypto: Crypto = nodeCrypto;
  readonly wires: Wires = tlsWires;
  readonly judge = new ChainJudge(certificateCodec, nodeCrypto);
  readonly issuer: CertificateIssuer = new X509CertificateIssuer(systemChance);
  readonly chainMemory = new ChainMemory();
  readonly pool = new GatherPool();
  readonly doors = new Doors(nodeCrypto, systemClock);
  readonly sealing: Sealing = nodeSealing;
  #addresses: readonly Address[] = [];
  readonly #addressListeners = new Set<() => void>();
  #lastId = 0n;
  #exchange: Promise<PasswordExchange> | null = null;

  /** Where this node listens. */
  get addresses(): readonly Address[] {
    return this.#addresses;
  }

  set addresses(addresses: readonly Address[]) {
    this.#addresses = addresses;
    for (const tell of this.#addressListeners) tell();
  }

  /** `tell` is called when the addresses are others; the result ends that. */
  watchAddresses(tell: () => void): () => void {
    this.#addressListeners.add(tell);
    return () => this.#addressListeners.delete(tell);
  }

  /** For connections and opens: not 0, unique in this node. */
  readonly nextId = (): bigint => {
    this.#lastId += 1n;
    return this.#lastId;
  };

  /** What signing in our name takes. */
  forAuthority() {
    const { clock, chance, crypto, issuer } = this;
    return { clock, chance, crypto, issuer };
  }

  /** Loaded when it is first needed. */
  passwordExchange(): Promise<PasswordExchange> {
    this.#exchange ??= openPasswordExchange();
    return this.#exchange;
  }

  /** What others may be told: addresses that mean something elsewhere. */
  readonly listenAddresses = (): readonly Address[] =>
    this.addresses.filter(({ host }) => isUnicast(host) && !isLinkLocal(host));
}
