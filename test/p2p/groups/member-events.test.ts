// PEER_GROUP_EVENT_MEMBER_CHANGED: who joins, comes and goes, as everybody is told who is online.

import assert from 'node:assert/strict';

import {
  type PEER_EVENT_MEMBER_CHANGE_DATA,
  PEER_GROUP_EVENT_TYPE,
  PEER_MEMBER_CHANGE_TYPE,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  given,
  invited,
  newGroup,
  ONLINE_WITH_OTHERS,
  ok,
  TestPeer,
} from '../support/test-peer.ts';
import { groupNameOf } from './support.ts';

const { PEER_GROUP_EVENT_MEMBER_CHANGED, PEER_GROUP_EVENT_STATUS_CHANGED } = PEER_GROUP_EVENT_TYPE;
const { PEER_MEMBER_CONNECTED, PEER_MEMBER_DISCONNECTED, PEER_MEMBER_JOINED } =
  PEER_MEMBER_CHANGE_TYPE;

contract(
  'a membership is told once, connecting and leaving each time, to everybody and to the one concerned',
  ['PeerGroupConnect 14', 'events 4'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    await changes(ann, [ann, PEER_MEMBER_JOINED], [ann, PEER_MEMBER_CONNECTED]);
    const bob = await invited(ann, await nearMachine(t));
    await bob.connect(ONLINE_WITH_OTHERS);
    await changes(ann, [bob, PEER_MEMBER_JOINED], [bob, PEER_MEMBER_CONNECTED]);
    await changes(
      bob,
      [bob, PEER_MEMBER_JOINED],
      [bob, PEER_MEMBER_CONNECTED],
      [ann, PEER_MEMBER_CONNECTED],
    );
    const name = await groupNameOf(ann);
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    await changes(ann, [bob, PEER_MEMBER_DISCONNECTED]);

    const { hGroup } = ok(await bob.p2p.PeerGroupOpen(bob.identity, name, null));
    const again = await TestPeer.of(bob.machine, { ...bob, hGroup: given(hGroup) });
    await again.connect(ONLINE_WITH_OTHERS);
    await changes(ann, [bob, PEER_MEMBER_CONNECTED]);
    await changes(again, [bob, PEER_MEMBER_CONNECTED], [ann, PEER_MEMBER_CONNECTED]);
  },
);

contract('nobody is told of what it did not register for', ['events 1'], async (t) => {
  const machine = await nearMachine(t);
  const ann = await newGroup(machine);
  const only = await TestPeer.of(machine, ann, [PEER_GROUP_EVENT_STATUS_CHANGED]);
  await ann.connect();
  const events = await only.drain();
  assert.deepEqual(events, [{ eventType: PEER_GROUP_EVENT_STATUS_CHANGED, dwStatus: 1 }]);
});

/** These have come or come now, and none of them twice. */
async function changes(
  peer: TestPeer,
  ...expected: readonly (readonly [TestPeer, PEER_MEMBER_CHANGE_TYPE])[]
): Promise<void> {
  const isOf =
    ([{ identity }, type]: readonly [TestPeer, PEER_MEMBER_CHANGE_TYPE]) =>
    ({ changeType, pwzIdentity }: PEER_EVENT_MEMBER_CHANGE_DATA): boolean =>
      changeType === type && pwzIdentity === identity;
  for (const each of expected) {
    const fits = isOf(each);
    await peer.next(PEER_GROUP_EVENT_MEMBER_CHANGED, (event) => fits(event.memberChangeData));
  }
  for (const event of await peer.drain()) {
    if (event.eventType !== PEER_GROUP_EVENT_MEMBER_CHANGED) continue;
    assert.ok(!expected.some((each) => isOf(each)(event.memberChangeData)));
  }
}
