// The weakenings for attacks 1 to 7 (see weakening.ts): who comes in, and as whom.

import type { Weakening } from './weakening.ts';

const HANDSHAKE = 'src/core/link/handshake.ts';
const LINK_HANDSHAKE = 'src/engine/link-handshake.ts';
const LISTENER = 'src/adapters/tls/tls-listener.ts';
const WIRE = 'src/adapters/tls/tls-wire.ts';
const CONTEXTS = 'src/adapters/tls/tls-contexts.ts';
const CHAIN = 'src/core/trust/chain.ts';
const FRAME_READER = 'src/core/wire/frame-reader.ts';
const HANDSHAKE_FRAMES = 'src/core/wire/handshake-frames.ts';
const STREAMS = 'src/engine/line-streams.ts';
const FORGED = 'test/attacks/01-forged-certificate.test.ts';
const BORROWED = 'test/attacks/02-borrowed-chain.test.ts';
const RESUMED = 'test/attacks/03-resumed-session.test.ts';
const SCANNED = 'test/attacks/04-no-door-name.test.ts';
const REPLAYED = 'test/attacks/05-replayed-hello.test.ts';
const MIDDLE = 'test/attacks/06-man-in-the-middle.test.ts';
const EARLY = 'test/attacks/07-up-too-early.test.ts';

export const WEAKENINGS_OF_LINKS: readonly Weakening[] = [
  {
    attack: 1,
    name: 'that the name in a certificate is bound to its key',
    file: CHAIN,
    find: 'if (authorityOf(subject) !== authorityOfDigest(keyDigest)) {',
    replace: 'if (false) {',
    testFile: FORGED,
    testPattern: "Bob's name and Eve's key",
  },
  {
    attack: 1,
    name: 'that a certificate is signed by its own key',
    file: CHAIN,
    find: "return crypto.verify(publicKey, signedBytes, signature) ? null : 'is not signed by its own key';",
    replace: 'return null;',
    testFile: FORGED,
    testPattern: 'its own key did not sign',
  },
  {
    attack: 1,
    name: 'that a wire has a certificate',
    file: WIRE,
    find: 'return certificate === undefined ? null : new TlsWire(socket, below, certificate);',
    replace: 'return new TlsWire(socket, below, certificate ?? new Uint8Array(0));',
    testFile: FORGED,
    testPattern: 'without a certificate there is no wire',
  },
  {
    attack: 1,
    name: 'that the certificate is one of an identity',
    file: CHAIN,
    find: "if (decoded.kind !== 'identity') {",
    replace: "if (decoded.kind === 'membership') {",
    testFile: FORGED,
    testPattern: 'another kind than an identity',
  },
  {
    attack: 1,
    name: 'the identity of the far end before HELLO',
    file: LINK_HANDSHAKE,
    find: 'if (!identity.ok) {',
    replace: 'if (!identity.ok && expected === null) {',
    testFile: FORGED,
    testPattern: "a server with Alice's name",
  },
  {
    attack: 2,
    name: 'that the chain is for the key and name of the certificate',
    file: HANDSHAKE,
    find: `      !equalBytes(found.publicKey, farCertificate.publicKey) ||
      found.member !== farCertificate.subject`,
    replace: '      false',
    testFile: BORROWED,
    testPattern: "Eve does not come in with Bob's chain",
  },
  {
    attack: 2,
    name: 'the same for a chain that is remembered',
    file: HANDSHAKE,
    find: `      !equalBytes(found.publicKey, farCertificate.publicKey) ||
      found.member !== farCertificate.subject`,
    replace:
      '      hello.chain !== null && (!equalBytes(found.publicKey, farCertificate.publicKey) || found.member !== farCertificate.subject)',
    testFile: BORROWED,
    testPattern: "by the digest of Bob's chain",
  },
  {
    attack: 2,
    name: 'that the chain is for the name of the certificate',
    file: HANDSHAKE,
    find: 'found.member !== farCertificate.subject',
    replace: 'false',
    testFile: BORROWED,
    testPattern: 'under a name that was never invited',
  },
  {
    attack: 2,
    name: 'that the digest is that of the chain',
    file: HANDSHAKE,
    find: 'if (!equalBytes(found.chainDigest, hello.chainDigest)) {',
    replace: 'if (false) {',
    testFile: BORROWED,
    testPattern: 'a digest that is not that of the chain',
  },
  {
    attack: 2,
    name: 'that a chain is asked for once',
    file: HANDSHAKE,
    find: "const mayAsk = this.#facts.role === 'listener' && !chainAsked;",
    replace: "const mayAsk = this.#facts.role === 'listener';",
    testFile: BORROWED,
    testPattern: 'asked for once',
  },
  {
    attack: 3,
    name: 'that a session was not resumed',
    file: WIRE,
    find: 'socket.isSessionReused() || ',
    replace: '',
    testFile: RESUMED,
    testPattern: 'a socket that resumed a session makes no wire',
  },
  {
    attack: 3,
    name: 'that tickets cannot be redeemed',
    file: CONTEXTS,
    find: 'secureOptions: constants.SSL_OP_NO_TICKET,',
    replace: '',
    testFile: RESUMED,
    testPattern: 'cannot be resumed',
  },
  {
    attack: 4,
    name: 'TLS 1.3 alone',
    file: CONTEXTS,
    find: "minVersion: 'TLSv1.3',",
    replace: "minVersion: 'TLSv1.2',",
    testFile: SCANNED,
    testPattern: 'TLS 1.2 is shown no certificate',
  },
  {
    attack: 4,
    name: 'the protocol',
    file: LISTENER,
    find: '|| !protocols.includes(DIRECT_PROTOCOL)) return undefined;',
    replace: ') return undefined;',
    and: {
      file: LISTENER,
      find: '    return DIRECT_PROTOCOL;\n',
      replace: '    return protocols[0];\n',
    },
    testFile: SCANNED,
    testPattern: 'another protocol is shown no certificate',
  },
  {
    attack: 4,
    name: 'the door name',
    file: 'src/engine/doors.ts',
    find: 'return this.#find(name)?.credentials ?? null;',
    replace: 'return (this.#find(name) ?? [...this.#residents][0])?.credentials ?? null;',
    testFile: SCANNED,
    testPattern: 'whoever asks with',
  },
  {
    attack: 4,
    name: 'the hour of the door name',
    file: 'src/core/link/door-name.ts',
    find: 'const hours = [hour - 1, hour, hour + 1]',
    replace: 'const hours = [hour - 2, hour - 1, hour, hour + 1]',
    testFile: SCANNED,
    testPattern: 'the hour before last',
  },
  {
    attack: 4,
    name: "the dialler's look at the protocol",
    file: WIRE,
    find: ' || socket.alpnProtocol !== protocol)',
    replace: ')',
    testFile: SCANNED,
    testPattern: 'a dialler of ours goes up with nobody',
  },
  {
    attack: 5,
    name: 'the exporter in the signature',
    file: HANDSHAKE,
    find: '      .raw(exporter)\n',
    replace: '',
    testFile: REPLAYED,
    testPattern: 'does not fit another, even one of his own',
  },
  {
    attack: 5,
    name: 'both locks on our own HELLO: the role in its signature, and whose it is',
    file: HANDSHAKE,
    find: '      .u8(ROLE_NUMBERS[role])\n',
    replace: '',
    and: {
      file: HANDSHAKE,
      find: 'if (found.member === membership.member && !this.#isOtherNode(hello)) {',
      replace: 'if (false) {',
    },
    testFile: REPLAYED,
    testPattern: 'thrown back at us',
  },
  {
    attack: 5,
    name: 'the signature',
    file: HANDSHAKE,
    find: 'if (!crypto.verify(farCertificate.publicKey, signedBytes, hello.signature)) {',
    replace: 'if (false) {',
    testFile: REPLAYED,
    testPattern: 'a HELLO that nobody signed',
  },
  {
    attack: 5,
    name: 'that the answer is to our attempt',
    file: HANDSHAKE,
    find: 'if (!equalBytes(hello.openId, this.#facts.openId)) {',
    replace: 'if (false) {',
    testFile: REPLAYED,
    testPattern: 'belongs to another attempt',
  },
  {
    attack: 5,
    name: 'that HELLO comes once',
    file: FRAME_READER,
    find: 'if (length > payloadBytesMax(kind) || mayComeBeforeWelcome(kind)) {',
    replace: 'if (length > payloadBytesMax(kind)) {',
    and: {
      file: STREAMS,
      find: '      default: {',
      replace: '      case KIND.hello:\n        return true;\n      default: {',
    },
    testFile: REPLAYED,
    testPattern: 'a second HELLO behind a good one',
  },
  {
    attack: 6,
    name: 'that who answers is whom we asked for',
    file: LINK_HANDSHAKE,
    find: 'if (expected !== null && farCertificate.subject !== expected) {',
    replace: 'if (false) {',
    testFile: MIDDLE,
    testPattern: 'another member of the group does not pass|a dialler says nothing',
  },
  {
    attack: 6,
    name: 'both locks on a HELLO that was handed on: its signature and the key of its chain',
    file: HANDSHAKE,
    find: 'if (!crypto.verify(farCertificate.publicKey, signedBytes, hello.signature)) {',
    replace: 'if (false) {',
    and: {
      file: HANDSHAKE,
      find: `      !equalBytes(found.publicKey, farCertificate.publicKey) ||
      found.member !== farCertificate.subject`,
      replace: '      false',
    },
    testFile: MIDDLE,
    testPattern: 'cannot hand the HELLO on',
  },
  {
    attack: 7,
    name: 'that a dialler waits for WELCOME',
    file: HANDSHAKE,
    find: "this.#become({ name: 'answered', farEnd });\n    return { kind: 'wait', send: [] };",
    replace: "this.#become({ name: 'over' });\n    return { kind: 'up', farEnd, send: [] };",
    testFile: EARLY,
    testPattern: 'a HELLO without WELCOME',
  },
  {
    attack: 7,
    name: 'what stands in the place of WELCOME',
    file: HANDSHAKE,
    find: 'if (kind !== KIND.welcome || payload.length > 0) {',
    replace: 'if (payload.length > 1_000) {',
    testFile: EARLY,
    testPattern: 'a message in place of WELCOME|a true answer|a HELLO without',
    and: {
      file: HANDSHAKE_FRAMES,
      find: '!maySendBeforeWelcome(this.#sender, kind) || length',
      replace: 'length',
    },
  },
  {
    attack: 7,
    name: 'that HELLO comes before WELCOME',
    file: HANDSHAKE,
    find: 'if (kind === KIND.needChain && !chainAsked) return this.#onNeedChain(now);',
    replace: "if (kind === KIND.welcome) return { kind: 'wait', send: [] };",
    testFile: EARLY,
    testPattern: 'a WELCOME without HELLO',
  },
  {
    attack: 7,
    name: 'the group of a chain',
    file: CHAIN,
    find: 'if (membership.group !== group) {',
    replace: 'if (false) {',
    testFile: EARLY,
    testPattern: 'a chain of another group',
  },
];
