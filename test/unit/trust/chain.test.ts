// The laws of protocol.md §4, one test each: a golden chain that breaks just that one is refused for
// just that reason. The goldens are made by test/golden/make-golden-chains.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { certificateCodec } from '../../../src/adapters/x509/certificate-codec.ts';
import type { WallTime } from '../../../src/core/base/time.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { CertificateChain } from '../../../src/core/domain/membership.ts';
import { parseGroupName } from '../../../src/core/domain/names.ts';
import type { Role } from '../../../src/core/domain/roles.ts';
import { mayIssue, ROLES } from '../../../src/core/domain/roles.ts';
import type { Crypto } from '../../../src/core/ports/crypto.ts';
import { ChainJudge } from '../../../src/core/trust/chain.ts';
import { issuerChainOf } from '../../../src/core/trust/lines.ts';
import type { Step } from '../../support/golden-chains.ts';
import {
  alice,
  BEGIN,
  bob,
  chainOf,
  club,
  dave,
  END,
  goldenChains,
  longChain,
  mallory,
  NOW,
} from '../../support/golden-chains.ts';
import { formatGolden, goldenNames, goldenText, readGolden } from '../../support/golden-files.ts';
import { renewedChains } from '../../support/renewed-chains.ts';
import { nodeCrypto, person, timeOf } from '../../support/trust-cast.ts';
import { grant, grantDown } from '../../support/trust-village.ts';

const newJudge = (crypto: Crypto = nodeCrypto) => new ChainJudge(certificateCodec, crypto);

/** Counts signatures, which are what a judge saves by remembering. */
function countingCrypto() {
  const count = { verified: 0 };
  const crypto: Crypto = {
    ...nodeCrypto,
    verify(publicKey, bytes, signature) {
      count.verified++;
      return nodeCrypto.verify(publicKey, bytes, signature);
    },
  };
  return { count, crypto };
}

function codeOf(chain: readonly Uint8Array[], now: WallTime = NOW, judge = newJudge()) {
  const verdict = judge.judge(chain, club.group, now);
  return verdict.ok ? 'accepted' : verdict.refusal.code;
}

const ALICE: Step = { subject: alice, role: 'creator' };
const BOB: Step = { subject: bob, role: 'administrator' };
const DAVE: Step = { subject: dave, role: 'member' };

/** First grants of those who were renewed. */
const BESIDE: ReadonlyMap<string, number> = new Map([
  ['valid-renewed', 2],
  ['valid-below-a-renewed', 1],
]);

test('the golden files are what the generator makes', () => {
  const made = [...goldenChains(), ...renewedChains()];
  assert.deepEqual(goldenNames(), made.map(({ rule }) => rule).sort());
  for (const golden of made) assert.equal(goldenText(golden.rule), formatGolden(golden));
});

for (const rule of goldenNames()) {
  const { refusal, chain, group, now } = readGolden(rule);
  const outcome = refusal === null ? 'is accepted' : `is refused with ${refusal.code}`;
  test(`golden chain ${rule} ${outcome}`, () => {
    const verdict = newJudge().judge(chain, parseGroupName(group), now);
    if (refusal === null) {
      assert.ok(verdict.ok, JSON.stringify(verdict));
      const beside = BESIDE.get(rule) ?? 0;
      assert.equal(verdict.value.depth, chain.length - 1 - beside);
      return;
    }
    assert.ok(!verdict.ok, 'accepted');
    assert.equal(verdict.refusal.code, refusal.code, verdict.refusal.detail);
    assert.ok(verdict.refusal.detail.includes(refusal.says), verdict.refusal.detail);
  });
}

test('an accepted chain says who its last member is and from when to when', () => {
  const notAfter = timeOf('2031-01-01T00:00:00Z');
  const chain = chainOf([ALICE, BOB, { ...DAVE, notAfter }]);
  const verdict = newJudge().judge(chain, club.group, NOW);
  assert.ok(verdict.ok);
  const { chain: certificates, chainDigest, line, certificate, ...membership } = verdict.value;
  assert.deepEqual(membership, {
    group: club.group,
    member: dave.peer,
    publicKey: dave.publicKey,
    friendlyName: 'Dave',
    role: 'member',
    depth: 3,
    notBefore: BEGIN,
    notAfter,
    leaseMs: null,
    renewals: [],
  });
  assert.deepEqual(line, certificates);
  assert.equal(certificate, certificates.at(-1));
  assert.deepEqual(
    certificates.map(({ der }) => der),
    chain,
  );
  const lengths = chain.map((der) => Buffer.from([0x80 | (der.length & 127), der.length >> 7]));
  const parts = chain.flatMap((der, at) => [lengths[at] ?? Buffer.alloc(0), der]);
  assert.deepEqual(chainDigest, nodeCrypto.sha256(Buffer.concat([Buffer.from([4]), ...parts])));
});

test('a renewed membership has the dates of its renewal, and comes from whom it came before', () => {
  const judged = (rule: string) => {
    const verdict = newJudge().judge(readGolden(rule).chain, club.group, NOW);
    assert.ok(verdict.ok, JSON.stringify(verdict));
    return verdict.value;
  };
  const names = ({ line }: { readonly line: CertificateChain }) =>
    line.map(({ friendlyName }) => friendlyName);
  const renewed = judged('valid-renewed');
  assert.deepEqual(names(renewed), ['Chess club', 'Alice', 'Bob', 'Dave']);
  assert.equal(renewed.certificate.issuerFriendlyName, 'Carol');
  assert.deepEqual([renewed.notBefore, renewed.notAfter], [BEGIN, END]);
  const [step, ...others] = renewed.renewals;
  assert.ok(step?.issuer !== null && step !== undefined && others.length === 0);
  assert.deepEqual(names(step.issuer), ['Chess club', 'Alice', 'Carol']);
  const below = judged('valid-below-a-renewed');
  assert.deepEqual(names(below), ['Chess club', 'Alice', 'Bob', 'Erin']);
  assert.deepEqual(issuerChainOf(below.chain), below.chain.slice(0, -1));
  const issuers = issuerChainOf(renewed.chain);
  assert.deepEqual(
    issuers?.map(({ friendlyName }) => friendlyName),
    ['Chess club', 'Alice', 'Carol'],
  );
});

test('a membership has the lease of its last certificate, which may be longer than its life', () => {
  const leaseMs = 100 * 365 * 86_400_000;
  const notAfter = timeOf('2030-06-01T12:00:10Z');
  const above = grantDown([
    [alice, { role: 'creator' }],
    [bob, { role: 'administrator', leaseMs: 60_000 }],
  ]);
  assert.equal(above.leaseMs, 60_000);
  const leased = grant(above.chain, bob, dave, { role: 'member', notAfter, leaseMs });
  assert.deepEqual([leased.leaseMs, leased.notAfter], [leaseMs, notAfter]);
  assert.equal(grant(above.chain, bob, dave, { role: 'member' }).leaseMs, null);
});

test('chains of 2 to 25 certificates are accepted, shorter and longer ones are not', () => {
  const long = chainOf(longChain(25));
  for (let length = 0; length <= 26; length++) {
    const expected = length < 2 ? 'CHAIN_INVALID' : length > 25 ? 'CHAIN_TOO_LONG' : 'accepted';
    assert.equal(codeOf(long.slice(0, length)), expected, `${length} certificates`);
  }
});

test('a chain that leaves out a member in the middle is refused', () => {
  const long = chainOf(longChain(4));
  assert.equal(codeOf(long.filter((_, at) => at !== 2)), 'CHAIN_INVALID');
});

test('every role may issue exactly the roles of its table', () => {
  for (const issuer of ROLES) {
    for (const role of ROLES) {
      const expected = mayIssue(issuer, role) ? 'accepted' : 'CHAIN_INVALID';
      assert.equal(codeOf(chainWith(issuer, role)), expected, `${issuer} issues ${role}`);
    }
  }
  for (const role of ROLES) {
    const expected = role === 'creator' ? 'accepted' : 'CHAIN_INVALID';
    assert.equal(codeOf(chainOf([{ subject: dave, role }])), expected, `the group issues ${role}`);
  }
});

/** Dave with `role`, from Bob with `issuer`, who stands below Alice unless he is a creator himself. */
function chainWith(issuer: Role, role: Role): readonly Uint8Array[] {
  const bobs: Step = { subject: bob, role: issuer };
  const daves: Step = { subject: dave, role };
  return chainOf(issuer === 'creator' ? [bobs, daves] : [ALICE, bobs, daves]);
}

test('a membership counts from its first second to the end of its last', () => {
  const notBefore = timeOf('2030-01-01T00:00:00Z');
  const notAfter = timeOf('2030-01-02T00:00:00Z');
  const chain = chainOf([{ ...ALICE, notBefore, notAfter }]);
  assert.equal(codeOf(chain, wallTimeOf(notBefore - 1)), 'MEMBERSHIP_NOT_YET_VALID');
  assert.equal(codeOf(chain, notBefore), 'accepted');
  assert.equal(codeOf(chain, wallTimeOf(notAfter + 999)), 'accepted');
  assert.equal(codeOf(chain, wallTimeOf(notAfter + 1000)), 'MEMBERSHIP_EXPIRED');
});

test('a chain with two faults is refused for the one that is not its dates', () => {
  const forged = chainOf([{ ...ALICE, change: (parts) => ({ ...parts, signer: dave }) }]);
  assert.equal(codeOf(forged, wallTimeOf(END + 1000)), 'CHAIN_INVALID');
});

test('a chain that was accepted is judged again by its dates and by no signature', () => {
  const { count, crypto } = countingCrypto();
  const judge = newJudge(crypto);
  const chain = chainOf([ALICE, BOB, DAVE]);
  assert.equal(codeOf(chain, NOW, judge), 'accepted');
  assert.equal(count.verified, 4);
  assert.equal(codeOf(chain, NOW, judge), 'accepted');
  assert.equal(codeOf(chain, wallTimeOf(END + 1000), judge), 'MEMBERSHIP_EXPIRED');
  assert.equal(codeOf(chain, wallTimeOf(BEGIN - 1), judge), 'MEMBERSHIP_NOT_YET_VALID');
  assert.equal(count.verified, 4);
});

test('a chain that was accepted for its group is refused for another one', () => {
  const judge = newJudge();
  const chain = chainOf([ALICE]);
  assert.equal(codeOf(chain, NOW, judge), 'accepted');
  const verdict = judge.judge(chain, mallory.group, NOW);
  assert.ok(!verdict.ok);
  assert.equal(verdict.refusal.code, 'WRONG_GROUP');
});

test('a chain is recalled by its digest and judged by group and dates', () => {
  const judge = newJudge();
  const chain = chainOf([ALICE]);
  const verdict = judge.judge(chain, club.group, NOW);
  assert.ok(verdict.ok);
  const { chainDigest } = verdict.value;
  assert.deepEqual(judge.recall(chainDigest, club.group, NOW), verdict);
  const late = judge.recall(chainDigest, club.group, wallTimeOf(END + 1000));
  assert.equal(late?.ok === false && late.refusal.code, 'MEMBERSHIP_EXPIRED');
  const elsewhere = judge.recall(chainDigest, mallory.group, NOW);
  assert.equal(elsewhere?.ok === false && elsewhere.refusal.code, 'WRONG_GROUP');
});

test('a chain that was refused is not recalled', () => {
  const judge = newJudge();
  const { chain, group, now } = readGolden('signature');
  assert.ok(!judge.judge(chain, parseGroupName(group), now).ok);
  const digest = digestOf(chain);
  assert.equal(judge.recall(digest, parseGroupName(group), now), null);
});

function digestOf(chain: readonly Uint8Array[]): Uint8Array {
  const parts = chain.flatMap((der) => [
    Buffer.from([0x80 | (der.length & 127), der.length >> 7]),
    der,
  ]);
  return nodeCrypto.sha256(Buffer.concat([Buffer.from([chain.length]), ...parts]));
}

test('the caller may reuse the bytes of a chain after it was judged', () => {
  const judge = newJudge();
  const given = chainOf([ALICE]).map((der) => new Uint8Array(der));
  const verdict = judge.judge(given, club.group, NOW);
  assert.ok(verdict.ok);
  const before = structuredClone(verdict.value);
  for (const der of given) der.fill(0);
  assert.deepEqual(verdict.value, before);
});

test('an identity certificate is accepted whatever its dates, and verified once', () => {
  const { count, crypto } = countingCrypto();
  const judge = newJudge(crypto);
  const [der = new Uint8Array()] = identityOf();
  for (let times = 0; times < 3; times++) {
    const verdict = judge.verifyIdentity(der);
    assert.ok(verdict.ok);
    assert.equal(verdict.value.subject, bob.peer);
  }
  assert.equal(count.verified, 1);
});

test('an identity certificate of another kind, key or name is refused', () => {
  const judge = newJudge();
  const impostor = { ...bob, publicKey: mallory.publicKey, sign: mallory.sign };
  const forged = identityOf({ change: (parts) => ({ ...parts, signer: mallory }) });
  const cases: readonly [string, Uint8Array | undefined][] = [
    ['its name is not bound to its key', identityOf({ subject: impostor })[0]],
    ['is not signed by its own key', forged[0]],
    ['found a groupRoot certificate', chainOf([])[0]],
    ['found a membership certificate', chainOf([ALICE])[1]],
    ['certificate: outer sequence', new Uint8Array()],
  ];
  for (const [says, der = new Uint8Array()] of cases) {
    const verdict = judge.verifyIdentity(der);
    assert.ok(!verdict.ok, says);
    assert.equal(verdict.refusal.code, 'IDENTITY_INVALID');
    assert.ok(verdict.refusal.detail.includes(says), verdict.refusal.detail);
  }
});

function identityOf(change: Partial<Step> = {}): readonly Uint8Array[] {
  return chainOf([], {
    subject: bob,
    role: 'member',
    kind: 'identity',
    notAfter: BEGIN,
    ...change,
  });
}

test('identities that strangers send push out nobody but the one not seen for the longest', () => {
  const { count, crypto } = countingCrypto();
  const judge = newJudge(crypto);
  const [own = new Uint8Array()] = identityOf();
  judge.verifyIdentity(own);
  for (let stranger = 0; stranger < LIMITS.identitiesRememberedMax + 8; stranger++) {
    const [der = new Uint8Array()] = identityOf({ subject: person(`Stranger ${stranger}`) });
    judge.verifyIdentity(der);
    if (stranger % 64 === 0) judge.verifyIdentity(own);
  }
  const before = count.verified;
  judge.verifyIdentity(own);
  assert.equal(count.verified, before);
  const [first = new Uint8Array()] = identityOf({ subject: person('Stranger 0') });
  judge.verifyIdentity(first);
  assert.equal(count.verified, before + 1);
});
