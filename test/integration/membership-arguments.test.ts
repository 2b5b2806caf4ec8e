// Whatever a program without types gives to the membership of a group, it is told INVALID_ARGUMENT, and nothing has
// changed: proxies that throw, getters, text with NUL or half a pair of surrogates, huge text, objects of others.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

import { isPeerGroupError } from '../../src/api/index.ts';
import { found, type Household, openHouse } from '../support/live-group.ts';
import { WORDS } from '../support/live-members.ts';

const RUNS = 150;
const HUGE = 'x'.repeat(1_000_000);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(): object {
  const mine = (): never => {
    throw new RangeError('mine');
  };
  return new Proxy(
    {},
    { get: mine, ownKeys: mine, getOwnPropertyDescriptor: mine, getPrototypeOf: mine, has: mine },
  );
}

/** What is no text, no number, no boolean, no Date, and no options. */
const FOREIGN: readonly unknown[] = [
  null,
  Symbol('x'),
  7n,
  () => undefined,
  [],
  ['x'],
  new Map(),
  revoked(),
  throwing(),
  runInNewContext('new Date()'),
];
const NO_TEXT = [...FOREIGN, 7, true, {}, Object('text'), 'half \ud800', 'nul \0'];
const NO_NAME = [...NO_TEXT, '', 'nobody', HUGE, { name: 7 }, { name: '' }, { id: 'x' }];
const NO_ID = [
  ...NO_TEXT,
  '',
  'nobody',
  HUGE,
  '0'.repeat(63),
  'G'.repeat(64),
  { id: 7 },
  { id: HUGE },
];
const NO_COUNT = [...FOREIGN, '7', true, {}, Number.NaN];
const NO_FLAG = [...FOREIGN, 0, 'yes', {}];
const NO_ROLE = [...NO_TEXT, '', 'creator', 'Member', HUGE];
const NO_REQUEST = [...FOREIGN, undefined, 7, 'x', {}, { id: 7 }, { id: '' }, { id: HUGE }];

const FIELDS = {
  role: NO_ROLE,
  uses: [...NO_COUNT, 0, -1, 1.5, 1_001, Number.NEGATIVE_INFINITY],
  expiresAt: [...FOREIGN, 7, 'soon', {}, new Date(Number.NaN), new Date(0), new Date(-1)],
  leaseMs: [...NO_COUNT, 0, 999, -1, Number.POSITIVE_INFINITY, 1e15],
  needsApproval: NO_FLAG,
  label: [...NO_TEXT, HUGE, 'ü'.repeat(129)],
} as const;
const REMOVING = { reason: [...NO_TEXT, HUGE], withInvited: NO_FLAG } as const;
const PROPERTIES = {
  friendlyName: [...NO_TEXT, '', HUGE],
  comment: [...NO_TEXT, HUGE, 'ü'.repeat(129)],
  application: [...NO_TEXT, HUGE, 'x\0', 'ü'.repeat(2_049)],
  leaseMs: FIELDS.leaseMs,
} as const;
const JOINING = {
  identity: [...NO_TEXT.filter((each) => typeof each !== 'string'), '', { name: 7 }],
  password: [...NO_TEXT, '', HUGE],
  timeoutMs: [...NO_COUNT, 0, -1, 2 ** 31],
  approvalMs: [...NO_COUNT, 0, -1, 2 ** 31],
  onPending: FOREIGN.filter((each) => typeof each !== 'function'),
  signal: [...FOREIGN, {}, 7, 'x'],
} as const;

/** Some of them would break whoever draws them, so they are drawn by their places. */
function oneOf(values: readonly unknown[]): fc.Arbitrary<() => unknown> {
  return fc.nat(values.length - 1).map((at) => () => values[at]);
}

/** Options of which one is wrong, or that are none. */
function wrongOptions(
  fields: Readonly<Record<string, readonly unknown[]>>,
  base: object = {},
): fc.Arbitrary<() => unknown> {
  const oneWrong = Object.entries(fields).map(([key, values]) =>
    oneOf(values).map((draw) => () => ({ ...base, [key]: draw() })),
  );
  const getter = fc.constantFrom(...Object.keys(fields)).map(
    (key) => () =>
      Object.defineProperty({ ...base }, key, {
        enumerable: true,
        get: () => {
          throw new RangeError('mine');
        },
      }),
  );
  const strange = oneOf([...FOREIGN, 7, 'x', { nothing: 1 }, { [Symbol('x')]: 1 }]);
  return fc.oneof(...oneWrong, getter, strange);
}

interface Call {
  readonly name: string;
  readonly act: () => unknown;
}

function call(name: string, act: (given: never) => unknown, given: unknown): Call {
  return { name, act: () => Reflect.apply(act, undefined, [given]) };
}

function calls({ group, node }: Household, line: string): fc.Arbitrary<Call> {
  const { memberships, invitations, self } = group;
  const of = (values: readonly unknown[], name: string, act: (given: never) => unknown) =>
    oneOf([...values, undefined]).map((draw) => call(name, act, draw()));
  const by = (options: fc.Arbitrary<() => unknown>, name: string, act: (given: never) => unknown) =>
    options.map((draw) => call(name, act, draw()));
  return fc.oneof(
    of(NO_NAME, 'get', (given) => memberships.get(given)),
    of(NO_NAME, 'explain', (given) => memberships.explain(given)),
    of(NO_NAME, 'remove', (given) => memberships.remove(given)),
    of(NO_NAME, 'setRole', (given) => memberships.setRole(given, 'member')),
    of(NO_ROLE, 'setRole to', (given) => memberships.setRole(self, given)),
    of(NO_ID, 'coSign', (given) => memberships.coSign(given)),
    of(NO_ID, 'revoke', (given) => invitations.revoke(given)),
    of(NO_REQUEST, 'approve', (given) => invitations.approve(given)),
    of(NO_REQUEST, 'deny', (given) => invitations.deny(given)),
    of([...FOREIGN, 7, true, {}, ''], 'createPassword', (given) =>
      invitations.createPassword(given),
    ),
    of([...FOREIGN, 7, {}, ''], 'joinGroup', (given) => node.joinGroup(given)),
    by(wrongOptions(REMOVING), 'remove by', (given) => memberships.remove(self, given)),
    by(wrongOptions(FIELDS), 'createTicket', (given) => invitations.createTicket(given)),
    by(wrongOptions(FIELDS), 'createPassword by', (given) =>
      invitations.createPassword(WORDS, given),
    ),
    by(wrongOptions({ ...FIELDS, uses: [1, 2] }), 'createCode', (given) =>
      invitations.createCode(given),
    ),
    by(wrongOptions(PROPERTIES), 'setProperties', (given) => group.setProperties(given)),
    by(wrongOptions(JOINING, { password: WORDS }), 'joinGroup by', (given) =>
      node.joinGroup(line, given),
    ),
  );
}

async function codeOf({ act }: Call): Promise<string> {
  try {
    await act();
    return 'it succeeded';
  } catch (error) {
    if (!isPeerGroupError(error)) return String(error);
    return error.code;
  }
}

async function snapshot({ group, node }: Household): Promise<unknown> {
  return [
    await group.memberships.list(),
    await group.memberships.removals(),
    await group.invitations.list(),
    group.invitations.requests(),
    group.properties,
    node.groups,
  ];
}

async function scene(
  t: TestContext,
): Promise<{ readonly alice: Household; readonly line: string }> {
  const alice = await found(t);
  // Of a group that this node is not in.
  const other = await found(t, { name: 'Other' });
  const { text } = await other.group.invitations.createPassword(WORDS);
  return { alice, line: text };
}

test('every wrong argument is refused before anything changes', async (t) => {
  const { alice, line } = await scene(t);
  const before = await snapshot(alice);
  await fc.assert(
    fc.asyncProperty(calls(alice, line), async (wrong) => {
      assert.equal(await codeOf(wrong), 'INVALID_ARGUMENT', wrong.name);
    }),
    { numRuns: RUNS * 4 },
  );
  assert.deepEqual(await snapshot(alice), before);
});

test('each wrong value of each option is refused by itself', async (t) => {
  const { alice, line } = await scene(t);
  const { group, node } = alice;
  const before = await snapshot(alice);
  const each = async (
    fields: Readonly<Record<string, readonly unknown[]>>,
    act: (given: never) => unknown,
    base: object = {},
  ): Promise<void> => {
    for (const [key, values] of Object.entries(fields)) {
      for (const [at, value] of values.entries()) {
        const wrong = call(`${key} ${at}`, act, { ...base, [key]: value });
        assert.equal(await codeOf(wrong), 'INVALID_ARGUMENT', wrong.name);
      }
    }
  };
  await each(FIELDS, (given) => group.invitations.createTicket(given));
  await each(REMOVING, (given) => group.memberships.remove(group.self, given));
  await each(PROPERTIES, (given) => group.setProperties(given));
  await each(JOINING, (given) => node.joinGroup(line, given), { password: WORDS });
  assert.deepEqual(await snapshot(alice), before);
});

test('a text that is no invitation is refused, whatever it is', async (t) => {
  const { node } = await openHouse(t, 'Bob', null);
  const texts = [
    'x',
    'peergroup:',
    'peergroup:AQI',
    'half \ud800',
    'nul \0',
    HUGE,
    `peergroup:${HUGE}`,
  ];
  for (const text of texts) {
    const code = await codeOf({ name: text.slice(0, 20), act: () => node.joinGroup(text) });
    assert.equal(code, 'INVITATION_INVALID', text.slice(0, 20));
  }
  assert.deepEqual(node.groups, []);
});

test('what only looks like options of another realm is read, and a Date of one is not', async (t) => {
  const { alice } = await scene(t);
  const options = runInNewContext('({ uses: 2, label: "other realm" })');
  const { id } = await alice.group.invitations.createTicket(options);
  const [view] = await alice.group.invitations.list();
  assert.deepEqual([view?.id, view?.uses, view?.label], [id, 2, 'other realm']);
});
