// Where a node listens for the members of all of its groups.

import { reachableAddresses } from '../adapters/tls/local-addresses.ts';
import { TlsListener } from '../adapters/tls/tls-listener.ts';
import { type Address, canonicalHost } from '../core/domain/addresses.ts';
import { requireObject } from './arguments.ts';
import type { NodeServices } from './node-services.ts';
import {
  facingTheWorld,
  invalidArgument,
  PeerGroupError,
  parsedArgument,
} from './peer-group-error.ts';

export interface ListenOptions {
  /** 0, the default, takes any port that is free. */
  readonly port?: number;
  /** IP address to listen at. By default `::`, which is every address of the machine, IPv6 and IPv4. */
  readonly host?: string;
}

export class NodeListening {
  readonly #services: NodeServices;
  #listener: TlsListener;
  /** Throws `NODE_CLOSED`. */
  readonly #requireOpen: () => void;

  constructor(services: NodeServices, requireOpen: () => void) {
    this.#services = services;
    this.#listener = new TlsListener(services.doors);
    this.#requireOpen = requireOpen;
  }

  /** Adds to the addresses of the services. Rejects with `ADDRESS_IN_USE`, `LISTEN_FAILED` and `NODE_CLOSED`. */
  async listen(options: ListenOptions): Promise<void> {
    requireObject('options', options);
    const { port = 0, host } = options;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw invalidArgument('port', 'a whole number from 0 to 65535');
    }
    const listener = this.#listener;
    const bound =
      host === undefined ? await this.#listenEverywhere(port) : await this.#listenAt(host, port);
    if (listener !== this.#listener) throw new PeerGroupError('LISTEN_FAILED', 'It was stopped.');
    this.#services.addresses = [...this.#services.addresses, ...reachableAddresses(bound)];
  }

  /** Takes nobody new and forgets where it was; what has come in stays. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    this.#listener = new TlsListener(this.#services.doors);
    this.#services.addresses = [];
    await listener.stop();
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  async #listenAt(host: string, port: number): Promise<Address> {
    const literal = parsedArgument('host', () => canonicalHost(host));
    try {
      return await facingTheWorld(() => this.#listener.listen(literal, port));
    } catch (error) {
      // Nothing is wrong with the address when a close() has overtaken this.
      this.#requireOpen();
      throw error;
    }
  }

  /** IPv6 and IPv4; IPv4 alone on a machine that has no IPv6. */
  async #listenEverywhere(port: number): Promise<Address> {
    try {
      return await this.#listenAt('::', port);
    } catch (error) {
      if (error instanceof PeerGroupError && error.code === 'LISTEN_FAILED')
        return await this.#listenAt('0.0.0.0', port);
      throw error;
    }
  }
}
