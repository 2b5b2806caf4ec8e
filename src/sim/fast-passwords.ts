// The password exchange for simulated worlds: hashes in place of OPAQUE, with messages of the real lengths. Whoever
// does not know the password learns nothing by it as long as nobody in the world tries passwords.

import { concatBytes, equalBytes } from '../core/base/bytes.ts';
import type {
  PasswordAnswer,
  PasswordExchange,
  PasswordLogin,
  PasswordVerifier,
} from '../core/ports/password-exchange.ts';
import { platformHashing } from './platform-hashing.ts';

const HASH_BYTES = 32;
const SETUP_BYTES = 128;
const REGISTRATION_BYTES = 192;
const REQUEST_BYTES = 96;
const RESPONSE_BYTES = 320;
const MESSAGE_BYTES = 64;

export class FastPasswords implements PasswordExchange {
  #draws = 0;

  makeVerifier(password: string, group: string): PasswordVerifier {
    const salt = this.#draw();
    const setup = padded([salt], SETUP_BYTES);
    return { setup, registration: padded([shared(password, group, salt)], REGISTRATION_BYTES) };
  }

  startLogin(password: string): PasswordLogin {
    const ours = this.#draw();
    const request = padded([ours], REQUEST_BYTES);
    return {
      request,
      finish: (response, group) => {
        if (response.length !== RESPONSE_BYTES) return null;
        const [theirs, salt, tag] = [0, 1, 2].map((part) => partOf(response, part));
        if (theirs === undefined || salt === undefined || tag === undefined) return null;
        const known = [shared(password, group, salt), ours, theirs, bytesOf(group)];
        if (!equalBytes(tag, spoken('answer', known))) return null;
        const message = padded([spoken('proof', known)], MESSAGE_BYTES);
        return { message, sessionKey: spoken('key', known) };
      },
    };
  }

  answerLogin(
    verifier: PasswordVerifier,
    group: string,
    request: Uint8Array,
  ): PasswordAnswer | null {
    if (request.length !== REQUEST_BYTES) return null;
    const ours = this.#draw();
    const known = [partOf(verifier.registration, 0), partOf(request, 0), ours, bytesOf(group)];
    const parts = [ours, partOf(verifier.setup, 0), spoken('answer', known)];
    const expected = padded([spoken('proof', known)], MESSAGE_BYTES);
    return {
      response: padded(parts, RESPONSE_BYTES),
      finish: (message) => (equalBytes(message, expected) ? spoken('key', known) : null),
    };
  }

  /** Never twice the same in one world, and the same in each run of it. */
  #draw(): Uint8Array {
    this.#draws += 1;
    return platformHashing.sha256(bytesOf(`password draw ${this.#draws}`));
  }
}

function shared(password: string, group: string, salt: Uint8Array): Uint8Array {
  const text = bytesOf(`${group}\0${password.normalize('NFC')}`);
  return platformHashing.sha256(concatBytes([salt, text]));
}

function spoken(word: string, known: readonly Uint8Array[]): Uint8Array {
  return platformHashing.sha256(concatBytes([bytesOf(word), ...known]));
}

function partOf(bytes: Uint8Array, part: number): Uint8Array {
  return bytes.slice(part * HASH_BYTES, (part + 1) * HASH_BYTES);
}

function padded(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(concatBytes(parts));
  return bytes;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
