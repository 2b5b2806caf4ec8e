// What the tests about renewals have to see: that they move nobody.

import type { Weakening } from './weakening.ts';

const LINES = 'src/core/trust/lines.ts';
const HITS = 'src/core/security/hits.ts';
const COUNTING = 'src/core/security/counting-revocations.ts';
const RENEWED = 'test/unit/security/renewed-lines.test.ts';
const CHAINS = 'test/unit/trust/chain.test.ts';

export const WEAKENINGS_OF_RENEWALS: readonly Weakening[] = [
  {
    attack: 31,
    name: 'that a renewal says what it renews',
    file: 'src/core/security/renewals.ts',
    find: 'const renews = renewedGrant(line, crypto);',
    replace: 'const renews = now < 0 ? renewedGrant(line, crypto) : null;',
    testFile: RENEWED,
    testPattern: 'stays the vote of whoever made it',
  },
  {
    attack: 31,
    name: 'that rights are judged by whom a member came from',
    file: 'src/core/security/rights.ts',
    find: 'const above = line.slice(1, place);',
    replace: 'const above = line.slice(place, place);',
    testFile: RENEWED,
    testPattern: 'does not stand above it',
  },
  {
    attack: 31,
    name: 'that a first grant is the one that the renewal names',
    file: LINES,
    find: 'if (first === undefined || !equalBytes(crypto.sha256(first.der), renews)) {',
    replace: 'if (first === undefined) {',
    testFile: CHAINS,
    testPattern: 'of-another-certificate',
  },
  {
    attack: 31,
    name: 'that a renewal gives the role that was granted',
    file: LINES,
    find: 'if (first.role !== role) return',
    replace: 'if (first.role === null) return',
    testFile: CHAINS,
    testPattern: 'of-another-role',
  },
  {
    attack: 31,
    name: 'that a renewal has no more room below than was granted',
    file: LINES,
    find: "return isWider ? 'has more room",
    replace: "return isWider && membershipsBelowMax === null ? 'has more room",
    testFile: CHAINS,
    testPattern: 'with-more-room',
  },
  {
    attack: 31,
    name: 'that first grants are signed by whom they name',
    file: LINES,
    find: 'beside.includes(grant) ? [signatureLaw(crypto)] : []',
    replace: 'beside.includes(grant) ? [] : []',
    testFile: CHAINS,
    testPattern: 'line-signed-by-another',
  },
  {
    attack: 31,
    name: 'that whoever brought somebody in had the right to',
    file: LINES,
    find: "breachOf(LINE_LAWS, grant, above, 'judging') ??",
    replace: "breachOf([], grant, above, 'judging') ??",
    testFile: CHAINS,
    testPattern: 'line-without-the-right',
  },
  {
    attack: 31,
    name: 'that nobody has two first grants in one chain',
    file: LINES,
    find: 'if (firsts.length !== grants.size) return',
    replace: 'if (firsts.length < grants.size) return',
    testFile: CHAINS,
    testPattern: 'two-first-grants',
  },
  {
    attack: 31,
    name: 'that what is void by its number takes its renewals with it',
    file: HITS,
    find: '? [grant, certificate] : [grant];',
    replace: '? [certificate] : [grant];',
    testFile: RENEWED,
    testPattern: 'takes its renewals with it',
  },
  {
    attack: 25,
    name: 'that a removed member renews nobody',
    file: HITS,
    find: 'return [{ descent: membership, thing }, ...this.renewalsOf(membership)];',
    replace: 'return [{ descent: membership, thing }];',
    and: {
      file: COUNTING,
      find: 'return [...own, ...this.#hitsOnRenewals(membership)];',
      replace: 'return own;',
    },
    testFile: RENEWED,
    testPattern: 'later it does not',
  },
  {
    attack: 49,
    name: 'that whoever came too late by a ticket stays out by a renewal',
    file: 'src/core/security/security-state.ts',
    find: 'const others = chain.toReversed().filter((certificate) => certificate !== own);',
    replace: 'const others = chain.toReversed().slice(0, 1);',
    and: {
      file: 'src/core/security/security-state.ts',
      find: 'const own = line.at(-1);',
      replace: 'const own = chain.at(-1);',
    },
    testFile: RENEWED,
    testPattern: 'one too many',
  },
  {
    attack: 49,
    name: 'that nobody says of a renewal that it came by an offer',
    file: 'src/core/security/soundness.ts',
    find: 'admitted.certificate.renews === null &&',
    replace: 'admitted.certificate.der.length > 0 &&',
    testFile: RENEWED,
    testPattern: 'came by an offer',
  },
];
