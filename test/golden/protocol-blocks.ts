// What stands in the blocks of docs/protocol.md, computed: the messages and their values, and the
// worked examples of names, certificates, chains, texts, door names, signatures, records and the graph.

import { createHash } from 'node:crypto';
import { writeKeyInfo } from '../../src/adapters/x509/profile.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { doorName, hourOf } from '../../src/core/link/door-name.ts';
import { writeIdentityCard } from '../../src/core/trust/identity-card.ts';
import { sealInvitation } from '../../src/core/trust/invitation.ts';
import { writeTicketText } from '../../src/core/trust/open-invitation.ts';
import { writeAddresses } from '../../src/core/wire/address-codec.ts';
import { writeChain } from '../../src/core/wire/chain-codec.ts';
import { decodeStatement, pageDigest, signedBytesOf } from '../../src/core/wire/security.ts';
import { alice, bob, club, NOW } from '../support/golden-chains.ts';
import { jsonText, type PageBlock } from '../support/protocol-page.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { readFrame } from '../support/wire-reading.ts';
import {
  aliceCard,
  broadcastSignedBytes,
  exampleHeads,
  exampleParcelId,
  signedBytesOfCard,
} from './example-graph.ts';
import {
  ADDRESSES,
  ALICE_CHAIN,
  BOB_CHAIN,
  EXPORTERS,
  exampleHellos,
  identityOf,
  membershipOf,
  payloadOf,
  SECRET,
} from './example-meeting.ts';
import { PAGE, REVOCATION, TICKET_OFFER, TICKET_USE } from './example-security.ts';
import { joinExampleSignedBytes } from './join-examples.ts';
import { recordBlocks } from './record-blocks.ts';
import { wireExamples } from './wire-examples.ts';

const SIGNATURE_BYTES = 64;

export function protocolBlocks(): readonly PageBlock[] {
  return [
    ...messageBlocks(),
    ...trustBlocks(),
    ...doorBlocks(),
    ...signatureBlocks(),
    ...recordBlocks(),
    ...graphBlocks(),
    ...securityBlocks(),
  ];
}

function hex(name: string, bytes: Uint8Array): PageBlock {
  return { language: 'hex', name, content: hexText(bytes) };
}

function text(name: string, content: string): PageBlock {
  return { language: 'text', name, content };
}

function messageBlocks(): readonly PageBlock[] {
  return wireExamples().flatMap(({ block, frame }) => {
    if (block === null) return [];
    const content = jsonText(readFrame(frame).values);
    return [hex(block, frame), { language: 'json', name: block, content } as const];
  });
}

function trustBlocks(): readonly PageBlock[] {
  const addresses = new ByteWriter();
  writeAddresses(addresses, ADDRESSES);
  const chain = new ByteWriter();
  writeChain(chain, ALICE_CHAIN);
  const invitation = sealInvitation(
    {
      groupFriendlyName: 'Chess club',
      discoverySecret: SECRET,
      contacts: [{ member: alice.peer, addresses: ADDRESSES.slice(0, 1) }],
      membership: membershipOf(BOB_CHAIN),
    },
    alice,
  );
  return [
    hex('key-info', writeKeyInfo(bob.publicKey)),
    text('peer-name', bob.peer),
    hex('addresses', addresses.finish()),
    hex('identity-certificate', identityOf(bob).der),
    hex('chain', chain.finish()),
    text('identity-card', writeIdentityCard(identityOf(bob))),
    text('invitation', invitation),
  ];
}

function doorBlocks(): readonly PageBlock[] {
  const hour = hourOf(NOW);
  const input = new ByteWriter().text('peergroup-door-v1').varint(hour).text(bob.peer);
  const key = { discoverySecret: SECRET, member: bob.peer };
  return [
    hex('door-secret', SECRET),
    hex('door-input', input.finish()),
    text('door-name', doorName(nodeCrypto, key, hour)),
  ];
}

function signatureBlocks(): readonly PageBlock[] {
  const payload = payloadOf(exampleHellos().first);
  const content = payload.subarray(0, payload.length - SIGNATURE_BYTES);
  const signed = new ByteWriter()
    .text('peergroup-hello-v1')
    .u8(1)
    .raw(EXPORTERS[0])
    .raw(nodeCrypto.sha256(identityOf(alice).der))
    .raw(nodeCrypto.sha256(identityOf(bob).der))
    .text(membershipOf(ALICE_CHAIN).group)
    .raw(nodeCrypto.sha256(content));
  return [
    hex('alice-seed', seedOf('Alice')),
    hex('bob-seed', seedOf('Bob')),
    hex('hello-exporter', EXPORTERS[0]),
    hex('hello-answer-exporter', EXPORTERS[1]),
    hex('alice-identity-certificate', identityOf(alice).der),
    hex('hello-signed-bytes', signed.finish()),
    hex('hello-signature', payload.subarray(payload.length - SIGNATURE_BYTES)),
  ];
}

function graphBlocks(): readonly PageBlock[] {
  const { digest, securityHead } = exampleHeads();
  return [
    hex('card-signed-bytes', signedBytesOfCard(aliceCard)),
    hex('heads-digest', digest),
    hex('heads-security', securityHead),
    hex('broadcast-signed-bytes', broadcastSignedBytes()),
    hex('parcel-id', exampleParcelId()),
  ];
}

function securityBlocks(): readonly PageBlock[] {
  const { group, unsigned, signatures } = decodeStatement(REVOCATION, club.group, nodeCrypto);
  const [signature] = signatures;
  if (signature === undefined) throw new Error('the revocation is signed');
  return [
    hex('statement-signed-bytes', signedBytesOf(group, unsigned, signature.membership)),
    hex('page-digest', pageDigest(PAGE, club.group, nodeCrypto)),
    hex('ticket-use-bytes', TICKET_USE),
    text('ticket', ticketText()),
    hex('join-signed-bytes', joinExampleSignedBytes()),
  ];
}

/** The ticket of §14.5 as Dave got it. */
function ticketText(): string {
  const offer = decodeStatement(TICKET_OFFER, club.group, nodeCrypto);
  if (offer.body.kind !== 'offer') throw new Error('a ticket is an offer');
  const { doorSecret, expiresAt, role } = offer.body;
  return writeTicketText(
    {
      by: 'ticket',
      groupFriendlyName: 'Chess club',
      group: club.group,
      offer: offer.digest,
      doorSecret,
      expiresAt,
      role,
      contacts: [{ member: alice.peer, addresses: ADDRESSES.slice(0, 1) }],
      seed: seedOf('Ticket'),
    },
    nodeCrypto,
  );
}

/** As `person` of test/support/trust-cast.ts makes its key. */
function seedOf(friendlyName: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`peergroup test key ${friendlyName}`).digest());
}
