// PeerGroupConnect and PeerGroupConnectByAddress where somebody is there.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type HGROUP,
  type PEER_ADDRESS,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_GROUP,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_ISSUE_CREDENTIAL_FLAGS,
  PEER_GROUP_ROLE_ADMIN,
  PEER_MEMBER_CHANGE_TYPE,
  PEER_S_ALREADY_CONNECTED,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import {
  connectedPair,
  given,
  invited,
  newGroup,
  ONLINE_WITH_OTHERS,
  ok,
  refusedAs,
  TestPeer,
} from '../support/test-peer.ts';
import { deadAddress, groupNameOf, membersOf, propertiesOf, statusOf } from './support.ts';

const { PEER_GROUP_EVENT_CONNECTION_FAILED, PEER_GROUP_EVENT_STATUS_CHANGED } =
  PEER_GROUP_EVENT_TYPE;

contract(
  'a creator that is alone listens, by either function, and the status is what the event said',
  [
    'PeerGroupConnect S_OK',
    'PeerGroupConnect 2',
    'PeerGroupConnect 3',
    'PeerGroupCreate 6',
    'PeerGroupConnectByAddress S_OK',
    'PeerGroupGetStatus S_OK',
    'PeerGroupGetStatus 1',
    'PeerGroupGetStatus 2',
    'PeerGroupGetStatus 4',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    assert.equal(await statusOf(ann), 1);
    const zoe = await newGroup(await nearMachine(t));
    await zoe.connect(1, [await deadAddress()]);
    assert.equal(await statusOf(zoe), 1);
    refusedAs(await ann.p2p.PeerGroupConnect(ann.hGroup), PEER_S_ALREADY_CONNECTED);
    const events = [...(await ann.drain()), ...(await zoe.drain())];
    const types = events.map(({ eventType }) => eventType);
    assert.ok(!types.includes(PEER_GROUP_EVENT_STATUS_CHANGED));
    assert.ok(!types.includes(PEER_GROUP_EVENT_CONNECTION_FAILED));
  },
);

contract(
  'an invited member finds the others, is ready when it is told so, and both see a connection',
  [
    'PeerGroupConnect 1',
    'PeerGroupConnect 3',
    'PeerGroupGetStatus 3',
    'PeerGroupGetStatus 4',
    'PeerGroupGetProperties 1',
    'PeerGroupGetProperties 2',
    'PeerGroupGetProperties PEER_E_GROUP_NOT_READY',
    'events 2',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t), { pwzComment: 'Tuesdays' });
    await ann.connect();
    const bob = await invited(ann, await farMachine(t));
    refusedAs(await bob.p2p.PeerGroupGetProperties(bob.hGroup), PEER_E_GROUP_NOT_READY);
    await bob.connect(ONLINE_WITH_OTHERS);
    const properties = await propertiesOf(bob.p2p, bob.hGroup);
    assert.equal(properties.pwzComment, 'Tuesdays');
    assert.equal(properties.pwzCreatorPeerName, ann.identity);
    assert.equal(await statusOf(bob), ONLINE_WITH_OTHERS);
    await ann.untilStatus(ONLINE_WITH_OTHERS);
    assert.equal(await statusOf(ann), ONLINE_WITH_OTHERS);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    await ann.next(PEER_GROUP_EVENT_STATUS_CHANGED, ({ dwStatus }) => dwStatus === 1);
    assert.equal(await statusOf(ann), 1);
  },
);

contract(
  'one endpoint of several is enough, and the others of the group are met through it',
  ['PeerGroupConnectByAddress 1', 'PeerGroupConnectByAddress 2', 'PeerGroupConnectByAddress 3'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const eve = await invited(ann, await nearMachine(t), { friendlyName: 'Eve' });
    const addresses = [await deadAddress(), await bob.address(), 'not read' as never];
    ok(await eve.p2p.PeerGroupConnectByAddress(eve.hGroup, 2, addresses));
    await eve.untilStatus(ONLINE_WITH_OTHERS);
    const names = async (): Promise<readonly string[]> =>
      (await membersOf(eve.p2p, eve.hGroup, 1)).map(({ pwzIdentity }) => pwzIdentity);
    while (!(await names()).includes(ann.identity)) {
      await eve.next(PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_MEMBER_CHANGED);
    }
    assert.deepEqual((await names()).toSorted(), [ann, bob, eve].map((p) => p.identity).toSorted());
  },
);

contract(
  'while online, endpoints are tried as further neighbors, and a failure raises nothing',
  ['PeerGroupConnectByAddress S_OK'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    ok(await bob.p2p.PeerGroupConnectByAddress(bob.hGroup, 1, [await deadAddress()]));
    ok(await bob.p2p.PeerGroupConnectByAddress(bob.hGroup, 1, [await ann.address()]));
    const types = (await bob.drain()).map(({ eventType }) => eventType);
    assert.ok(!types.includes(PEER_GROUP_EVENT_CONNECTION_FAILED));
    assert.equal(await statusOf(bob), ONLINE_WITH_OTHERS);
  },
);

contract(
  'what is no handle and what is no endpoint is refused before anything is done',
  [
    'PeerGroupConnect PEER_E_INVALID_GROUP',
    'PeerGroupConnect 16',
    'PeerGroupConnectByAddress PEER_E_INVALID_GROUP',
    'PeerGroupConnectByAddress 5',
    'PeerGroupGetStatus PEER_E_INVALID_GROUP',
    'PeerGroupGetStatus 5',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { p2p } = ann;
    const strange: readonly unknown[] = [null, undefined, {}, 7, ann.hPeerEvent];
    for (const hGroup of strange) {
      const no = hGroup as HGROUP;
      refusedAs(await p2p.PeerGroupConnect(no), PEER_E_INVALID_GROUP);
      refusedAs(await p2p.PeerGroupConnectByAddress(no, 0, []), PEER_E_INVALID_GROUP);
      refusedAs(await p2p.PeerGroupGetStatus(no), PEER_E_INVALID_GROUP);
    }
    const good = await deadAddress();
    const port = (sin6_port: unknown) => ({ sin6: { ...good.sin6, sin6_port } });
    const host = (sin6_addr: unknown) => ({ sin6: { ...good.sin6, sin6_addr } });
    const lists: readonly (readonly [unknown, unknown])[] = [
      [0, [good]],
      [1, []],
      [2, [good]],
      [-1, [good]],
      ['1', [good]],
      [1, null],
      [1, { 0: good }],
      [1, [null]],
      [1, [{}]],
      [1, [port(0)]],
      [1, [port(65_536)]],
      [1, [port('1')]],
      [1, [host('127.0.0.1')]],
      [1, [host('localhost')]],
      [1, [host('')]],
      [1, [host(7)]],
      [2, [good, port(0)]],
      [4_294_967_295, [good]],
    ];
    for (const [count, list] of lists) {
      refusedAs(
        await p2p.PeerGroupConnectByAddress(ann.hGroup, count as number, list as PEER_ADDRESS[]),
        E_INVALIDARG,
      );
    }
    assert.equal(await statusOf(ann), 0);
    assert.deepEqual(await ann.drain(), []);
  },
);

contract(
  'before it connects a group takes no connection, also on a port that another group has bound',
  ['PeerGroupConnect 8', 'PeerGroupCreate 5'],
  async (t) => {
    const machine = await nearMachine(t);
    const ann = await newGroup(machine);
    const other = await newGroup(machine);
    await other.connect();
    const bob = await invited(ann, await nearMachine(t));
    const address = await other.address();
    ok(await bob.p2p.PeerGroupConnectByAddress(bob.hGroup, 1, [address]));
    await bob.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
    await ann.connect();
    await bob.connect(ONLINE_WITH_OTHERS, [address]);
    assert.ok(given((await membersOf(bob.p2p, bob.hGroup, 1, ann.identity))[0]));
  },
);

contract(
  'credentials that were stored while a member was away are its own when it comes back',
  ['PeerGroupConnect 15'],
  async (t) => {
    const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t));
    const name = await groupNameOf(ann);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    const roles = { cRoles: 1, pRoles: [PEER_GROUP_ROLE_ADMIN] };
    const { PEER_GROUP_STORE_CREDENTIALS } = PEER_GROUP_ISSUE_CREDENTIAL_FLAGS;
    ok(
      await ann.p2p.PeerGroupIssueCredentials(
        ann.hGroup,
        bob.identity,
        roles,
        PEER_GROUP_STORE_CREDENTIALS,
      ),
    );
    const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null));
    const again = await TestPeer.of(bob.machine, { ...bob, hGroup: given(hGroup) });
    const isTold = again.next(
      PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_MEMBER_CHANGED,
      ({ memberChangeData: { changeType, pwzIdentity } }) =>
        changeType === PEER_MEMBER_CHANGE_TYPE.PEER_MEMBER_JOINED && pwzIdentity === bob.identity,
    );
    ok(await again.p2p.PeerGroupConnect(again.hGroup));
    await isTold;
    const [self] = await membersOf(again.p2p, again.hGroup);
    assert.deepEqual(self?.pCredentialInfo.pRoles, [PEER_GROUP_ROLE_ADMIN]);
    await invited(again, await nearMachine(t), { friendlyName: 'Eve' });
  },
);
