// One frame among the examples of the wire, and where it is shown.

export interface WireExample {
  readonly message: string;
  /** Beside the message it is the name of the block on the page; null for one that stands only in the files. */
  readonly block: string | null;
  readonly frame: Uint8Array;
}

export function shown(message: string, frame: Uint8Array, addition = ''): WireExample {
  return { message, block: `${message}${addition}`, frame };
}

export function more(message: string, frame: Uint8Array): WireExample {
  return { message, block: null, frame };
}
