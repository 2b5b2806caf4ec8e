// The thread of a repair: it knows what the file is to be and who judges it. Started by record-repair.ts.

import { parentPort, workerData } from 'node:worker_threads';
import { systemChance } from '../../adapters/crypto/chance.ts';
import { nodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { type RepairResult, repairDatabase } from '../../adapters/sqlite/repair/repair-database.ts';
import { certificateCodec } from '../../adapters/x509/certificate-codec.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import type { SecurityForm } from '../../core/domain/security.ts';
import { WorldError, type WorldErrorCode } from '../../core/ports/world-error.ts';
import { RecordHashes } from '../../core/records/record-hashes.ts';
import { RecordIds } from '../../core/records/record-ids.ts';
import { ChainJudge } from '../../core/trust/chain.ts';
import { decodePage, decodeStatement, pageDigest } from '../../core/wire/security.ts';

export interface RepairJob {
  readonly path: string;
  readonly group: GroupName;
  readonly member: PeerName;
  readonly publicKey: Uint8Array;
  readonly ownChain: readonly Uint8Array[];
  readonly now: WallTime;
}

export type RepairEnd =
  | { readonly kind: 'repaired'; readonly result: RepairResult }
  | {
      readonly kind: 'failed';
      readonly code: WorldErrorCode;
      readonly message: string;
      readonly details: WorldError['details'];
    };

function repair(job: RepairJob): RepairResult {
  const { group } = job;
  const tools = {
    group,
    crypto: nodeCrypto,
    ids: new RecordIds(group, nodeCrypto),
    hashes: new RecordHashes(group, nodeCrypto),
  };
  const judge = new ChainJudge(certificateCodec, nodeCrypto);
  const membershipsOf = (chain: readonly Uint8Array[]) => soundMemberships(chain, group, judge);
  const securityDigestOf = (form: SecurityForm, bytes: Uint8Array) =>
    soundDigest(form, bytes, group);
  const parts = { tools, membershipsOf, securityDigestOf };
  return repairDatabase({ ...job, ...parts, chance: systemChance });
}

/** What names the bytes, whoever signed them: that is asked when the database is opened. */
function soundDigest(form: SecurityForm, bytes: Uint8Array, group: GroupName): Uint8Array | null {
  try {
    if (form === 'statement') return decodeStatement(bytes, group, nodeCrypto).digest;
    decodePage(bytes);
    return pageDigest(bytes, group, nodeCrypto);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

/** Whoever issued a membership is a member too. */
function soundMemberships(
  chain: readonly Uint8Array[],
  group: GroupName,
  judge: ChainJudge,
): readonly Membership[] {
  const memberships: Membership[] = [];
  for (let length = 2; length <= chain.length; length++) {
    const judged = judge.judgeSoundness(chain.slice(0, length));
    if (!judged.ok || judged.value.group !== group) return memberships;
    memberships.push(judged.value);
  }
  return memberships;
}

function tell(end: RepairEnd): void {
  parentPort?.postMessage(end);
}

const job: RepairJob = workerData;
try {
  tell({ kind: 'repaired', result: repair(job) });
} catch (error) {
  if (!(error instanceof WorldError)) throw error;
  const { code, message, details } = error;
  tell({ kind: 'failed', code, message, details });
}
