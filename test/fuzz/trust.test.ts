// Random and mutated certificates, chains, cards, invitations and addresses: a value or a refusal,
// and nothing else is ever thrown. A chain that was changed in any way is never accepted.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { certificateCodec } from '../../src/adapters/x509/certificate-codec.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import { formatAddress, parseAddress } from '../../src/core/domain/addresses.ts';
import { parseMessageType } from '../../src/core/domain/message-types.ts';
import { parsePeerName } from '../../src/core/domain/names.ts';
import { readIdentityCard, writeIdentityCard } from '../../src/core/trust/identity-card.ts';
import { openInvitation, sealInvitation } from '../../src/core/trust/invitation.ts';
import { fuzz } from '../support/fuzzing.ts';
import { alice as founder, NOW } from '../support/golden-chains.ts';
import { CLUB, freshTools } from '../support/simulated-club.ts';

const chains = [CLUB.alice, CLUB.bob, CLUB.eve].map(({ membership }) =>
  membership.chain.map(({ der }) => der),
);
const certificates = [...chains.flat(), CLUB.alice.identity.der, CLUB.bob.identity.der];
const known = new Set(chains.map((chain) => chain.map(hexText).join()));
const tools = freshTools();

function valueIn<Value>(parse: () => Value): { readonly value: Value } | null {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

test('any bytes are a certificate of our profile or malformed', () => {
  fuzz('certificates', (source) => {
    const bytes =
      source.below(10) === 0
        ? source.bytes(source.below(700))
        : source.mutate(source.pick(certificates));
    const decoded = valueIn(() => certificateCodec.decode(bytes));
    if (decoded !== null) assert.deepEqual(decoded.value.der, bytes);
    tools.judge.verifyIdentity(bytes);
  });
});

test('a chain of any bytes gets a verdict, and only those that were issued are accepted', () => {
  fuzz('chains', (source) => {
    const chain = [...source.pick(chains)];
    for (let changes = 1 + source.below(3); changes > 0; changes--) {
      const at = source.below(chain.length + 1);
      const certificate = source.pick(certificates);
      const other = source.below(2) === 0 ? source.mutate(certificate) : certificate;
      chain.splice(at, source.below(2), ...(source.below(3) === 0 ? [] : [other]));
    }
    const verdict = tools.judge.judge(chain, CLUB.alice.membership.group, NOW);
    if (verdict.ok) assert.ok(known.has(chain.map(hexText).join()), 'this chain was issued');
  });
});

const card = writeIdentityCard(CLUB.bob.identity);
const invitation = sealInvitation(
  {
    groupFriendlyName: 'Chess club',
    discoverySecret: new Uint8Array(32),
    contacts: [
      { member: CLUB.alice.membership.member, addresses: [{ host: '2001:db8::1', port: 4001 }] },
    ],
    membership: CLUB.bob.membership,
  },
  founder,
);

test('any text is an identity card or an invitation as it was written, or refused', () => {
  fuzz('cards and invitations', (source) => {
    const changedCard = source.mutateText(card);
    assert.equal(readIdentityCard(changedCard, tools.judge).ok, changedCard === card);
    const changed = source.mutateText(invitation);
    assert.equal(openInvitation(changed, NOW, null, tools).ok, changed === invitation);
  });
});

test('any text is an address, a name and a type, or malformed', () => {
  const texts = [
    '192.0.2.1:4001',
    '[2001:db8::1]:4001',
    '[fe80::1%eth0]:1',
    '[::ffff:192.0.2.1]:65535',
    CLUB.bob.membership.member,
    '12345678-1234-1234-1234-123456789abc',
  ];
  fuzz('texts', (source) => {
    const text = source.mutateText(source.pick(texts));
    const address = valueIn(() => parseAddress(text));
    if (address !== null)
      assert.deepEqual(parseAddress(formatAddress(address.value)), address.value);
    const name = valueIn(() => parsePeerName(text));
    if (name !== null) assert.equal(name.value, text);
    const type = valueIn(() => parseMessageType(text));
    if (type !== null) assert.equal(type.value, text.toLowerCase());
  });
});
