// Every message of docs/protocol.md §14, and a statement of every kind, as frames; see wire-examples.ts.

import { compareBytes } from '../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { Revocation } from '../../src/core/domain/security.ts';
import { encodeEpochSecret } from '../../src/core/wire/epoch-secret.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { encodePage } from '../../src/core/wire/security.ts';
import { alice, bob, carol, dave, NOW } from '../support/golden-chains.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { BOB_CHAIN } from './example-meeting.ts';
import {
  boxesFor,
  byAlice,
  byBob,
  byDave,
  byGroupKey,
  certificateDigest,
  DAVE_CHAIN,
  digestOf,
  EPOCH,
  LEASE_MS,
  NEXT_SECRET,
  NOTHING,
  PAGE,
  PASSWORD_OFFER,
  REVOCATION,
  statementOf,
  TICKET_OFFER,
  TICKET_PROOF,
} from './example-security.ts';
import { more, shown, type WireExample } from './wire-example.ts';

export function securityExamples(): readonly WireExample[] {
  const statement = (bytes: Uint8Array) => encodeFrame(KIND.statement, bytes);
  const secret = encodeEpochSecret({ epoch: digestOf(EPOCH), secret: NEXT_SECRET });
  return [
    shown('STATEMENT', statement(REVOCATION), ' of a revocation'),
    ...revocations().map((bytes) => more('STATEMENT', statement(bytes))),
    shown('STATEMENT', statement(TICKET_OFFER), ' of a ticket'),
    shown('STATEMENT', statement(PASSWORD_OFFER), ' of a password'),
    shown('STATEMENT', statement(offerEnd()), ' of the end of an offer'),
    shown('STATEMENT', statement(admission(TICKET_OFFER, TICKET_PROOF)), ' of an admission'),
    more('STATEMENT', statement(admission(PASSWORD_OFFER, NOTHING))),
    shown('STATEMENT', statement(EPOCH), ' of an epoch'),
    shown('STATEMENT', statement(properties()), ' of properties'),
    shown('STATEMENT', statement(share()), ' of a share'),
    shown('KEPT_PAGE', encodeFrame(KIND.keptPage, PAGE)),
    more('KEPT_PAGE', encodeFrame(KIND.keptPage, manyKept())),
    shown('EPOCH_SECRET', encodeFrame(KIND.epochSecret, secret)),
  ];
}

/** One of each scope, one by two who sign together, and one by the member itself. */
function revocations(): readonly Uint8Array[] {
  const bobOut: Revocation = {
    kind: 'revocation',
    target: bob.publicKey,
    scope: 'subtree',
    certificates: [],
    cutoffs: [],
    keptPages: [],
    reason: '',
  };
  const onlyOne = [certificateDigest(BOB_CHAIN)];
  const cutoffs = [1, 2].map((first) => ({
    journal: new Uint8Array(8).fill(first),
    sequence: first === 1 ? 1 : Number.MAX_SAFE_INTEGER,
  }));
  return [
    statementOf(bobOut, [byAlice]),
    statementOf({ ...bobOut, scope: 'certificates', certificates: onlyOne }, [byAlice]),
    statementOf({ ...bobOut, target: carol.publicKey, scope: 'member', cutoffs }, [byBob, byAlice]),
    statementOf({ ...bobOut, target: dave.publicKey, scope: 'member' }, [byDave], wallTimeOf(0)),
  ];
}

function offerEnd(): Uint8Array {
  return statementOf(
    {
      kind: 'offerEnd',
      offer: digestOf(TICKET_OFFER),
      admitted: [certificateDigest(DAVE_CHAIN)],
    },
    [byAlice],
  );
}

function admission(offer: Uint8Array, proof: Uint8Array): Uint8Array {
  return statementOf(
    {
      kind: 'admission',
      offer: digestOf(offer),
      member: dave.publicKey,
      certificate: certificateDigest(DAVE_CHAIN),
      proof,
    },
    [byAlice],
  );
}

function properties(): Uint8Array {
  return statementOf(
    {
      kind: 'properties',
      version: 2,
      friendlyName: 'Schachklub «Läufer»',
      comment: 'Tuesdays and Fridays',
      leaseMs: LEASE_MS,
      application: '{"board":"19×19"}',
    },
    [byGroupKey],
  );
}

function share(): Uint8Array {
  const offer = digestOf(PASSWORD_OFFER);
  return statementOf({ kind: 'share', offer, boxes: boxesFor([carol, alice]) }, [byBob], NOW);
}

function manyKept(): Uint8Array {
  const digests = Array.from({ length: 40 }, (_, at) => nodeCrypto.sha256(Uint8Array.of(at)));

  return encodePage(digests.sort(compareBytes));
}
