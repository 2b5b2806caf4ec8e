// One message as the application gets it.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

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
    return decoder.decode(this.data);
  }
}
