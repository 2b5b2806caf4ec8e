// The examples of protocol.md §2 to §5 decode to what the text beside them says. A block is found by
// the word after its language; line breaks inside it are for the page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { certificateCodec } from '../../../src/adapters/x509/certificate-codec.ts';
import { ByteReader } from '../../../src/core/base/byte-reader.ts';
import { hexBytes } from '../../../src/core/base/hex.ts';
import { parsePeerName } from '../../../src/core/domain/names.ts';
import { readIdentityCard } from '../../../src/core/trust/identity-card.ts';
import { openInvitation } from '../../../src/core/trust/invitation.ts';
import { readAddresses } from '../../../src/core/wire/address-codec.ts';
import { readChain } from '../../../src/core/wire/chain-codec.ts';
import { alice, bob, club, NOW } from '../../support/golden-chains.ts';
import { block as blockOf, readPage } from '../../support/protocol-page.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';
import { newJudge } from '../../support/trust-village.ts';

const page = readPage();

function block(language: 'hex' | 'text', name: string): string {
  return blockOf(page, language, name);
}

test('§2.1: the authority of the name is that of the key', () => {
  const name = parsePeerName(block('text', 'peer-name'));
  assert.equal(name, bob.peer);
  const digest = nodeCrypto.sha256(hexBytes(block('hex', 'key-info')));
  assert.equal(name.slice(0, 40), Buffer.from(digest.subarray(0, 20)).toString('hex'));
});

test('§2.3: the addresses are the two that the text names', () => {
  const input = new ByteReader(hexBytes(block('hex', 'addresses')));
  assert.deepEqual(readAddresses(input), [
    { host: '192.0.2.1', port: 4001 },
    { host: '2001:db8::1', port: 4001 },
  ]);
  input.end();
});

test('§3: the identity certificate is that of Bob', () => {
  const der = hexBytes(block('hex', 'identity-certificate'));
  const { kind, subject, friendlyName } = certificateCodec.decode(der);
  assert.deepEqual([kind, subject, friendlyName], ['identity', bob.peer, 'Bob']);
  assert.ok(newJudge().verifyIdentity(der).ok);
});

test('§4: the chain makes Alice a creator', () => {
  const input = new ByteReader(hexBytes(block('hex', 'chain')));
  const verdict = newJudge().judge(readChain(input), club.group, NOW);
  input.end();
  assert.ok(verdict.ok);
  const { member, role, depth } = verdict.value;
  assert.deepEqual([member, role, depth], [alice.peer, 'creator', 1]);
});

test('§5.1: the identity card is that of Bob', () => {
  const verdict = readIdentityCard(block('text', 'identity-card'), newJudge());
  assert.ok(verdict.ok);
  assert.equal(verdict.value.subject, bob.peer);
});

test('§5.2: the invitation is for Bob and names Alice as contact', () => {
  const tools = { judge: newJudge(), crypto: nodeCrypto };
  const verdict = openInvitation(block('text', 'invitation'), NOW, bob.peer, tools);
  assert.ok(verdict.ok);
  assert.equal(verdict.value.groupFriendlyName, 'Chess club');
  assert.deepEqual(verdict.value.contacts, [
    { member: alice.peer, addresses: [{ host: '192.0.2.1', port: 4001 }] },
  ]);
});
