// One act after the other, in the order in which they came; one that fails holds up nobody.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  run<Value>(act: () => Value | Promise<Value>): Promise<Value> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
