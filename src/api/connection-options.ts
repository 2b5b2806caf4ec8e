// What the calls on a connection take.

export interface SendOptions {
  /** A GUID that says what the data is; it is announced once and costs two bytes or fewer afterwards. */
  readonly type?: string;
  /** Ends the waiting for room. The message was taken over all the same. */
  readonly signal?: AbortSignal;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
}

export interface ReceiveOptions extends WaitOptions {
  /**
   * The data of a message is the listener's only while it runs: then its memory is freed, and the
   * array is empty. For a listener that is done with each message when it returns this is a quarter
   * less work; one that keeps data, or awaits with it, has to copy it first.
   */
  readonly borrow?: boolean;
}

export interface CloseOptions {
  /** Words for the other side, at most 256 bytes of UTF-8. */
  readonly reason?: string;
  /** How long to wait until the other side has received everything, in milliseconds; 3,000 by default. */
  readonly timeoutMs?: number;
}
