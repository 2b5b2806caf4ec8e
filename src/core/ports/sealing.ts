// Boxes that only the holder of one Ed25519 key opens. Synchronous; arguments are read before a call
// returns and never kept.

/** Seals for others; knows no private key. */
export interface Sealing {
  /** 48 bytes longer than what is sealed. `publicKey` is raw Ed25519, 32 bytes. Null for a key that is no point of the curve. */
  seal(publicKey: Uint8Array, bytes: Uint8Array): Uint8Array | null;
  /** With a random nonce in front; the key has 32 bytes. */
  sealUnder(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** Null for whatever was not sealed under this key. */
  openUnder(key: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}

/** A private key that can open what was sealed for it, and do nothing else. */
export interface Opener {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Null for whatever was not sealed for it. */
  open(sealed: Uint8Array): Uint8Array | null;
}
