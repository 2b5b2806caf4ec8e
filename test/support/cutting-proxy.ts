// A network between processes that can be cut in two: every port has a door here that leads to it, and
// whoever dials says first on which side it is. What is cut is silent, as with a cable that was pulled,
// or reset, as with a router that says so.

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

import { atEnd } from './at-end.ts';

type Cut = 'silent' | 'reset';

const NEWLINE = 0x0a;
const HERE = '127.0.0.1';

class CuttingProxy {
  readonly #servers: Server[] = [];
  /** Those that lead from one side to the other. */
  readonly #crossings = new Set<Passage>();
  readonly #passages = new Set<Passage>();
  #cut: Cut | null = null;

  /** How many connections lead from one side to the other. */
  get crossings(): number {
    return this.#crossings.size;
  }

  /** The port of a door that leads to this one. */
  async door(port: number, side: string): Promise<number> {
    const server = createServer({ noDelay: true }, (near) => this.#onCaller(near, port, side));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: HERE, port: 0 }, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a door without a port');
    return address.port;
  }

  /** From now on nothing crosses: silently, or with a reset of everything that tries. */
  cut(how: Cut): void {
    this.#cut = how;
    for (const passage of this.#crossings) {
      if (how === 'silent') passage.hold();
      else passage.reset();
    }
  }

  /** What was held goes on, ends that nobody was told of included. */
  heal(): void {
    this.#cut = null;
    for (const passage of this.#crossings) passage.release();
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const passage of this.#passages) passage.reset();
  }

  #onCaller(near: Socket, port: number, side: string): void {
    const passage = new Passage(near, port, () => {
      this.#passages.delete(passage);
      this.#crossings.delete(passage);
    });
    this.#passages.add(passage);
    let line = Buffer.alloc(0);
    near.on('data', function onLine(bytes: Buffer) {
      line = Buffer.concat([line, bytes]);
      const end = line.indexOf(NEWLINE);
      if (end < 0) return;
      near.off('data', onLine);
      near.pause();
      if (line.length > end + 1) near.unshift(line.subarray(end + 1));
      onSide(line.toString('utf8', 0, end));
    });
    const onSide = (from: string): void => {
      if (from !== side) this.#crossings.add(passage);
      if (from === side || this.#cut === null) passage.release();
      else if (this.#cut === 'reset') passage.reset();
      else passage.hold();
    };
  }
}

/** One connection, in two halves. Nothing goes through before the first `release`. */
class Passage {
  readonly #near: Socket;
  readonly #port: number;
  readonly #onGone: () => void;
  #far: Socket | null = null;
  #isHeld = true;
  /** One half has ended or broken while nobody could be told. */
  #isOver = false;

  constructor(near: Socket, port: number, onGone: () => void) {
    this.#near = near;
    this.#port = port;
    this.#onGone = onGone;
    this.#watch(near);
  }

  hold(): void {
    this.#isHeld = true;
    this.#near.pause();
    this.#far?.pause();
  }

  release(): void {
    this.#isHeld = false;
    if (this.#isOver) {
      this.reset();
      return;
    }
    if (this.#far === null) this.#lead();
    this.#near.resume();
    this.#far?.resume();
  }

  reset(): void {
    for (const socket of [this.#near, this.#far]) {
      if (socket?.destroyed === false) socket.resetAndDestroy();
    }
    this.#onGone();
  }

  #lead(): void {
    const near = this.#near;
    const far = connect({ host: HERE, port: this.#port, noDelay: true });
    this.#far = far;
    this.#watch(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        if (to.destroyed || to.write(bytes)) return;
        from.pause();
        to.once('drain', () => {
          if (!this.#isHeld) from.resume();
        });
      });
    }
  }

  #watch(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('end', () => this.#other(socket)?.end());
    socket.on('close', () => {
      this.#isOver = true;
      if (!this.#isHeld) {
        this.#other(socket)?.destroy();
        this.#onGone();
      }
    });
  }

  #other(socket: Socket): Socket | null {
    return socket === this.#near ? this.#far : this.#near;
  }
}

export function cuttingProxy(t: TestContext): CuttingProxy {
  const proxy = new CuttingProxy();
  atEnd(t, () => proxy.close());
  return proxy;
}
