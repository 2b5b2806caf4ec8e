// What the facade keeps in the API's text for applications: read as it was written, and never anything that nobody could set.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  DEFAULT_SETTINGS,
  settingsOfText,
  settingsText,
} from '../../../src/p2p/peers/group-settings.ts';

test('settings are read as they were written, within what the API keeps', () => {
  const settings = {
    dwFlags: fc.nat(7),
    comment: fc.string({ unit: 'binary', maxLength: 120 }),
    ulMemberDataLifetime: fc.oneof(fc.constant(0), fc.integer({ min: 28_800, max: 315_576_000 })),
    ulPresenceLifetime: fc.integer({ min: 300, max: 0xffff_ffff }),
    dwAuthenticationSchemes: fc.integer({ min: 1, max: 3 }),
    groupPasswordRole: fc.constant(null),
    passwordOffer: fc.option(fc.string()),
    creator: fc.option(fc.string()),
  };
  fc.assert(
    fc.property(fc.record(settings, { noNullPrototype: true }), (each) => {
      assert.deepEqual(settingsOfText(settingsText(each)), each);
    }),
  );
  const longest = { ...DEFAULT_SETTINGS, comment: '\u{1}'.repeat(255), creator: 'ß'.repeat(190) };
  assert.ok(Buffer.byteLength(settingsText(longest)) <= 4_096);
});

test('text of others, and what nobody could set, counts as if nothing had been said', () => {
  const strange = ['', '{', 'null', '[]', '7', '{"p2p":1}', '{"p2p":2}'];
  for (const text of strange) assert.deepEqual(settingsOfText(text), DEFAULT_SETTINGS);
  const fields = Object.keys(DEFAULT_SETTINGS);
  for (const field of fields) {
    const broken = JSON.stringify({ p2p: 1, ...DEFAULT_SETTINGS, [field]: -1 });
    assert.deepEqual(settingsOfText(broken), DEFAULT_SETTINGS, field);
  }
});
