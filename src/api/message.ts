// One message as the application gets it.

// A byte order mark that somebody sent is text like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What is no UTF-8 shows as U+FFFD: the other side chose the bytes, so this never throws. */
export function textOf(data: Uint8Array): string {
  return decoder.decode(data);
}

export class Message {
  /** The GUID that the sender gave it, in lower case; all zero when it gave none. */
  readonly type: string;
  /** Yours to keep. A short message may share memory with its neighbors: copy what you keep for long. */
  readonly data: Uint8Array;

  constructor(type: string, data: Uint8Array) {
    this.type = type;
    this.data = data;
  }

  /** The data as UTF-8. What is none shows as U+FFFD: the other side chose the bytes, so this never throws. */
  get text(): string {
    return textOf(this.data);
  }
}
