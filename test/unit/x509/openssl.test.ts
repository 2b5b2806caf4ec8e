// OpenSSL as referee: what the judge accepts, `openssl verify` accepts too, so that a chain can be
// examined with the tools everybody has.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { pemText } from '../../../src/adapters/x509/pem.ts';
import { chainOf } from '../../support/golden-chains.ts';
import { readGolden } from '../../support/golden-files.ts';
import { person } from '../../support/trust-cast.ts';
import { newJudge } from '../../support/trust-village.ts';

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

for (const memberships of [1, 3, 24]) {
  test(`openssl verify accepts a valid chain of ${memberships}`, () => {
    const { status, text } = opensslVerify(readGolden(`valid-${memberships}`).chain);
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
