// OPAQUE (RFC 9807) as core sees it: who checks a password never learns it, and who shows one proves it
// without saying it. Messages are opaque bytes. Synchronous; `finish` takes a quarter of a second.

/** What is kept to check one password by. Whoever has it can try passwords at that price each. */
export interface PasswordVerifier {
  readonly setup: Uint8Array;
  readonly registration: Uint8Array;
}

export interface PasswordExchange {
  /** `group` is bound to the verifier: it fits no other. */
  makeVerifier(password: string, group: string): PasswordVerifier;
  /** At the one who joins. */
  startLogin(password: string): PasswordLogin;
  /** At the one who admits; null for a message that is none. */
  answerLogin(
    verifier: PasswordVerifier,
    group: string,
    request: Uint8Array,
  ): PasswordAnswer | null;
}

export interface PasswordLogin {
  readonly request: Uint8Array;
  /** Null when the password is wrong, or the far end does not know it. */
  finish(response: Uint8Array, group: string): PasswordProof | null;
}

interface PasswordProof {
  readonly message: Uint8Array;
  /** The same at both ends, 32 bytes or more. */
  readonly sessionKey: Uint8Array;
}

export interface PasswordAnswer {
  readonly response: Uint8Array;
  /** The session key; null when the far end does not know the password. */
  finish(message: Uint8Array): Uint8Array | null;
}
