// Whatever an application passes: a code and no more. Each parameter of each function gets everything that it does not
// take, with good values around it; then all functions get anything at all.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import fc from 'fast-check';

import { CreateEvent, FAILED, hresultName, type P2P } from '../../src/p2p/index.ts';
import { nearMachine } from './support/machine.ts';
import { type FunctionName, OTHER_CODES, SIGNATURES, type World } from './support/signatures.ts';
import { given, items, newGroup, newUser, ok } from './support/test-peer.ts';

const NAMES = Object.keys(SIGNATURES).filter((name): name is FunctionName => name in SIGNATURES);
const SEED = 20_260_101;

test('each parameter refuses what it does not take, with its code, and nothing has changed', async (t) => {
  const { p2p, world, picture } = await newWorld(t);
  const before = await picture();
  for (const name of NAMES) {
    const parameters = SIGNATURES[name];
    for (const [at, { bad, code }] of parameters.entries()) {
      for (const value of bad(world)) {
        const values = parameters.map(({ good }) => good(world));
        values[at] = value;
        const answer = await call(p2p, name, values);
        const expected = OTHER_CODES.get(`${name} ${at}`)?.get(value) ?? code;
        assert.equal(
          hresultName(answer.hr),
          hresultName(expected),
          `${name}, parameter ${at + 1}, ${described(value)}`,
        );
      }
    }
  }
  assert.deepEqual(await picture(), before);
});

test('no function throws, and what failed has no out properties', async (t) => {
  const { p2p, world, picture } = await newWorld(t);
  const before = await picture();
  const anyName = fc.constantFrom(...NAMES.filter((name) => !MAY_SUCCEED.has(name)));
  const values = fc.array(anyValue(poolOf(world)), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(anyName, values, async (name, given) => {
      const answer = await call(
        p2p,
        name,
        given.map((value) => value()),
      );
      assert.ok(Number.isInteger(answer.hr) && answer.hr >= 0 && answer.hr < 2 ** 32, name);
      if (FAILED(answer.hr)) assert.deepEqual(Object.keys(answer), ['hr'], name);
    }),
    { numRuns: 3_000, seed: SEED },
  );
  assert.deepEqual(await picture(), before);
});

test('a function of a closed P2P object says that it is not initialized', async (t) => {
  const { p2p, world } = await newWorld(t);
  await p2p.close();
  for (const name of NAMES.filter((each) => each !== 'PeerFreeData')) {
    const values = SIGNATURES[name].map(({ good }) => good(world));
    assert.equal(hresultName((await call(p2p, name, values)).hr), 'PEER_E_NOT_INITIALIZED', name);
  }
});

/** With luck these would rightly change something, or end a handle that the others need. */
const MAY_SUCCEED: ReadonlySet<FunctionName> = new Set<FunctionName>([
  'PeerEndEnumeration',
  'PeerGroupClose',
  'PeerGroupConnect',
  'PeerGroupConnectByAddress',
  'PeerGroupCreate',
  'PeerGroupDelete',
  'PeerGroupDeleteRecord',
  'PeerGroupSetProperties',
  'PeerGroupShutdown',
  'PeerGroupStartup',
  'PeerGroupUnregisterEvent',
  'PeerIdentityCreate',
  'PeerIdentityDelete',
  'PeerIdentitySetFriendlyName',
]);

/** By their places in a list: what raises when it is looked at must not be looked at here either. */
function anyValue(pool: readonly unknown[]): fc.Arbitrary<() => unknown> {
  const ofPool = fc.nat(pool.length - 1).map((at) => () => pool[at]);
  const anything = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withTypedArray: true,
      withNullPrototype: true,
    }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.bigInt(),
  );
  return fc.oneof(
    { weight: 3, arbitrary: ofPool },
    anything.map((value) => () => value),
  );
}

function poolOf(world: World): readonly unknown[] {
  const parameters = NAMES.flatMap((name) => SIGNATURES[name]);
  return parameters.flatMap(({ good, bad }) => [good(world), ...bad(world)]);
}

async function call(
  p2p: P2P,
  name: FunctionName,
  values: readonly unknown[],
): Promise<{ readonly hr: number }> {
  return await Reflect.apply(p2p[name], p2p, values);
}

async function newWorld(t: TestContext) {
  const machine = await nearMachine(t);
  const { p2p } = machine;
  const ann = await newGroup(machine);
  const { identity, hGroup } = ann;
  const elsewhere = await nearMachine(t);
  const other = await newGroup(elsewhere);
  const bob = await nearMachine(t);
  const bobsXml = given(
    (await bob.p2p.PeerIdentityGetXML(await newUser(bob, 'Bob'))).pwzIdentityXML,
  );
  const roles = ['f12dc4c7-0857-4ca0-93fc-b1bb19a3d8c2'];
  const invited = ok(await p2p.PeerGroupCreateInvitation(hGroup, bobsXml, null, 1, roles));
  const { pProperties } = ok(await p2p.PeerGroupGetProperties(hGroup));
  const group = given(given(pProperties).pwzGroupPeerName ?? undefined);
  const closed = given(ok(await p2p.PeerGroupOpen(identity, group, null)).hGroup);
  ok(await p2p.PeerGroupClose(closed));
  const { hPeerEnum } = ok(await p2p.PeerEnumIdentities());
  const ended = given(ok(await p2p.PeerEnumIdentities()).hPeerEnum);
  ok(await p2p.PeerEndEnumeration(ended));
  const world: World = {
    identity,
    identityXml: bobsXml,
    group,
    hGroup,
    hPeerEvent: ann.hPeerEvent,
    hPeerEnum: given(hPeerEnum),
    event: CreateEvent(),
    invitation: given(invited.pwzInvitation),
    recordId: '00000000-0000-4000-8000-000000000000',
    deadGroups: [closed, other.hGroup],
    deadEvents: [other.hPeerEvent],
    deadEnumerations: [ended],
  };
  return { p2p, world, picture: () => pictureOf(p2p, world) };
}

/** What an application can see of the user: identities, groups, members, records, status. */
async function pictureOf(p2p: P2P, { identity, hGroup }: World) {
  const identities = given(ok(await p2p.PeerEnumIdentities()).hPeerEnum);
  const groups = given(ok(await p2p.PeerEnumGroups(identity)).hPeerEnum);
  const members = given(ok(await p2p.PeerGroupEnumMembers(hGroup, 0, null)).hPeerEnum);
  const records = given(ok(await p2p.PeerGroupEnumRecords(hGroup, null)).hPeerEnum);
  return {
    identities: await items(p2p, identities),
    groups: await items(p2p, groups),
    members: await items(p2p, members),
    records: await items(p2p, records),
    properties: ok(await p2p.PeerGroupGetProperties(hGroup)).pProperties,
    status: ok(await p2p.PeerGroupGetStatus(hGroup)).dwStatus,
  };
}

/** Without a look at what raises when it is looked at. */
function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
