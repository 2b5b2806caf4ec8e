// A valid chain with any byte of any certificate changed is refused, and nothing but a verdict comes
// of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseGroupName } from '../../../src/core/domain/names.ts';
import { readGolden } from '../../support/golden-files.ts';
import { seededChance } from '../../support/trust-cast.ts';
import { newJudge } from '../../support/trust-village.ts';

const { chain, group, now } = readGolden('valid-3');
const judge = newJudge();

function codeOf(changed: readonly Uint8Array[]): string {
  const verdict = judge.judge(changed, parseGroupName(group), now);
  return verdict.ok ? 'accepted' : verdict.refusal.code;
}

test('any change of any byte of a valid chain is refused', () => {
  assert.equal(codeOf(chain), 'accepted');
  const chance = seededChance('chain').bytes(4_096);
  for (const [position, der] of chain.entries()) {
    for (let at = 0; at < der.length; at++) {
      for (const change of [1, 0x80, chance[at] || 3]) {
        const changed = new Uint8Array(der);
        changed[at] = (changed[at] ?? 0) ^ change;
        const code = codeOf(chain.with(position, changed));
        assert.notEqual(code, 'accepted', `certificate ${position}, byte ${at} xor ${change}`);
      }
    }
  }
});

test('any two certificates of a valid chain exchanged, or one doubled or left out, are refused', () => {
  for (let a = 0; a < chain.length; a++) {
    const [one = new Uint8Array()] = chain.slice(a);
    assert.notEqual(codeOf(chain.toSpliced(a, 0, one)), 'accepted', `${a} doubled`);
    // A chain without its last is that of the issuer.
    if (a < chain.length - 1) assert.notEqual(codeOf(chain.toSpliced(a, 1)), 'accepted');
    for (let b = a + 1; b < chain.length; b++) {
      const [other = new Uint8Array()] = chain.slice(b);
      assert.notEqual(codeOf(chain.with(a, other).with(b, one)), 'accepted', `${a} and ${b}`);
    }
  }
});
