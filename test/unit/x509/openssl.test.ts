// OpenSSL as referee: what the judge accepts, `openssl verify` accepts too, so that a chain can be
// examined with the tools everybody has.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { pemText } from '../../../src/adapters/x509/pem.ts';
import { LEASE_SECONDS_MAX } from '../../../src/core/domain/certificates.ts';
import { ROLE_NUMBERS } from '../../../src/core/domain/roles.ts';
import { alice, BEGIN, bob, chainOf, club, dave } from '../../support/golden-chains.ts';
import { readGolden } from '../../support/golden-files.ts';
import { person, timeOf } from '../../support/trust-cast.ts';
import { grant, grantDown, identityOf, newJudge, rootOf } from '../../support/trust-village.ts';

/** The present of the golden chains. */
const NOW = String(Date.parse('2030-06-01T12:00:00Z') / 1000);
const NO_OPENSSL = 'this test needs the openssl command (Debian: apt-get install openssl)';

/** The root as the only anchor, the last certificate as what is verified, all others as help. */
function opensslVerify(chain: readonly Uint8Array[]): { status: number | null; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'peergroup-openssl-'));
  try {
    const [root, ...rest] = chain.map(pemText);
    const leaf = rest.pop();
    assert.ok(root !== undefined && leaf !== undefined);
    const file = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const helpers = rest.length === 0 ? [] : ['-untrusted', file('rest.pem', rest.join(''))];
    const trusted = ['-CAfile', file('root.pem', root), '-no-CApath', '-no-CAstore'];
    // The default of 100 would do as well; 23 is what the longest chain has between root and leaf.
    const options = ['-x509_strict', '-verify_depth', '23', '-attime', NOW];
    const all = ['verify', ...options, ...trusted, ...helpers, file('leaf.pem', leaf)];
    const { status, stdout, stderr, error } = spawnSync('openssl', all, { encoding: 'utf8' });
    assert.ok(error === undefined, `${NO_OPENSSL}: ${error}`);
    return { status, text: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const which of ['1', '3', '24', 'renewed', 'below-a-renewed']) {
  test(`openssl verify accepts the valid chain ${which}`, () => {
    const { status, text } = opensslVerify(readGolden(`valid-${which}`).chain);
    assert.equal(status, 0, text);
    assert.match(text, /leaf\.pem: OK/);
  });
}

test('openssl verify accepts a chain in which everybody has the same friendly name', () => {
  const named = (name: string) => ({ ...person(name, 'Zoë'), friendlyName: 'Zoë 鍵' });
  const chain = chainOf(
    [
      { subject: named('Alice'), role: 'creator' },
      { subject: named('Bob'), role: 'administrator' },
      { subject: named('Carol'), role: 'invitingMember' },
      { subject: named('Dave'), role: 'member' },
    ],
    { subject: named('Chess club'), role: 'creator' },
  );
  assert.ok(newJudge().judgeSoundness(chain).ok);
  const { status, text } = opensslVerify(chain);
  assert.equal(status, 0, text);
});

/** What `openssl x509 -text` shows, strictly read. */
function opensslText(der: Uint8Array): string {
  const options = ['x509', '-inform', 'DER', '-noout', '-text', '-certopt', 'ext_parse'];
  const { status, stdout, stderr, error } = spawnSync('openssl', options, { input: der });
  assert.ok(error === undefined, `${NO_OPENSSL}: ${error}`);
  assert.equal(status, 0, stderr.toString());
  return stdout.toString();
}

/** Version, kind, role and lease of the peergroup extension, as `openssl asn1parse` reads them. */
function peergroupIntegers(der: Uint8Array): readonly number[] {
  const parse = (bytes: Uint8Array, ...options: readonly string[]) => {
    const all = ['asn1parse', '-inform', 'DER', ...options];
    const { status, stdout, stderr } = spawnSync('openssl', all, { input: bytes });
    assert.equal(status, 0, stderr.toString());
    return stdout.toString();
  };
  const [, offset] = parse(der).match(/^[\s\S]*\n *(\d+):d=.*prim: OCTET STRING/) ?? [];
  assert.ok(offset !== undefined, 'the peergroup extension is the last');
  const ours = parse(der, '-strparse', offset);
  return [...ours.matchAll(/INTEGER +:([0-9A-F]+)/g)].map(([, value = '']) =>
    Number.parseInt(value, 16),
  );
}

const OUR_ID = '2.25.202377200631003306629231386898579769437';
const LEASE_MS = 28 * 86_400_000;

interface Renewed {
  readonly chain: readonly Uint8Array[];
  readonly role: number;
}

/** Alice founded; Bob has a lease from her, and then another, under which Dave's is renewed. */
function renewedChains(leaseMs: number | null): readonly Renewed[] {
  const founded = grantDown([[alice, { role: 'creator' }]]);
  const until = (day: number) => timeOf(`2030-06-${day}T12:00:00Z`);
  const terms = (day: number) => ({ notBefore: BEGIN, notAfter: until(day), leaseMs });
  const first = grant(founded.chain, alice, bob, { role: 'administrator', ...terms(10) });
  const member = grant(first.chain, bob, dave, { role: 'member', ...terms(10) });
  const renewed = grant(founded.chain, alice, bob, { role: 'administrator', ...terms(24) });
  const again = grant(renewed.chain, bob, dave, { role: 'invitingMember', ...terms(24) });
  return [first, member, renewed, again].map(({ chain, role }) => ({
    chain: chain.map(({ der }) => der),
    role: ROLE_NUMBERS[role],
  }));
}

for (const [what, leaseMs] of [
  ['with a lease', LEASE_MS],
  ['with the longest lease', LEASE_SECONDS_MAX * 1000],
  ['with fixed dates', null],
] as const) {
  test(`openssl reads and verifies each chain of members and their renewals ${what}`, () => {
    for (const { chain, role } of renewedChains(leaseMs)) {
      const { status, text } = opensslVerify(chain);
      assert.equal(status, 0, text);
      const [leaf] = chain.slice(-1);
      assert.ok(leaf !== undefined);
      const shown = opensslText(leaf);
      assert.match(shown, /Signature Algorithm: ED25519/);
      assert.ok(shown.includes(OUR_ID));
      const lease = leaseMs === null ? [] : [leaseMs / 1000];
      assert.deepEqual(peergroupIntegers(leaf), [1, 1, role, ...lease]);
    }
  });
}

test('openssl reads a root and an identity, and verifies each by itself', () => {
  for (const certificate of [rootOf(club), identityOf(bob)]) {
    assert.match(opensslText(certificate.der), new RegExp(OUR_ID.replaceAll('.', '\\.')));
    const { status, text } = opensslVerify([certificate.der, certificate.der]);
    assert.equal(status, 0, text);
  }
});

const BROKEN: readonly (readonly [string, RegExp])[] = [
  ['signature', /signature failure/],
  ['signature-in-the-middle', /signature failure/],
  ['form-constraints-false-of-issuer', /invalid CA certificate/],
  ['role-member-issues-nothing', /invalid CA certificate/],
  ['expired', /certificate has expired/],
  ['not-yet-valid', /certificate is not yet valid/],
  ['form-extension-unknown-critical', /unhandled critical extension/],
];

for (const [rule, says] of BROKEN) {
  test(`openssl verify refuses the golden chain ${rule}`, () => {
    const { status, text } = opensslVerify(readGolden(rule).chain);
    assert.notEqual(status, 0, text);
    assert.match(text, says);
  });
}
