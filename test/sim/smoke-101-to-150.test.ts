// The third quarter of the seeds that every run of the tests has; `npm run sim` runs any others.

import { testSmokeSeeds } from '../support/smoke-seeds.ts';

testSmokeSeeds(101, 150);
