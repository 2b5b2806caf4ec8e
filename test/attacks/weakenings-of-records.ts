// The weakenings for attacks 11 to 16 (see weakening.ts): what a record has to keep to be taken, and
// which of two counts.

import type { Weakening } from './weakening.ts';

const ADMISSION = 'src/core/book/admission.ts';
const CHECKS = 'src/engine/signature-checks.ts';
const DRAFTS = 'src/core/book/record-drafts.ts';
const IDS = 'src/core/records/record-ids.ts';
const LAWS = 'src/core/book/record-laws.ts';
const PRECEDENCE = 'src/core/book/precedence.ts';
const WAITING = 'src/core/book/waiting-room.ts';
const SQUATTED = 'test/attacks/11-squatted-id.test.ts';
const FROZEN = 'test/attacks/12-frozen-record.test.ts';
const EQUAL = 'test/attacks/13-equal-versions.test.ts';
const RIGHTS = 'test/attacks/14-modifier-without-rights.test.ts';
const OUTSIDE = 'test/attacks/15-outside-membership.test.ts';
const FUTURE = 'test/attacks/16-future-clock.test.ts';
const ADMISSION_TEST = 'test/unit/book/admission.test.ts';
const LAWS_TEST = 'test/unit/book/record-laws.test.ts';
/** The second lock on what an administrator may do with the expiration. */
const REACH = 'found === null || moment > lastExpiration(found) ?';
const LISTED = 'src/core/book/listed-members.ts';

export const WEAKENINGS_OF_RECORDS: readonly Weakening[] = [
  {
    attack: 11,
    name: 'the creator in the id',
    file: IDS,
    find: '    bound.set(creator, this.#creatorAt);\n',
    replace: '',
    testFile: SQUATTED,
    testPattern: 'has not the id of one of Alice',
  },
  {
    attack: 11,
    name: 'the type in the id',
    file: IDS,
    find: '    bound.set(type, stampAt - TYPE_BYTES);\n',
    replace: '',
    testFile: SQUATTED,
    testPattern: 'has not the id of one of Alice',
  },
  {
    attack: 11,
    name: 'the stamp in the digest of the id',
    file: IDS,
    find: 'this.#crypto.sha256(bound)',
    replace: 'this.#crypto.sha256(bound.subarray(0, stampAt))',
    testFile: SQUATTED,
    testPattern: 'fits no other record',
  },
  {
    attack: 11,
    name: 'law "first version"',
    file: LAWS,
    find: "  { name: 'first version', code: 'RECORD_INVALID', breach: firstByCreator },\n",
    replace: '',
    testFile: SQUATTED,
    testPattern: 'does not begin a record in the name of another',
  },
  {
    attack: 11,
    name: 'law "type"',
    file: LAWS,
    find: "  { name: 'type', code: 'RECORD_INVALID', breach: namedType },\n",
    replace: '',
    testFile: LAWS_TEST,
    testPattern: 'of several broken laws',
  },
  {
    attack: 12,
    name: 'law "version"',
    file: LAWS,
    find: "  { name: 'version', code: 'RECORD_INVALID', breach: reachableVersion },\n",
    replace: '',
    testFile: FROZEN,
    testPattern: 'the highest numbers',
  },
  {
    attack: 12,
    name: 'that the next version waits for the moment that allows it',
    file: DRAFTS,
    find: 'Math.max(this.#now, content.modifiedAt, reachableAt);',
    replace: 'Math.max(this.#now, content.modifiedAt);',
    testFile: FROZEN,
    testPattern: 'is followed by its creator',
  },
  {
    attack: 12,
    name: "that a record lives no longer than its creator's membership",
    file: LISTED,
    find: REACH,
    replace: 'found === null ?',
    testFile: FROZEN,
    testPattern: 'the farthest expiration',
  },
  {
    attack: 12,
    name: 'that a version too far ahead is not followed',
    file: DRAFTS,
    find: 'if (aheadMs > LIMITS.clockAheadMs) {',
    replace: 'if (false) {',
    testFile: 'test/unit/book/record-drafts.test.ts',
    testPattern: 'at the edge of what is taken',
  },
  {
    attack: 12,
    name: 'that a version lives longer than its moment',
    file: DRAFTS,
    find: 'if (modifiedAt >= expiresAt) {',
    replace: 'if (false) {',
    testFile: 'test/unit/book/record-drafts.test.ts',
    testPattern: 'that ends before the next moment',
  },
  {
    attack: 13,
    name: 'the hash that decides between equals',
    file: PRECEDENCE,
    find: 'compareBytes(a.hash, b.hash)',
    replace: '1',
    testFile: EQUAL,
    testPattern: 'end as one',
  },
  {
    attack: 13,
    name: 'that a deletion counts more',
    file: PRECEDENCE,
    find: '    Number(a.content.isDeleted) - Number(b.content.isDeleted) ||\n',
    replace: '',
    testFile: 'test/unit/book/precedence.test.ts',
    testPattern: 'in their order',
  },
  {
    attack: 13,
    name: 'which of two late versions becomes the shadow',
    file: ADMISSION,
    find: 'if (shadow !== null && comparePrecedence(record, shadow) <= 0) return;',
    replace: '',
    testFile: ADMISSION_TEST,
    testPattern: 'in one batch too the late version',
  },
  {
    attack: 13,
    name: 'that a step remembers the shadows that it made',
    file: ADMISSION,
    find: '    pending.putShadow(record.id, record);\n',
    replace: '',
    testFile: ADMISSION_TEST,
    testPattern: 'in one batch too the late version',
  },
  {
    attack: 14,
    name: 'law "rights"',
    file: LAWS,
    find: "  { name: 'rights', code: 'NOT_AUTHORIZED', breach: rightfulAuthor },\n",
    replace: '',
    testFile: RIGHTS,
    testPattern: 'its own records only',
  },
  {
    attack: 14,
    name: 'that inviting members are no administrators',
    file: LAWS,
    find: "return role === 'creator' || role === 'administrator';",
    replace: "return role !== 'member';",
    testFile: RIGHTS,
    testPattern: 'an inviting member',
  },
  {
    attack: 14,
    name: 'law "author"',
    file: ADMISSION,
    find: 'if (!equalBytes(statement.author, membership.publicKey)) {',
    replace: 'if (false) {',
    testFile: RIGHTS,
    testPattern: "administrator's chain",
  },
  {
    attack: 14,
    name: 'the verdict on a signature',
    file: CHECKS,
    find: 'told(isValid ? markVerified(contents) : null);',
    replace: 'told(markVerified(contents));',
    testFile: RIGHTS,
    testPattern: 'does not sign',
  },
  {
    attack: 14,
    name: 'that a verdict is one on this signature',
    file: CHECKS,
    find: 'const key = bytesKey(hash) + bytesKey(signature);',
    replace: 'const key = bytesKey(hash);',
    testFile: RIGHTS,
    testPattern: 'does not sign',
  },
  {
    attack: 14,
    name: 'that a stored batch has this signature',
    file: CHECKS,
    find: 'stored !== null && equalBytes(stored.batch.signature, batch.signature) ? true',
    replace: 'stored !== null ? true',
    testFile: 'test/unit/engine/signature-checks.test.ts',
    testPattern: 'a batch that is stored',
  },
  {
    attack: 15,
    name: 'when a version is made',
    file: LAWS,
    find: "if (modifiedAt < membership.notBefore) return 'modified before the membership begins';",
    replace: '',
    testFile: OUTSIDE,
    testPattern: 'from before or after',
  },
  {
    attack: 15,
    name: 'that a membership has ended',
    file: LAWS,
    find: "if (modifiedAt > lastExpiration(membership)) return 'modified after the membership';",
    replace: '',
    testFile: OUTSIDE,
    testPattern: 'whose membership is over',
  },
  {
    attack: 15,
    name: 'the expiration of what a member creates',
    file: LAWS,
    find: 'if (lateMs <= 0 || version > 1) return null;',
    replace: 'if (lateMs <= 0 || version > 0) return null;',
    testFile: OUTSIDE,
    testPattern: 'does not outlive',
  },
  {
    attack: 15,
    name: 'the expiration of what a member changes of its own',
    file: ADMISSION,
    find: 'if (isCreator && content.expiresAt <= lastExpiration(membership)) return',
    replace: 'if (isCreator) return',
    testFile: OUTSIDE,
    testPattern: 'does not outlive',
  },
  {
    attack: 15,
    name: 'the expiration of what an administrator deletes',
    file: LISTED,
    find: REACH,
    replace: 'found === null ?',
    testFile: OUTSIDE,
    testPattern: 'an administrator deletes',
  },
  {
    attack: 15,
    name: "the end of the creator's membership, for who changes a record",
    file: DRAFTS,
    find: "return wrong === null ? null : { code: 'EXPIRATION_INVALID', detail: wrong };",
    replace: 'return null;',
    and: {
      file: DRAFTS,
      find: 'const late = expiresAt > content.expiresAt ? this.#wrongExpiration(creator, expiresAt) : null;',
      replace:
        'const late = creator.length === 0 ? this.#wrongExpiration(creator, expiresAt) : null;',
    },
    testFile: 'test/unit/book/record-drafts.test.ts',
    testPattern: 'by an administrator lets',
  },
  {
    attack: 16,
    name: 'that the future waits',
    file: ADMISSION,
    find: 'if (dueAt > this.#now) return',
    replace: 'if (false) return',
    testFile: FUTURE,
    testPattern: 'does not count before its time',
  },
  {
    attack: 16,
    name: 'that a released batch is judged again',
    file: WAITING,
    find: 'if (each.key !== null || each.end > now) continue;',
    replace: 'if (each.key !== null || each.end > now + 1) continue;',
    testFile: 'test/unit/book/waiting-room.test.ts',
    testPattern: 'waits for a time',
  },
];
