// The second half of the seeds that every run of the tests has; `npm run sim -- --scenario membership` runs any others.

import { testMembershipSeeds } from '../support/smoke-seeds.ts';

testMembershipSeeds(26, 50);
