// The PasswordExchange port on OPAQUE (RFC 9807; ristretto255, SHA-512, Argon2id) as WebAssembly. Its name for
// the server is the group and for the client a constant: it binds them when a password is registered, so
// nothing of a connection can stand there. The connection is bound by what is made of the session key.

import type { client as Client, server as Server } from '@serenity-kit/opaque';
import type {
  PasswordAnswer,
  PasswordExchange,
  PasswordLogin,
  PasswordVerifier,
} from '../../core/ports/password-exchange.ts';

interface Opaque {
  readonly client: typeof Client;
  readonly server: typeof Server;
}

const CLIENT = 'join';
/**
 * Argon2id with 64 MiB, three passes and four lanes (RFC 9106, section 4, the second choice). Measured: 220 to
 * 330 ms. The library's first choice takes 2 GiB and 13 s, more than a phone has.
 */
const KEY_STRETCHING = 'memory-constrained';

/** Loads and compiles the library, which takes 40 ms and 22 MB: so at the first use, and not before. */
export async function openPasswordExchange(): Promise<PasswordExchange> {
  const opaque = await import('@serenity-kit/opaque');
  await opaque.ready;
  return new OpaqueExchange(opaque);
}

class OpaqueExchange implements PasswordExchange {
  readonly #opaque: Opaque;

  constructor(opaque: Opaque) {
    this.#opaque = opaque;
  }

  makeVerifier(typed: string, group: string): PasswordVerifier {
    const { client, server } = this.#opaque;
    const password = onePassword(typed);
    const serverSetup = server.createSetup();
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
    const { registrationResponse } = server.createRegistrationResponse({
      serverSetup,
      userIdentifier: CLIENT,
      registrationRequest,
    });
    const { registrationRecord } = client.finishRegistration({
      password,
      clientRegistrationState,
      registrationResponse,
      identifiers: identifiersOf(group),
      keyStretching: KEY_STRETCHING,
    });
    return { setup: bytesOf(serverSetup), registration: bytesOf(registrationRecord) };
  }

  startLogin(typed: string): PasswordLogin {
    const { client } = this.#opaque;
    const password = onePassword(typed);
    const { clientLoginState, startLoginRequest } = client.startLogin({ password });
    return {
      request: bytesOf(startLoginRequest),
      finish: (response, group) => {
        const finished = orNull(() =>
          client.finishLogin({
            password,
            clientLoginState,
            loginResponse: textOf(response),
            identifiers: identifiersOf(group),
            keyStretching: KEY_STRETCHING,
          }),
        );
        if (finished === null) return null;
        const { finishLoginRequest, sessionKey } = finished;
        return { message: bytesOf(finishLoginRequest), sessionKey: bytesOf(sessionKey) };
      },
    };
  }

  answerLogin(
    verifier: PasswordVerifier,
    group: string,
    request: Uint8Array,
  ): PasswordAnswer | null {
    const { server } = this.#opaque;
    const identifiers = identifiersOf(group);
    const started = orNull(() =>
      server.startLogin({
        serverSetup: textOf(verifier.setup),
        registrationRecord: textOf(verifier.registration),
        startLoginRequest: textOf(request),
        userIdentifier: CLIENT,
        identifiers,
      }),
    );
    if (started === null) return null;
    const { serverLoginState, loginResponse } = started;
    return {
      response: bytesOf(loginResponse),
      finish: (message) => {
        const finished = orNull(() =>
          server.finishLogin({
            serverLoginState,
            finishLoginRequest: textOf(message),
            identifiers,
          }),
        );
        return finished === null ? null : bytesOf(finished.sessionKey);
      },
    };
  }
}

/** The library throws for everything that is not as it should be; all of it came from a far end. */
function orNull<Result>(act: () => Result | undefined): Result | null {
  try {
    return act() ?? null;
  } catch {
    return null;
  }
}

/** The same characters are the same password, however a keyboard puts them together. */
function onePassword(typed: string): string {
  return typed.normalize('NFC');
}

function identifiersOf(group: string): { readonly server: string; readonly client: string } {
  return { server: group, client: CLIENT };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
