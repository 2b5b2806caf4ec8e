// Every message of docs/protocol.md §15, at least once, as a frame; see wire-examples.ts. Dave comes to
// Alice.

import { LIMITS } from '../../src/core/domain/limits.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import * as join from '../../src/core/wire/join.ts';
import { alice, bob, club, dave, NOW } from '../support/golden-chains.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { ADDRESSES, ALICE_CHAIN, EXPORTERS, identityOf, SECRET } from './example-meeting.ts';
import {
  DAVE_CHAIN,
  digestOf,
  PASSWORD_OFFER,
  TICKET_OFFER,
  TICKET_PROOF,
  ZEROS,
} from './example-security.ts';
import { more, shown, type WireExample } from './wire-example.ts';

const JOIN_ID = new Uint8Array(16).fill(0xd0);
const MAC = new Uint8Array(32).fill(0xac);
/** The messages of the password exchange are those of another page. */
const message = (length: number) => new Uint8Array(length).fill(0x0e);
const contacts = [{ member: bob.peer, addresses: ADDRESSES.slice(0, 1) }];

const binding: join.JoinBinding = {
  exporter: EXPORTERS[0],
  joinerCertificateDigest: nodeCrypto.sha256(identityOf(dave).der),
  admitterCertificateDigest: nodeCrypto.sha256(identityOf(alice).der),
  group: club.group,
};

/** What Dave signs in the first example. */
export function joinExampleSignedBytes(): Uint8Array {
  return join.joinSignedBytes('joiner', binding, join.encodeJoinBody(ticketJoin), nodeCrypto);
}

const ticketJoin: join.JoinBody = {
  joinId: JOIN_ID,
  sentAt: NOW,
  addresses: ADDRESSES.slice(0, 1),
  claim: { kind: 'ticket', offer: digestOf(TICKET_OFFER), proof: TICKET_PROOF },
};

export function joinExamples(): readonly WireExample[] {
  const password = { kind: 'password', offer: digestOf(PASSWORD_OFFER) } as const;
  const renewal = { kind: 'renewal', chain: DAVE_CHAIN } as const;
  const proof = join.encodeJoinProof({ message: message(64), mac: MAC });
  return [
    shown('JOIN', joinFrame(ticketJoin), ' of a ticket'),
    shown(
      'JOIN',
      joinFrame({ ...ticketJoin, addresses: [], claim: { ...password, request: message(96) } }),
      ' of a password',
    ),
    more('JOIN', joinFrame({ ...ticketJoin, claim: renewal })),
    more('JOIN', joinFrame({ ...ticketJoin, claim: { ...password, request: message(512) } })),
    shown('JOIN_CHALLENGE', challengeFrame(320)),
    more('JOIN_CHALLENGE', challengeFrame(0)),
    shown('JOIN_PROOF', encodeFrame(KIND.joinProof, proof)),
    shown('JOIN_ADMIT', admitFrame(ZEROS, 0)),
    more('JOIN_ADMIT', admitFrame(MAC, 3)),
    shown('JOIN_PENDING', encodeFrame(KIND.joinPending, join.encodeJoinPending(JOIN_ID))),
    shown('JOIN_REFUSE', refuseFrame('notIssuer', 'Only Bob admits today.')),
    ...refuseReasons().map((reason) => more('JOIN_REFUSE', refuseFrame(reason, '', []))),
    more(
      'JOIN_REFUSE',
      refuseFrame(
        'busy',
        'x'.repeat(256),
        new Array(LIMITS.contactsInInvitationMax).fill(contacts[0]),
      ),
    ),
  ];
}

function refuseReasons(): readonly join.JoinRefuseReason[] {
  return Object.keys(join.JOIN_REFUSE_CODES) as readonly join.JoinRefuseReason[];
}

function joinFrame(body: join.JoinBody): Uint8Array {
  const signedPart = join.encodeJoinBody(body);
  const bytes = join.joinSignedBytes('joiner', binding, signedPart, nodeCrypto);
  return encodeFrame(KIND.join, join.encodeSigned(signedPart, dave.sign(bytes)));
}

function challengeFrame(length: number): Uint8Array {
  const body = { chain: ALICE_CHAIN, response: message(length) };
  return byAlice(KIND.joinChallenge, join.encodeJoinChallengeBody(body));
}

function admitFrame(mac: Uint8Array, epochDepth: number): Uint8Array {
  const body = {
    admitterChain: ALICE_CHAIN,
    mac,
    chain: DAVE_CHAIN,
    groupFriendlyName: 'Chess club',
    epochDepth,
    discoverySecret: SECRET,
    contacts,
  };
  return byAlice(KIND.joinAdmit, join.encodeJoinAdmitBody(body));
}

function byAlice(kind: number, signedPart: Uint8Array): Uint8Array {
  const bytes = join.joinSignedBytes('admitter', binding, signedPart, nodeCrypto);
  return encodeFrame(kind, join.encodeSigned(signedPart, alice.sign(bytes)));
}

function refuseFrame(
  reason: join.JoinRefuseReason,
  detail: string,
  some: join.JoinRefuse['contacts'] = contacts,
): Uint8Array {
  const refuse = join.encodeJoinRefuse({ reason, detail, clock: NOW, contacts: some });
  return encodeFrame(KIND.joinRefuse, refuse);
}
