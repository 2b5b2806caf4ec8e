// TLS 1.3 records by hand, above a session that node:tls has set up: what a hostile member can send
// below the plaintext, such as key updates without end. For TLS_AES_256_GCM_SHA384.

import { createCipheriv, createHmac } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

const SECRET_BYTES = 48;
const APPLICATION_DATA = 23;
const HANDSHAKE = 22;

/** Collects the secret with which a client writes, once keylog lines come. */
export function clientSecretOf(socket: TLSSocket): () => Buffer | null {
  let secret: Buffer | null = null;
  socket.on('keylog', (line) => {
    const found = /^CLIENT_TRAFFIC_SECRET_0 \w+ (\w+)/.exec(line.toString());
    if (found?.[1] !== undefined) secret = Buffer.from(found[1], 'hex');
  });
  return () => secret;
}

export class RecordWriter {
  #secret: Buffer;
  #key: Buffer = Buffer.alloc(0);
  #iv: Buffer = Buffer.alloc(0);
  #number = 0n;

  /** `alreadySent`: records that node:tls has sealed with this secret. */
  constructor(secret: Buffer, alreadySent: number) {
    this.#secret = secret;
    this.#rekey();
    this.#number = BigInt(alreadySent);
  }

  /** `update_requested`: the far end has to answer with one of its own. */
  keyUpdate(asksForAnswer: boolean): Buffer {
    const record = this.#seal(HANDSHAKE, Buffer.from([24, 0, 0, 1, asksForAnswer ? 1 : 0]));
    this.#secret = expand(this.#secret, 'traffic upd', SECRET_BYTES);
    this.#rekey();
    return record;
  }

  data(bytes: Uint8Array): Buffer {
    return this.#seal(APPLICATION_DATA, bytes);
  }

  #rekey(): void {
    this.#key = expand(this.#secret, 'key', 32);
    this.#iv = expand(this.#secret, 'iv', 12);
    this.#number = 0n;
  }

  #seal(type: number, content: Uint8Array): Buffer {
    const plain = Buffer.concat([content, Buffer.from([type])]);
    const header = Buffer.from([APPLICATION_DATA, 3, 3, 0, 0]);
    header.writeUInt16BE(plain.length + 16, 3);
    const nonce = Buffer.from(this.#iv);
    const last = nonce.readBigUInt64BE(4);
    nonce.writeBigUInt64BE(last ^ this.#number, 4);
    this.#number += 1n;
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(header);
    return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

/** HKDF-Expand-Label of RFC 8446, 7.1, for one block. */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const head = Buffer.from([length >> 8, length & 255, name.length]);
  const text = Buffer.concat([head, name, Buffer.from([0, 1])]);
  return createHmac('sha384', secret).update(text).digest().subarray(0, length);
}
