// Dials addresses: TCP, then TLS with our certificate, asking for a member by its door name.

import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DIRECT_PROTOCOL } from '../../core/domain/protocol-names.ts';
import type { DialFailureKind, DialOutcome, DialTarget, Wires } from '../../core/ports/wires.ts';
import { secureContextOf, TLS_OPTIONS } from './tls-contexts.ts';
import { TlsWire } from './tls-wire.ts';

export const tlsWires: Wires = {
  dial(target, done) {
    const { host, port } = target.address;
    return secureOver(connect({ host, port, noDelay: true }), target, done);
  },
};

/** Shakes hands over any pipe, such as a circuit through another member; the far end listens by `TlsListener.accept`. */
export function secureOver(
  below: Duplex,
  target: Pick<DialTarget, 'doorName' | 'credentials'>,
  done: (outcome: DialOutcome) => void,
): () => void {
  const socket = secure(below, target);
  const isSocket = below instanceof Socket;
  let isConnected = !isSocket;
  let isOver = false;
  const give = (outcome: DialOutcome): void => {
    if (isOver) return;
    isOver = true;
    if (outcome.kind === 'failed') drop();
    done(outcome);
  };
  const drop = (): void => {
    socket.destroy();
    below.destroy();
  };
  const fail = (error: NodeJS.ErrnoException): void => {
    const why = isConnected ? failureOf(error) : 'unreachable';
    give({ kind: 'failed', why, detail: error.message });
  };
  below.once('connect', () => {
    isConnected = true;
  });
  below.on('error', fail);
  socket.on('error', fail);
  const onClose = (): void => fail(new Error('the connection ended during the handshake'));
  socket.once('close', onClose);
  socket.once('secureConnect', () => {
    if (isOver) return;
    const wire = TlsWire.over(socket, isSocket ? below : null, DIRECT_PROTOCOL);
    if (wire === null) fail(new Error('no certificate, or another protocol'));
    else {
      // From here on the wire listens; nothing of the attempt stays with the socket.
      for (const each of [below, socket]) each.off('error', fail).on('error', ignore);
      socket.off('close', onClose);
      give({ kind: 'connected', wire });
    }
  });
  return () => {
    isOver = true;
    drop();
  };
}

/** The certificate is not judged here: who it names is decided above, on the wire. */
function secure(below: Duplex, target: Pick<DialTarget, 'doorName' | 'credentials'>): TLSSocket {
  return connectTls({
    ...TLS_OPTIONS,
    socket: below,
    servername: target.doorName,
    ALPNProtocols: [DIRECT_PROTOCOL],
    secureContext: secureContextOf(target.credentials),
    rejectUnauthorized: false,
  });
}

/** An alert comes unauthenticated, so this explains a failure and decides nothing. */
function failureOf(error: NodeJS.ErrnoException): DialFailureKind {
  return error.code === 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME' ? 'unknownName' : 'notAuthenticated';
}

/** What an error means is told by the wire's 'close'. */
function ignore(): void {}
