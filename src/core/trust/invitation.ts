// The invitation for one identity (protocol.md §5.2): one line of text with the membership itself
// and what its holder needs to find the group. Signed by whoever issued the membership.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { concatBytes, equalBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import { utf8Bytes } from '../base/utf8.ts';
import type { Invitation } from '../domain/invitation.ts';
import { LIMITS } from '../domain/limits.ts';
import type { CertificateChain } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import { FRIENDLY_NAME_LENGTH_MAX, isDisplayText } from '../domain/names.ts';
import type { Refusal, RefusalCode, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import { readChain, writeChain } from '../wire/chain-codec.ts';
import { readContacts, writeContacts } from '../wire/contact-codec.ts';
import type { ChainJudge } from './chain.ts';
import { judgeDates } from './chain.ts';
import {
  headRefusal,
  INVITATION_VERSION,
  invitationBytes,
  invitationText,
  KIND_NUMBERS,
  readGroupFriendlyName,
} from './invitation-text.ts';
import { issuerOf } from './laws.ts';

const SECRET_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Says what is signed, so that no other signature of the same key can pass for this one. */
const SIGNATURE_CONTEXT = utf8Bytes('peergroup-invitation-v1');

/** What opening an invitation needs. */
export interface OpeningTools {
  readonly judge: ChainJudge;
  readonly crypto: Crypto;
}

/** `issuerKey` is the key that signed the membership: the issuing member's, or the group's for a creator. */
export function sealInvitation(invitation: Invitation, issuerKey: Signer): string {
  const { chain } = invitation.membership;
  assert(
    equalBytes(issuerOfLast(chain).publicKey, issuerKey.publicKey),
    'an invitation is signed by whoever issued the membership',
  );
  const content = encodeContent(invitation);
  const signature = issuerKey.sign(concatBytes([SIGNATURE_CONTEXT, content]));
  const text = invitationText(concatBytes([content, signature]));
  assert(text.length <= LIMITS.invitationTextMax, 'every invitation fits its limit');
  return text;
}

/** For the identity `me`, or for whomever when that is null, at `now`. The dates are judged last. */
export function openInvitation(
  text: string,
  now: WallTime,
  me: PeerName | null,
  tools: OpeningTools,
): Verdict<Invitation> {
  const read = readInvitation(text, tools);
  if (!read.ok) return read;
  const { membership } = read.value;
  if (me !== null && membership.member !== me) {
    return refuse('INVITATION_FOR_ANOTHER', `it is for ${membership.member}`);
  }
  const dates = judgeDates(membership, now);
  return dates.ok ? read : { ok: false, refusal: refusalOfInvitation(dates.refusal) };
}

/** What an invitation says, whether it is valid now or not. Takes the text as written, to the character. */
export function readInvitation(text: string, tools: OpeningTools): Verdict<Invitation> {
  try {
    return readSigned(text, tools);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return refuse('INVITATION_INVALID', error.message);
  }
}

function readSigned(text: string, { judge, crypto }: OpeningTools): Verdict<Invitation> {
  const decoded = invitationBytes(text);
  if (!decoded.ok) return decoded;
  const bytes = decoded.value;
  const input = new ByteReader(bytes);
  const refusal = headRefusal(input, ['forOne']);
  if (refusal !== null) return { ok: false, refusal };
  const { chain, ...content } = decodeContent(input);
  const signedBytes = bytes.subarray(0, bytes.length - input.rest);
  const signature = input.raw(SIGNATURE_BYTES);
  input.end();
  const judged = judge.judgeSoundness(chain);
  if (!judged.ok) return { ok: false, refusal: refusalOfInvitation(judged.refusal) };
  const membership = judged.value;
  const { publicKey } = issuerOfLast(membership.chain);
  if (!crypto.verify(publicKey, concatBytes([SIGNATURE_CONTEXT, signedBytes]), signature)) {
    return refuse('INVITATION_INVALID', 'it is not signed by whoever issued the membership');
  }
  return accept({ ...content, membership });
}

/** Everything before the signature. */
function encodeContent(invitation: Invitation): Uint8Array {
  const { groupFriendlyName, discoverySecret, contacts, membership } = invitation;
  assert(isDisplayText(groupFriendlyName, FRIENDLY_NAME_LENGTH_MAX), 'a group has a proper name');
  assert(discoverySecret.length === SECRET_BYTES, 'a discovery secret has 32 bytes');
  const out = new ByteWriter()
    .u8(INVITATION_VERSION)
    .u8(KIND_NUMBERS.forOne)
    .text(groupFriendlyName)
    .raw(discoverySecret);
  writeContacts(out, contacts);
  writeChain(
    out,
    membership.chain.map((certificate) => certificate.der),
  );
  return out.finish();
}

/** The same but for version and kind. Views become copies where they outlive the text. */
function decodeContent(input: ByteReader) {
  const groupFriendlyName = readGroupFriendlyName(input);
  const discoverySecret = input.raw(SECRET_BYTES).slice();
  const contacts = readContacts(input);
  return { groupFriendlyName, discoverySecret, contacts, chain: readChain(input) };
}

/** The last certificate but one, which is the root when the membership is a creator's. */
function issuerOfLast(chain: CertificateChain): CertificateChain[number] {
  const [root, ...memberships] = chain;
  return issuerOf([root, ...memberships.slice(0, -1)]);
}

const CODE_OF_INVITATION: ReadonlyMap<RefusalCode, RefusalCode> = new Map([
  ['MEMBERSHIP_EXPIRED', 'INVITATION_EXPIRED'],
  ['MEMBERSHIP_NOT_YET_VALID', 'INVITATION_NOT_YET_VALID'],
  // A loop is the one fault of a chain that an honest issuer can cause, so it keeps its name.
  ['CIRCULAR_CHAIN', 'CIRCULAR_CHAIN'],
]);

function refusalOfInvitation({ code, detail }: Refusal): Refusal {
  return { code: CODE_OF_INVITATION.get(code) ?? 'INVITATION_INVALID', detail };
}
