// The cryptography that core needs, all of it synchronous. Arguments are read before a call returns
// and never kept; results belong to the caller.

export interface Crypto {
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** 32 bytes. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** Ed25519 with a raw 32-byte public key; false, never an exception, for whatever does not verify. */
  verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Checks signatures beside the caller, on threads of the platform. */
export interface SignatureChecker {
  /** As `Crypto.verify`. `done` is called once, later. The bytes must not change until then. */
  check(
    publicKey: Uint8Array,
    bytes: Uint8Array,
    signature: Uint8Array,
    done: (isValid: boolean) => void,
  ): void;
}

/** A private key that can sign and do nothing else. */
export interface Signer {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}
