// The evaluation of random sets compared with the slow model, and through peers that learn them in any order.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hexText } from '../../../src/core/base/hex.ts';
import { SecurityModel } from '../../../src/sim/checks/security-model.ts';
import { FuzzSource } from '../../support/fuzzing.ts';
import { SceneMaker, type SecurityScene, shuffled } from '../../support/security-scenes.ts';
import { exchange, type SaidItem, type SecurityPeer } from '../../support/security-village.ts';

const { SECURITY_SEED = '1', SECURITY_SETS = '300' } = process.env;
const SEED = Number(SECURITY_SEED);
const SETS = Number(SECURITY_SETS);

function sceneOf(seed: number): SecurityScene {
  const random = new FuzzSource(seed);
  if (seed % 3 === 0) return new SceneMaker(seed).makeRebellion(8, 4 + random.below(9));
  const people = 4 + random.below(9);
  return new SceneMaker(seed).make(people, 3 + random.below(12), 20 + random.below(70));
}

/** A peer that is given everything, again and again, until it learns nothing more. */
function peerWith({ village, pages }: SecurityScene, order: readonly SaidItem[]): SecurityPeer {
  const peer = village.peer();
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const chain of village.memberships) isNew = peer.learnChain(chain) || isNew;
    for (const item of [...pages, ...order]) {
      if (peer.state.has(item.digest)) continue;
      peer.learn(item);
      isNew = peer.state.has(item.digest) || isNew;
    }
  }
  return peer;
}

/** Of what a peer holds and of all chains that there are. */
function modelOf(scene: SecurityScene, peers: readonly SecurityPeer[]): SecurityModel {
  const held = new Map(
    peers.flatMap((peer) => peer.held()).map((item) => [hexText(item.digest), item]),
  );
  const chainByDigest = new Map(
    peers.flatMap((peer) => peer.knownChains()).map((chain) => [hexText(chain.chainDigest), chain]),
  );
  const items = [...held.values()];
  const statements = items
    .filter(({ form }) => form === 'statement')
    .map(({ bytes }) => {
      const statement = scene.village.read(bytes);
      const chains = statement.signatures.map(
        ({ membership }) => chainByDigest.get(hexText(membership)) ?? null,
      );
      return { statement, chains };
    });
  return new SecurityModel(
    statements,
    items.filter(({ form }) => form === 'page'),
  );
}

function assertSame(scene: SecurityScene, peer: SecurityPeer, model: SecurityModel): void {
  const { state } = peer;
  assert.deepEqual(state.listedDigests().map(hexText), model.listedDigests(), 'listed');
  for (const membership of scene.village.memberships) {
    const name = `${membership.friendlyName} below ${membership.chain.at(-2)?.friendlyName}`;
    assert.equal(state.removalOf(membership) === null, model.lives(membership), `${name} lives`);
    assert.equal(
      state.isChainListed(membership),
      model.isChainListed(membership),
      `${name} listed`,
    );
  }
  for (const { membership, hash, journal, sequence } of scene.batches) {
    const verdict = state.judgeSigned(membership, hash, { journal, sequence });
    assert.equal(verdict, model.judge(membership, hash, journal, sequence), 'batch');
  }
  const epoch = state.epoch();
  assert.equal(epoch === null ? null : hexText(epoch.statement.digest), model.epoch(), 'epoch');
}

test(`${SETS} random sets are evaluated as the model does, in two orders`, () => {
  for (let seed = SEED; seed < SEED + SETS; seed++) {
    const scene = sceneOf(seed);
    const random = new FuzzSource(seed + 7);
    const first = peerWith(scene, scene.statements);
    const other = peerWith(scene, shuffled(scene.statements, random));
    try {
      assertSame(scene, first, modelOf(scene, [first]));
      assertSame(scene, other, modelOf(scene, [other]));
      assertSame(scene, other, modelOf(scene, [first, other]));
      assert.deepEqual(other.listed(), first.listed());
    } catch (error) {
      throw new Error(`SECURITY_SEED=${seed} SECURITY_SETS=1`, { cause: error });
    }
  }
});

test(`three peers that got parts of ${SETS} random sets come to list the same by comparing`, () => {
  for (let seed = SEED; seed < SEED + SETS; seed++) {
    const scene = sceneOf(seed);
    const random = new FuzzSource(seed + 11);
    const peers = [0, 1, 2].map(() => {
      const peer = scene.village.peer();
      const everything = [...scene.village.memberships, ...scene.statements, ...scene.pages];
      for (const each of shuffled(everything, random)) {
        if (random.below(3) === 0) continue;
        if ('chain' in each) peer.learnChain(each);
        else peer.learn(each);
      }
      return peer;
    });
    try {
      exchange(peers);
      const [first, ...others] = peers;
      assert.ok(first !== undefined);
      for (const other of others) assert.deepEqual(other.listed(), first.listed());
      const model = modelOf(scene, peers);
      for (const peer of peers) assertSame(scene, peer, model);
      first.reopen();
      assertSame(scene, first, model);
    } catch (error) {
      throw new Error(`SECURITY_SEED=${seed} SECURITY_SETS=1`, { cause: error });
    }
  }
});
