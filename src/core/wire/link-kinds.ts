// Which frames have a place on which kind of link, and when (protocol.md §8.5). That a kind exists at all
// and how long its payload may be is said by frame.ts.

import { KIND } from './frame.ts';

/** Numbers from here on are those of neighbor links. */
const NEIGHBOR_KINDS_FROM = KIND.greet;

/** By who opened the connection. */
export type HandshakeRole = 'dialer' | 'listener';

/** What each end may send of a handshake, or of a join, which stands in its place. */
const BEFORE_WELCOME: Readonly<Record<HandshakeRole, readonly number[]>> = {
  dialer: [KIND.hello, KIND.join, KIND.joinProof],
  listener: [
    KIND.hello,
    KIND.needChain,
    KIND.welcome,
    KIND.refuse,
    KIND.joinChallenge,
    KIND.joinAdmit,
    KIND.joinPending,
    KIND.joinRefuse,
  ],
};

export function maySendBeforeWelcome(sender: HandshakeRole, kind: number): boolean {
  return BEFORE_WELCOME[sender].includes(kind);
}

/** These come before WELCOME, and no other does: frame-reader.ts takes none of them on a link that is open. */
export function mayComeBeforeWelcome(kind: number): boolean {
  return maySendBeforeWelcome('dialer', kind) || maySendBeforeWelcome('listener', kind);
}

export function mayComeOnDirect(kind: number): boolean {
  return kind < NEIGHBOR_KINDS_FROM;
}

/** CLOSE is all that the two have in common. */
export function mayComeOnNeighbor(kind: number): boolean {
  return kind >= NEIGHBOR_KINDS_FROM || kind === KIND.close;
}
