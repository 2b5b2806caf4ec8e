// The one port of a user: taken when the first group goes online, freed when the last one goes offline.

import type { PeerNode } from '../../api/index.ts';
import type { ListeningWish } from '../user.ts';

export class ListeningPort {
  readonly #node: PeerNode;
  readonly #wish: ListeningWish;
  /** Groups that are online, or on their way there. */
  readonly #users = new Set<object>();
  #isListening = false;
  #turns: Promise<void> = Promise.resolve();

  constructor(node: PeerNode, wish: ListeningWish) {
    this.#node = node;
    this.#wish = wish;
  }

  /** Resolves when the port is bound. Rejects with what the API says when it cannot be; then it is not taken. */
  async take(user: object): Promise<void> {
    this.#users.add(user);
    try {
      await this.#settle();
    } catch (error) {
      this.#users.delete(user);
      throw error;
    }
  }

  /** Changes nothing for one that has not taken it. Resolves when the port is free, if nobody else needs it. */
  async free(user: object): Promise<void> {
    if (this.#users.delete(user)) await this.#settle();
  }

  /** What is wanted by now is done, one after the other. */
  #settle(): Promise<void> {
    const turn = this.#turns.then(() => this.#follow());
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #follow(): Promise<void> {
    const isWanted = this.#users.size > 0;
    if (isWanted === this.#isListening) return;
    if (isWanted) {
      await this.#node.listen(this.#wish);
      this.#isListening = true;
    } else {
      this.#isListening = false;
      await this.#node.stopListening();
    }
  }
}
