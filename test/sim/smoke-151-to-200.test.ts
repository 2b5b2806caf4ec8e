// The fourth quarter of the seeds that every run of the tests has; `npm run sim` runs any others.

import { testSmokeSeeds } from '../support/smoke-seeds.ts';

testSmokeSeeds(151, 200);
