// The longest payloads of the frames of a join (protocol.md §15.4): the sum of the longest that each field may
// be. JOIN itself has the bound of HELLO, so that one of another version can be answered.

import { LIMITS } from '../domain/limits.ts';
import { FRIENDLY_NAME_BYTES_MAX, NAME_BYTES_MAX } from '../domain/names.ts';

const DIGEST_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Of a text or bytes of 128 to 16,383. */
const LENGTH_BYTES = 2;
const COUNT_BYTES = 1;
const TIME_BYTES = 8;
/** Of a number of at most 2⁵³−1. */
const VARINT_BYTES = 8;
/** IP version, IPv6 address, port. */
const ADDRESS_BYTES = 1 + 16 + 2;

/** The root and the memberships, each behind its length. */
const CHAIN_BYTES =
  COUNT_BYTES + LIMITS.certificatesInChainMax * LENGTH_BYTES + LIMITS.chainBytesMax;
const CONTACT_BYTES =
  LENGTH_BYTES + NAME_BYTES_MAX + COUNT_BYTES + LIMITS.addressesPerMemberMax * ADDRESS_BYTES;
const CONTACTS_BYTES = COUNT_BYTES + LIMITS.contactsInInvitationMax * CONTACT_BYTES;
const MESSAGE_BYTES = LENGTH_BYTES + LIMITS.passwordMessageBytesMax;

export const JOIN_CHALLENGE_BYTES_MAX: number = CHAIN_BYTES + MESSAGE_BYTES + SIGNATURE_BYTES;
export const JOIN_PROOF_BYTES_MAX: number = MESSAGE_BYTES + DIGEST_BYTES;
export const JOIN_ADMIT_BYTES_MAX: number =
  2 * CHAIN_BYTES +
  2 * DIGEST_BYTES +
  LENGTH_BYTES +
  FRIENDLY_NAME_BYTES_MAX +
  VARINT_BYTES +
  CONTACTS_BYTES +
  SIGNATURE_BYTES;
export const JOIN_REFUSE_BYTES_MAX: number =
  1 + LENGTH_BYTES + LIMITS.closeReasonBytesMax + TIME_BYTES + CONTACTS_BYTES;
