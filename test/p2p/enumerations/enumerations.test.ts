// What all enumerations have in common, on that of the identities; and PeerFreeData.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type HPEERENUM,
  type P2P,
  PEER_E_NOT_INITIALIZED,
  type PEER_NAME_PAIR,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { given, items, ok, refusedAs } from '../support/test-peer.ts';

contract(
  'the identities of the user are enumerated with their names',
  [
    'PeerEnumIdentities S_OK',
    'PeerEnumIdentities 1',
    'PeerEnumIdentities 2',
    'PeerEnumIdentities 3',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const other = await nearMachine(t);
    await madeIdentities(other.p2p, 1);
    const names = await madeIdentities(p2p, 3);
    ok(await p2p.PeerIdentitySetFriendlyName(names[1] ?? '', null));
    const hPeerEnum = await identities(p2p);
    assert.equal(ok(await p2p.PeerGetItemCount(hPeerEnum)).pCount, 3);
    const found = await items(p2p, hPeerEnum);
    assert.deepEqual(found.map(({ pwzPeerName }) => pwzPeerName).toSorted(), names.toSorted());
    const called = new Map(found.map((each) => [each.pwzPeerName, each.pwzFriendlyName]));
    assert.deepEqual(
      names.map((name) => called.get(name)),
      ['Bob 0', names[1], 'Bob 2'],
    );
  },
);

contract(
  'items come in pieces, the last one shorter, and then none',
  [
    'PeerGetNextItem S_OK',
    'PeerGetNextItem 1',
    'PeerGetNextItem 2',
    'PeerGetNextItem 3',
    'PeerGetNextItem 4',
    'PeerGetNextItem 7',
    'PeerGetItemCount S_OK',
    'PeerGetItemCount 1',
    'PeerGetItemCount i1',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const names = await madeIdentities(p2p, 15);
    const hPeerEnum = await identities(p2p);
    // A snapshot: what comes later is not in it.
    await madeIdentities(p2p, 1);
    assert.deepEqual(ok(await p2p.PeerGetNextItem(hPeerEnum, 0)).ppvItems, []);
    const pieces = [];
    for (const wanted of [10, 10, 10, 1]) {
      const { pCount, ppvItems } = ok(await p2p.PeerGetNextItem(hPeerEnum, wanted));
      assert.equal(given(ppvItems).length, pCount);
      pieces.push(given(ppvItems));
      assert.equal(ok(await p2p.PeerGetItemCount(hPeerEnum)).pCount, 15);
    }
    assert.deepEqual(
      pieces.map(({ length }) => length),
      [10, 5, 0, 0],
    );
    const read = pieces.flat().map(({ pwzPeerName }) => pwzPeerName);
    assert.deepEqual(read.toSorted(), names.toSorted());
    const whole = await identities(p2p);
    assert.equal(ok(await p2p.PeerGetNextItem(whole, 0xffff_ffff)).pCount, 16);
  },
);

contract(
  'an enumeration that was ended is none, but what was read of it stays',
  [
    'PeerEndEnumeration S_OK',
    'PeerEndEnumeration 1',
    'PeerEndEnumeration 2',
    'PeerEndEnumeration E_INVALIDARG',
    'PeerGetNextItem E_INVALIDARG',
    'PeerGetItemCount E_INVALIDARG',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const [name] = await madeIdentities(p2p, 1);
    const hPeerEnum = await identities(p2p);
    const { ppvItems } = ok(await p2p.PeerGetNextItem(hPeerEnum, 1));
    ok(await p2p.PeerEndEnumeration(hPeerEnum));
    assert.equal(ppvItems?.[0]?.pwzPeerName, name);
    refusedAs(await p2p.PeerEndEnumeration(hPeerEnum), E_INVALIDARG);
    refusedAs(await p2p.PeerGetNextItem(hPeerEnum, 1), E_INVALIDARG);
    refusedAs(await p2p.PeerGetItemCount(hPeerEnum), E_INVALIDARG);
    const other = await nearMachine(t);
    refusedAs(await other.p2p.PeerGetItemCount(await identities(p2p)), E_INVALIDARG);
  },
);

contract(
  'a count is asked for, and has to be one',
  ['PeerGetNextItem 6', 'PeerGetNextItem E_INVALIDARG'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    await madeIdentities(p2p, 1);
    const hPeerEnum = await identities(p2p);
    refusedAs(await p2p.PeerGetNextItem(hPeerEnum, null), E_INVALIDARG);
    for (const count of [-1, 1.5, 2 ** 32, Number.NaN, '1', 1n]) {
      const answer = await Reflect.apply(p2p.PeerGetNextItem, p2p, [hPeerEnum, count]);
      refusedAs(answer, E_INVALIDARG);
    }
    assert.equal(ok(await p2p.PeerGetNextItem(hPeerEnum, 1)).pCount, 1);
  },
);

contract(
  'everything may be released, as a whole and more than once, and stays usable',
  [
    'PeerFreeData 1',
    'PeerFreeData 2',
    'PeerFreeData 3',
    'PeerGetNextItem 5',
    'memory 1',
    'memory 2',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { p2p } = machine;
    const [name] = await madeIdentities(p2p, 1);
    const { ppvItems } = ok(await p2p.PeerGetNextItem(await identities(p2p), 1));
    const raises = new Proxy(
      {},
      {
        get: () => {
          throw new Error('read');
        },
      },
    );
    for (const block of [ppvItems, ppvItems?.[0], name, null, undefined, 5, raises]) {
      assert.deepEqual(Object.keys(ok(await p2p.PeerFreeData(block))), ['hr']);
      ok(await p2p.PeerFreeData(block));
    }
    assert.equal(ppvItems?.[0]?.pwzPeerName, name);
    // What was handed over is the caller's own.
    ppvItems?.splice(0);
    assert.equal((await items(p2p, await identities(p2p)))[0]?.pwzPeerName, name);
    await machine.close();
    ok(await p2p.PeerFreeData(ppvItems));
    refusedAs(await p2p.PeerEnumIdentities(), PEER_E_NOT_INITIALIZED);
  },
);

async function madeIdentities(p2p: P2P, count: number): Promise<readonly string[]> {
  const names: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { pwzIdentity } = ok(await p2p.PeerIdentityCreate(null, `Bob ${at}`, null));
    names.push(given(pwzIdentity));
  }
  return names;
}

async function identities(p2p: P2P): Promise<HPEERENUM<PEER_NAME_PAIR>> {
  return given(ok(await p2p.PeerEnumIdentities()).hPeerEnum);
}
