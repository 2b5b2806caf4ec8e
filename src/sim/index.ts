// The door for tests of others: everything that `import … from 'peergroup/testing'` gives, and nothing else.

export type { DialFailure, GraphStatus } from '../core/node/graph-status.ts';
export type { Fault } from './life/random-faults.ts';
export { SimFailure } from './sim-failure.ts';
export type { VillageAttributes } from './testing/contents.ts';
export type { Duration } from './testing/duration.ts';
export type { TestVillage, VillageOptions } from './testing/village.ts';
export { village } from './testing/village.ts';
export { VillageError } from './testing/village-error.ts';
export type { VillageBroadcast, VillageUpdate } from './testing/village-member.ts';
export { VillageMember } from './testing/village-member.ts';
export type { VillageChange, VillageRecord } from './testing/village-record.ts';
export type { Disturbance } from './testing/village-world.ts';
export { VillageWorld } from './testing/village-world.ts';
