// Statements, pages and secrets that no version 1 peer takes, one for each rule of form in
// docs/protocol.md §14; see wire-refusals.ts.

import { hexText } from '../../src/core/base/hex.ts';
import type { StatementBody } from '../../src/core/domain/security.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { encodeUnsigned } from '../../src/core/wire/security.ts';
import { NOW } from '../support/golden-chains.ts';
import { EPOCH, PASSWORD_OFFER, REVOCATION, TICKET_OFFER } from './example-security.ts';
import { frameText, overLimit, refusal, type WireRefusal } from './wire-refusal.ts';

const MESSAGE = 'STATEMENT';
const DIGEST = '11'.repeat(32);
const LOWER = '10'.repeat(32);
const SIGNATURE = '22'.repeat(64);
const ONE_SIGNED = `01${DIGEST}${LOWER}${SIGNATURE}`;
/** Version, kind, time. */
const HEAD_BYTES = 10;
const OFFER_VERIFIER_BYTES = 1 + 64 + 1 + 2 * 112;

function statement(payload: string): string {
  return frameText(KIND.statement, payload);
}

/** A statement of this kind whose body is `body`, signed by somebody. */
function saying(kind: number, body: string): string {
  return statement(`01${kind.toString(16).padStart(2, '0')}${'00'.repeat(8)}${body}${ONE_SIGNED}`);
}

/** The example with other bytes at a place. */
function changed(example: Uint8Array, at: number, bytes: string): string {
  const text = hexText(example);
  return statement(text.slice(0, 2 * at) + bytes + text.slice(2 * at + bytes.length));
}

/** The body of a statement, as it is written. */
function bodyOf(body: StatementBody): string {
  return hexText(encodeUnsigned(NOW, body).subarray(HEAD_BYTES));
}

export function securityRefusals(): readonly WireRefusal[] {
  return [
    ...formRefusals(),
    ...revocationRefusals(),
    ...offerRefusals(),
    ...otherRefusals(),
    ...pageRefusals(),
  ];
}

function formRefusals(): readonly WireRefusal[] {
  const unsigned = `0105${'00'.repeat(8)}${DIGEST}${DIGEST}00`;
  const signedBy = (key: string) => `${key}${LOWER}${SIGNATURE}`;
  return [
    refusal(MESSAGE, 'version 2', changed(EPOCH, 0, '02')),
    refusal(MESSAGE, 'kind 0', changed(EPOCH, 1, '00')),
    refusal(MESSAGE, 'kind 8', changed(EPOCH, 1, '08')),
    refusal(MESSAGE, 'time above 2^53-1', changed(EPOCH, 2, '0020000000000000')),
    refusal(MESSAGE, 'nobody signed it', statement(`${unsigned}00`)),
    refusal(
      MESSAGE,
      'five signatures',
      statement(
        `${unsigned}05${['01', '02', '03', '04', '05'].map((first) => signedBy(first.repeat(32))).join('')}`,
      ),
    ),
    refusal(
      MESSAGE,
      'a key signs twice',
      statement(`${unsigned}02${signedBy(DIGEST)}${signedBy(DIGEST)}`),
    ),
    refusal(
      MESSAGE,
      'signatures out of order',
      statement(`${unsigned}02${signedBy(DIGEST)}${signedBy(LOWER)}`),
    ),
    refusal(MESSAGE, 'a signature that ends early', statement(`${unsigned}01${DIGEST}${LOWER}22`)),
    refusal(MESSAGE, 'bytes after it', statement(`${hexText(EPOCH)}00`)),
    refusal(MESSAGE, 'longer than 131,072', overLimit(KIND.statement, 131_072)),
  ];
}

function revocationRefusals(): readonly WireRefusal[] {
  const journal = '33'.repeat(8);
  const body = (scope: string, rest: string) => saying(1, `${DIGEST}${scope}${rest}`);
  return [
    refusal(MESSAGE, 'scope 0', changed(REVOCATION, HEAD_BYTES + 32, '00')),
    refusal(MESSAGE, 'scope 4', changed(REVOCATION, HEAD_BYTES + 32, '04')),
    refusal(MESSAGE, 'scope certificates without any', body('03', '00000000')),
    refusal(MESSAGE, 'certificates out of order', body('03', `02${DIGEST}${LOWER}000000`)),
    refusal(MESSAGE, 'more than 64 certificates', body('03', `41${DIGEST.repeat(65)}000000`)),
    refusal(MESSAGE, 'a journal twice', body('01', `02${`${journal}01`.repeat(2)}0000`)),
    refusal(MESSAGE, 'sequence 0', body('01', `01${journal}000000`)),
    refusal(MESSAGE, 'more than 64 journals', body('01', `41${`${journal}01`.repeat(65)}0000`)),
    refusal(MESSAGE, 'a page twice', body('01', `0002${DIGEST.repeat(2)}00`)),
    refusal(MESSAGE, 'more than 256 pages', body('01', `008102${DIGEST.repeat(257)}00`)),
    refusal(MESSAGE, 'a reason of 257 bytes', body('01', `00008102${'78'.repeat(257)}`)),
    refusal(MESSAGE, 'a reason with a zero', body('01', '00000100')),
  ];
}

function offerRefusals(): readonly WireRefusal[] {
  const roleAt = HEAD_BYTES + 33;
  const afterUses = roleAt + 2;
  const leaseAt = afterUses + 8;
  const needsAt = leaseAt + 5;
  const text = hexText(PASSWORD_OFFER);
  const verifierAt = text.length / 2 - 1 - 128 - OFFER_VERIFIER_BYTES;
  const boxesAt = verifierAt + 65;
  const withBoxes = (boxes: string) =>
    statement(text.slice(0, 2 * boxesAt) + boxes + text.slice(-2 * 129));
  const box = (key: string) => `${key}${'44'.repeat(80)}`;
  return [
    refusal(MESSAGE, 'offer of kind 0', changed(TICKET_OFFER, HEAD_BYTES, '00')),
    refusal(MESSAGE, 'offer of kind 4', changed(TICKET_OFFER, HEAD_BYTES, '04')),
    refusal(MESSAGE, 'a ticket with a verifier', changed(PASSWORD_OFFER, HEAD_BYTES, '01')),
    refusal(MESSAGE, 'a password without a verifier', changed(TICKET_OFFER, HEAD_BYTES, '02')),
    refusal(MESSAGE, 'an offer for creators', changed(TICKET_OFFER, roleAt, '01')),
    refusal(MESSAGE, 'role 5', changed(TICKET_OFFER, roleAt, '05')),
    refusal(MESSAGE, 'more than 1,000 uses', changed(TICKET_OFFER, roleAt + 1, 'e907')),
    refusal(MESSAGE, 'expiry above 2^53-1', changed(TICKET_OFFER, afterUses, '0020000000000000')),
    refusal(MESSAGE, 'a lease of 0', changed(TICKET_OFFER, leaseAt, '00')),
    refusal(MESSAGE, 'a presence byte of 2', changed(TICKET_OFFER, needsAt, '02')),
    refusal(MESSAGE, 'a verifier for nobody', withBoxes('00')),
    refusal(MESSAGE, 'boxes out of order', withBoxes(`02${box(DIGEST)}${box(LOWER)}`)),
    refusal(MESSAGE, 'a box that ends early', withBoxes(`01${box(DIGEST).slice(2)}`)),
  ];
}

function otherRefusals(): readonly WireRefusal[] {
  const three = `${DIGEST}${DIGEST}${DIGEST}`;
  const named = bodyOf({
    kind: 'properties',
    version: 1,
    friendlyName: 'A',
    comment: '',
    leaseMs: 1,
    application: '',
  });
  return [
    refusal(MESSAGE, 'admitted out of order', saying(3, `${DIGEST}02${DIGEST}${LOWER}`)),
    refusal(MESSAGE, 'more than 4,000 admitted', saying(3, `${DIGEST}a11f${DIGEST}`)),
    refusal(MESSAGE, 'a proof of 63 bytes', saying(4, `${three}3f${'55'.repeat(63)}`)),
    refusal(MESSAGE, 'a proof of 65 bytes', saying(4, `${three}41${'55'.repeat(65)}`)),
    refusal(
      MESSAGE,
      'revocations out of order',
      saying(5, `${DIGEST.repeat(2)}02${DIGEST}${LOWER}`),
    ),
    refusal(
      MESSAGE,
      'more than 64 revocations',
      saying(5, `${DIGEST.repeat(2)}41${DIGEST.repeat(65)}`),
    ),
    refusal(MESSAGE, 'properties of version 0', saying(6, `00${named.slice(2)}`)),
    refusal(MESSAGE, 'properties with a lease of 0', saying(6, `${named.slice(0, -4)}0000`)),
    refusal(MESSAGE, 'a friendly name with a zero', saying(6, '0101000001')),
    refusal(MESSAGE, 'a friendly name of 256 units', saying(6, `018002${'78'.repeat(256)}0001`)),
    refusal(MESSAGE, 'an application text with a zero', saying(6, `${named.slice(0, -2)}0100`)),
    refusal(
      MESSAGE,
      'an application text of 4,097 bytes',
      saying(6, `${named.slice(0, -2)}8120${'78'.repeat(4_097)}`),
    ),
    refusal(MESSAGE, 'a share of nothing', saying(7, `${DIGEST}00`)),
  ];
}

function pageRefusals(): readonly WireRefusal[] {
  const page = (payload: string) => frameText(KIND.keptPage, payload);
  return [
    refusal('KEPT_PAGE', 'nothing on it', page('00')),
    refusal('KEPT_PAGE', 'a digest twice', page(`02${DIGEST.repeat(2)}`)),
    refusal('KEPT_PAGE', 'out of order', page(`02${DIGEST}${LOWER}`)),
    refusal('KEPT_PAGE', 'more than 4,000', page(`a11f${DIGEST}`)),
    refusal('KEPT_PAGE', 'bytes after it', page(`01${DIGEST}00`)),
    refusal('EPOCH_SECRET', '63 bytes', frameText(KIND.epochSecret, '11'.repeat(63))),
    refusal('EPOCH_SECRET', 'longer than 64', overLimit(KIND.epochSecret, 64)),
  ];
}
