// Random and mutated bytes into the decoders of what members say of each other and of joins.

import { test } from 'node:test';

import { fuzzCodecs } from '../support/fuzz-codecs.ts';
import { JOIN_CODECS } from '../support/join-codecs.ts';
import { SECURITY_CODECS } from '../support/security-codecs.ts';

test('any bytes are a statement, a page, a secret, or malformed', () => {
  fuzzCodecs('security messages', SECURITY_CODECS);
});

test('any bytes are a frame of a join or malformed', () => {
  fuzzCodecs('join messages', JOIN_CODECS);
});
