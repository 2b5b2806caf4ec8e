// The discovery secrets of two copies of one group: nothing that either of them knew is forgotten, so that
// whoever was away still finds in.

import { equalBytes } from '../../core/base/bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { GroupSecrets } from './group-config.ts';

/** The copy whose present secret took its place later; of two that never changed neither is newer. */
export function isNewerSecret(one: GroupSecrets, other: GroupSecrets): boolean {
  return presentSince(one) > presentSince(other);
}

/** The present secret is that of `newer`; the others are kept as earlier ones, those replaced last first. */
export function mergedSecrets(
  newer: GroupSecrets,
  older: GroupSecrets,
  now: WallTime,
): GroupSecrets {
  const { discoverySecret } = newer;
  const before = { secret: older.discoverySecret, replacedAt: now };
  const isSame = equalBytes(discoverySecret, older.discoverySecret);
  const earlierSecrets = [...newer.earlierSecrets, ...older.earlierSecrets, before]
    .filter(
      ({ secret }, at, all) =>
        !equalBytes(secret, discoverySecret) &&
        all.findIndex((each) => equalBytes(each.secret, secret)) === at,
    )
    .sort((a, b) => b.replacedAt - a.replacedAt)
    .slice(0, LIMITS.earlierSecretsMax);
  const epoch = newer.epoch ?? (isSame ? older.epoch : null);
  return { discoverySecret, epoch, earlierSecrets };
}

function presentSince({ earlierSecrets }: GroupSecrets): number {
  return earlierSecrets[0]?.replacedAt ?? Number.NEGATIVE_INFINITY;
}
