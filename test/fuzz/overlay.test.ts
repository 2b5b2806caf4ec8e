// Random and mutated bytes into the decoders of the frames between neighbors: a value or
// `MalformedBytes`, and whatever is a value is written as the same bytes again.

import { test } from 'node:test';

import { fuzzCodecs } from '../support/fuzz-codecs.ts';
import { OVERLAY_CODECS } from '../support/overlay-codecs.ts';

test('any bytes are a message between neighbors or malformed', () => {
  fuzzCodecs('overlay messages', OVERLAY_CODECS);
});
