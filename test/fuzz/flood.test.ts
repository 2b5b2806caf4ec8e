// Random and mutated bytes into the decoders of parcels and application data: a value or
// `MalformedBytes`, and whatever is a value is written as the same bytes again.

import { test } from 'node:test';
import { FLOOD_CODECS } from '../support/flood-codecs.ts';
import { fuzzCodecs } from '../support/fuzz-codecs.ts';

test('any bytes are a parcel, its announcement or its question, or malformed', () => {
  fuzzCodecs('flood messages', FLOOD_CODECS);
});
