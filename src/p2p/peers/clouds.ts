// The one cloud that there is: how members are found is a matter of the P2P object, not of the group.

import { demand } from '../calls/failure.ts';
import { E_INVALIDARG, PEER_E_NO_CLOUD } from '../surface/results.ts';

export const CLOUD_NAME = 'Global_';

/** NULL, or what is left out, is the same as its name. */
export function requireCloud(cloud: unknown): void {
  if (cloud === null || cloud === undefined) return;
  demand(typeof cloud === 'string', E_INVALIDARG);
  demand(cloud === CLOUD_NAME, PEER_E_NO_CLOUD);
}
