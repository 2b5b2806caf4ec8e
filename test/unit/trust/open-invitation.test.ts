// Tickets and password invitations as texts (protocol.md §15.1): what they say comes back, no character of them can
// be changed, each kind is called what it is, and the date is judged last.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { OfferText, PasswordText, TicketText } from '../../../src/core/domain/invitation.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Verdict } from '../../../src/core/domain/refusals.ts';
import { sealInvitation } from '../../../src/core/trust/invitation.ts';
import { kindOfInvitation } from '../../../src/core/trust/invitation-text.ts';
import {
  readOfferText,
  writePasswordText,
  writeTicketText,
} from '../../../src/core/trust/open-invitation.ts';
import { alice, bob, club, NOW } from '../../support/golden-chains.ts';
import { nodeCrypto, person } from '../../support/trust-cast.ts';
import { grantDown } from '../../support/trust-village.ts';

const HOUR_MS = 3_600_000;

const ROUTE = {
  groupFriendlyName: 'Schachklub',
  group: club.group,
  offer: new Uint8Array(32).fill(1),
  doorSecret: new Uint8Array(32).fill(2),
  expiresAt: wallTimeOf(NOW + HOUR_MS),
  contacts: [
    { member: alice.peer, addresses: [{ host: '192.0.2.1', port: 4001 }] },
    { member: bob.peer, addresses: [] },
  ],
} as const;
const TICKET: TicketText = {
  ...ROUTE,
  by: 'ticket',
  role: 'member',
  seed: new Uint8Array(32).fill(3),
};
const PASSWORD: PasswordText = { ...ROUTE, by: 'password', role: 'invitingMember' };
const TICKET_LINE = writeTicketText(TICKET, nodeCrypto);
const PASSWORD_LINE = writePasswordText(PASSWORD, nodeCrypto);
const FOR_ONE_LINE = sealInvitation(
  {
    groupFriendlyName: 'Schachklub',
    discoverySecret: new Uint8Array(32),
    contacts: [],
    membership: grantDown([
      [alice, { role: 'creator' }],
      [bob, { role: 'member' }],
    ]),
  },
  alice,
);

function read(text: string, now: number | null = NOW): Verdict<OfferText> {
  return readOfferText(text, now === null ? null : wallTimeOf(now), nodeCrypto);
}

function refusalOf(text: string, now: number | null = NOW) {
  const verdict = read(text, now);
  assert.ok(!verdict.ok, 'it is refused');
  return verdict.refusal;
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.slice('peergroup:'.length), 'base64url');
}

/** With the checksum that belongs to it. */
function checked(content: Uint8Array): string {
  const checksum = nodeCrypto.sha256(content).subarray(0, 4);
  return `peergroup:${Buffer.concat([content, checksum]).toString('base64url')}`;
}

const PLAIN = { noNullPrototype: true } as const;
const name = fc.string({ maxLength: 60 }).filter((text) => !text.includes('\0'));
const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const address = fc.record(
  {
    host: fc.constantFrom('192.0.2.7', '2001:db8::7'),
    port: fc.integer({ min: 1, max: 65_535 }),
  },
  PLAIN,
);
const route = fc.record(
  {
    groupFriendlyName: name,
    group: fc.constantFrom(club.group, person('Go', '囲碁').group, person('Go').group),
    offer: secret,
    doorSecret: secret,
    expiresAt: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(wallTimeOf),
    contacts: fc.array(
      fc.record(
        {
          member: fc.constantFrom(alice.peer, bob.peer, person('鍵', '鍵').peer),
          addresses: fc.array(address, { maxLength: LIMITS.addressesPerMemberMax }),
        },
        PLAIN,
      ),
      { maxLength: LIMITS.contactsInInvitationMax },
    ),
  },
  PLAIN,
);

test('what a ticket says comes back, whatever it says, and in one line', () => {
  const role = fc.constantFrom(
    'administrator' as const,
    'invitingMember' as const,
    'member' as const,
  );
  fc.assert(
    fc.property(route, role, secret, (there, given, seed) => {
      const ticket: TicketText = { ...there, by: 'ticket', role: given, seed };
      const text = writeTicketText(ticket, nodeCrypto);
      assert.match(text, /^peergroup:[\w-]+$/);
      assert.deepEqual(read(text, null), { ok: true, value: ticket });
      assert.equal(kindOfInvitation(text), 'ticket');
    }),
  );
});

test('what an invitation with a password or code says comes back, whatever it says', () => {
  const by = fc.constantFrom('password' as const, 'code' as const);
  const role = fc.constantFrom('invitingMember' as const, 'member' as const);
  fc.assert(
    fc.property(route, by, role, (there, asked, given) => {
      const offer: PasswordText = { ...there, by: asked, role: given };
      const text = writePasswordText(offer, nodeCrypto);
      assert.deepEqual(read(text, null), { ok: true, value: offer });
      assert.equal(kindOfInvitation(text), 'password');
    }),
  );
});

test('a character more, less or other is refused in words that say what to do', () => {
  for (const line of [TICKET_LINE, PASSWORD_LINE]) {
    for (let at = 0; at < line.length; at++) {
      const was = line[at] ?? '';
      for (const instead of ['', `${was}A`, was === 'A' ? 'B' : 'A', ' ', `${was}\n`]) {
        const { code, detail } = refusalOf(line.slice(0, at) + instead + line.slice(at + 1));
        assert.ok(code === 'INVITATION_INVALID' || code === 'UNSUPPORTED_VERSION', `${at} ${code}`);
        assert.doesNotMatch(detail, /\n/);
      }
    }
  }
  assert.match(refusalOf(TICKET_LINE.slice(0, -20)).detail, /missing or mistyped/);
  assert.match(refusalOf(TICKET_LINE.replace('AgIC', 'AgIB')).detail, /missing or mistyped/);
  assert.match(refusalOf(`${TICKET_LINE} `).detail, /missing or mistyped/);
});

test('two characters that change places are noticed', () => {
  fc.assert(
    fc.property(fc.nat(TICKET_LINE.length - 1), fc.nat(TICKET_LINE.length - 1), (one, two) => {
      const units = Array.from(TICKET_LINE);
      const first = units[one] ?? '';
      units[one] = units[two] ?? '';
      units[two] = first;
      const text = units.join('');
      if (text !== TICKET_LINE) assert.equal(read(text).ok, false);
    }),
  );
});

test('any text that is none is refused and never thrown about', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), fc.boolean(), (text, hasPrefix) => {
      const tried = hasPrefix ? `peergroup:${text}` : text;
      assert.equal(read(tried).ok, false);
    }),
  );
  assert.match(refusalOf('hello').detail, /begins with peergroup:/);
  assert.match(refusalOf('a'.repeat(1_000_000)).detail, /begins with peergroup:/);
  assert.equal(refusalOf(`peergroup:${'A'.repeat(100_000)}`).code, 'INVITATION_INVALID');
  assert.equal(refusalOf('peergroup:').code, 'INVITATION_INVALID');
});

test('an invitation for one identity is called what it is, and a later one by its number', () => {
  const { code, detail } = refusalOf(FOR_ONE_LINE);
  assert.equal(code, 'INVITATION_INVALID');
  assert.match(detail, /^it is an invitation for one identity, and a ticket or /);
  assert.equal(kindOfInvitation(FOR_ONE_LINE), 'forOne');
  for (const [at, value, word] of [
    [0, 2, 'version 2'],
    [1, 4, 'kind 4'],
    [1, 0, 'kind 0'],
  ] as const) {
    const bytes = bytesOf(TICKET_LINE);
    bytes[at] = value;
    const text = `peergroup:${bytes.toString('base64url')}`;
    assert.deepEqual(refusalOf(text), {
      code: 'UNSUPPORTED_VERSION',
      detail: `invitation of ${word}`,
    });
    assert.equal(kindOfInvitation(text), null);
  }
  for (const text of ['', 'peergroup', 'peergroup:', 'peergroup:A', 'peergroup:====', 'x']) {
    assert.equal(kindOfInvitation(text), null);
  }
});

test('the date is judged last, and how far it is off is said in words', () => {
  assert.ok(read(TICKET_LINE, TICKET.expiresAt - 1).ok);
  assert.ok(read(TICKET_LINE, null).ok);
  const hours = [
    [0, '0 seconds too late'],
    [1 / 3_600, '1 second too late'],
    [1 / 60, '60 seconds too late'],
    [1, '60 minutes too late'],
    [30, '30 hours too late'],
    [49, '2 days too late'],
  ] as const;
  for (const [late, words] of hours) {
    const { code, detail } = refusalOf(PASSWORD_LINE, PASSWORD.expiresAt + late * HOUR_MS);
    assert.equal(code, 'TICKET_EXPIRED');
    assert.ok(detail.includes(`, ${words}, or the clock`), detail);
  }
  const cut = refusalOf(TICKET_LINE.slice(0, -3), TICKET.expiresAt + HOUR_MS);
  assert.equal(cut.code, 'INVITATION_INVALID');
});

test('a text with a right checksum over wrong contents is refused with what is wrong', () => {
  const content = bytesOf(PASSWORD_LINE).subarray(0, -4);
  const withByte = (at: number, value: number) => {
    const changed = Buffer.from(content);
    changed[at < 0 ? changed.length + at : at] = value;
    return checked(changed);
  };
  const roleAt = 2 + 1 + 10 + 1 + club.group.length + 64 + 8;
  assert.ok(read(checked(content)).ok, 'the checksum here is that of the code');
  assert.match(refusalOf(withByte(roleAt, 2)).detail, /administrator by password/);
  assert.match(refusalOf(withByte(roleAt, 1)).detail, /role 1/);
  assert.match(refusalOf(withByte(-1, 1)).detail, /secret 1/);
  assert.match(refusalOf(checked(Buffer.concat([content, Buffer.of(0)]))).detail, /too many/);
  assert.match(refusalOf(checked(content.subarray(0, -1))).detail, /ends early/);
  // A time beyond what a number holds.
  assert.match(refusalOf(withByte(roleAt - 8, 1)).detail, /time/);
});

test('what its writer must not put in is an assertion there', () => {
  assert.throws(
    () => writeTicketText({ ...TICKET, seed: new Uint8Array(31) }, nodeCrypto),
    BrokenInvariant,
  );
  assert.throws(
    () => writePasswordText({ ...PASSWORD, offer: new Uint8Array(1) }, nodeCrypto),
    BrokenInvariant,
  );
});

test('the largest text fits its limit, and one with two contacts a QR code', () => {
  const member = person('Contact', '鍵'.repeat(149)).peer;
  const addresses = Array.from({ length: 8 }, () => ({ host: '2001:db8::1', port: 1 }));
  const contacts = Array.from({ length: 8 }, () => ({ member, addresses }));
  const group = person('Club', '鍵'.repeat(149)).group;
  const longest = { ...TICKET, groupFriendlyName: '鍵'.repeat(255), group, contacts };
  const text = writeTicketText(longest, nodeCrypto);
  assert.ok(text.length < LIMITS.invitationTextMax);
  assert.deepEqual(read(text), { ok: true, value: longest });
  assert.ok(TICKET_LINE.length < 600, `${TICKET_LINE.length}`);
});

test('the bytes of a ticket are those of its layout', () => {
  const out = new ByteWriter().u8(1).u8(2).text('Schachklub').text(club.group);
  out.raw(ROUTE.offer).raw(ROUTE.doorSecret).u64(BigInt(ROUTE.expiresAt)).u8(4).varint(2);
  out
    .text(alice.peer)
    .varint(1)
    .u8(4)
    .raw(Uint8Array.of(192, 0, 2, 1))
    .u16(4001);
  out.text(bob.peer).varint(0).raw(TICKET.seed);
  assert.equal(TICKET_LINE, checked(out.finish()));
});
