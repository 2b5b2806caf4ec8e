// The Chance port on the operating system's cryptographic source, which is uniform over all bytes.

import { randomFillSync } from 'node:crypto';
import type { Chance } from '../../core/ports/clock.ts';

export const systemChance: Chance = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};
