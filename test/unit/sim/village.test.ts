// The people of simulated worlds have memberships that keep the laws, and keys that nobody can forge.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FastCrypto } from '../../../src/sim/fast-crypto.ts';
import { SimCertificates } from '../../../src/sim/people/sim-certificates.ts';
import { Village } from '../../../src/sim/people/village.ts';
import { SimChance } from '../../../src/sim/sim-chance.ts';

test('members are issued by Alice, and by those whom she allows to issue', () => {
  const village = new Village('1', new FastCrypto());
  const ann = village.member('ann', { role: 'administrator' });
  const ben = village.member('ben', { role: 'member' }, ann);
  assert.deepEqual([ann.membership.depth, ben.membership.depth], [2, 3]);
  assert.equal(ben.membership.group, village.founder.membership.group);
  assert.throws(() => village.member('carl', { role: 'member' }, ben), /may be issued/);
});

test('a chain in which one byte was changed is refused', () => {
  const village = new Village('1', new FastCrypto());
  const chain = village.member('ann', { role: 'member' }).membership.chain.map(({ der }) => der);
  assert.ok(village.judge.judgeSoundness(chain).ok);
  for (const [at, der] of chain.entries()) {
    for (let byte = 0; byte < der.length; byte += 7) {
      const spoilt = der.slice();
      spoilt[byte] = (spoilt[byte] ?? 0) ^ 1;
      assert.ok(!village.judge.judgeSoundness(chain.with(at, spoilt)).ok, `${at} ${byte}`);
    }
  }
});

test('a certificate is what it was encoded from', () => {
  const crypto = new FastCrypto();
  const village = new Village('1', crypto);
  const { membership } = village.member('ann', { role: 'member' });
  const codec = new SimCertificates(new SimChance('other'));
  for (const certificate of membership.chain) {
    assert.deepEqual(codec.decode(certificate.der), certificate);
  }
});

test('a signature is of one key and one message', () => {
  const crypto = new FastCrypto();
  const [ann, ben] = [crypto.signer('ann'), crypto.signer('ben')];
  const message = new TextEncoder().encode('message');
  const signature = ann.sign(message);
  assert.ok(crypto.verify(ann.publicKey, message, signature));
  assert.ok(!crypto.verify(ben.publicKey, message, signature));
  assert.ok(!crypto.verify(ann.publicKey, message.subarray(1), signature));
  assert.ok(!crypto.verify(new Uint8Array(32), message, signature));
});

test('chance is the same for one seed, and spread', () => {
  const [one, again, other] = [new SimChance('1'), new SimChance('1'), new SimChance('2')];
  assert.deepEqual(one.bytes(100), again.bytes(100));
  assert.notDeepEqual(one.bytes(100), other.bytes(100));
  const drawn = Array.from({ length: 10_000 }, () => one.fraction());
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  assert.ok(mean > 0.48 && mean < 0.52, String(mean));
  assert.ok(Math.min(...drawn) >= 0 && Math.max(...drawn) < 1);
});
