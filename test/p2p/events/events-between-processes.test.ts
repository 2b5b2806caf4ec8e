// Registering for events and reading them where the events come from another process: what one registration asks for,
// in its own queue, taken one by one.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_E_INVALID_GROUP,
  PEER_E_NO_MEMBERS_FOUND,
  PEER_GROUP_EVENT_TYPE,
  PEER_S_NO_EVENT_DATA,
} from '../../../src/p2p/index.ts';
import { twoProcesses } from '../connections/support.ts';
import { contract } from '../support/contract.ts';
import { farMachine } from '../support/far-machine.ts';
import { nearMachine } from '../support/machine.ts';
import { given, invited, newGroup, ok, refusedAs, TestPeer } from '../support/test-peer.ts';

const {
  PEER_GROUP_EVENT_CONNECTION_FAILED,
  PEER_GROUP_EVENT_PROPERTY_CHANGED,
  PEER_GROUP_EVENT_RECORD_CHANGED,
} = PEER_GROUP_EVENT_TYPE;
const ONE = '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0011';
const OTHER = '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0012';
const IN_2200 = 189_000_000_000_000_000n;

async function publish({ p2p, hGroup }: TestPeer, type: string): Promise<string> {
  const added = ok(await p2p.PeerGroupAddRecord(hGroup, { type, ftExpiration: IN_2200 }));
  return given(added.pRecordId);
}

contract(
  'what happens in one process is queued in another for each registration that asks for it',
  [
    'PeerGroupRegisterEvent S_OK',
    'PeerGroupRegisterEvent 1',
    'PeerGroupRegisterEvent 2',
    'PeerGroupRegisterEvent 3',
    'PeerGroupRegisterEvent 4',
    'PeerGroupRegisterEvent 6',
    'PeerGroupRegisterEvent 7',
    'PeerGroupRegisterEvent i1',
    'PeerGroupRegisterEvent i2',
    'PeerGroupGetEventData S_OK',
    'PeerGroupGetEventData PEER_S_NO_EVENT_DATA',
    'PeerGroupGetEventData 1',
    'PeerGroupGetEventData 2',
    'PeerGroupGetEventData 3',
    'PeerGroupGetEventData 4',
    'PeerGroupGetEventData 5',
    'PeerGroupGetEventData 6',
  ],
  async (t) => {
    const { ann, bob, there } = await twoProcesses(t);
    const { p2p, hGroup } = bob;
    const event = await there.createEvent();
    const typed = await p2p.PeerGroupRegisterEvent(hGroup, event, 2, [
      { eventType: PEER_GROUP_EVENT_RECORD_CHANGED, pType: ONE },
      // A type says nothing here.
      { eventType: PEER_GROUP_EVENT_PROPERTY_CHANGED, pType: OTHER },
    ]);
    const hPeerEvent = given(ok(typed).hPeerEvent);
    const all = await TestPeer.of(there, bob, [PEER_GROUP_EVENT_RECORD_CHANGED]);
    refusedAs(await p2p.PeerGroupGetEventData(hPeerEvent), PEER_S_NO_EVENT_DATA);

    const ids = [await publish(ann, OTHER), await publish(ann, ONE), await publish(ann, ONE)];
    const properties = given(ok(await ann.p2p.PeerGroupGetProperties(ann.hGroup)).pProperties);
    ok(await ann.p2p.PeerGroupSetProperties(ann.hGroup, { ...properties, pwzComment: 'New' }));

    const mine: unknown[] = [];
    while (mine.length < 3) {
      const { hr, pEventData } = await p2p.PeerGroupGetEventData(hPeerEvent);
      if (hr === PEER_S_NO_EVENT_DATA) assert.ok(await there.wait(event, 10_000), 'an event');
      else {
        mine.push(pEventData);
        ok(await p2p.PeerFreeData(pEventData));
      }
    }
    const added = (id: string | undefined, recordType: string) => ({
      eventType: PEER_GROUP_EVENT_RECORD_CHANGED,
      recordChangeData: { changeType: 1, recordId: id, recordType },
    });
    const records = mine.filter((each) => Object(each).recordChangeData !== undefined);
    const texts = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).toSorted();
    // No order is guaranteed among records.
    const [, first, second] = ids;
    assert.deepEqual(texts(records), texts([added(first, ONE), added(second, ONE)]));
    assert.deepEqual(
      mine.filter((each) => !records.includes(each)),
      [{ eventType: PEER_GROUP_EVENT_PROPERTY_CHANGED }],
    );
    refusedAs(await p2p.PeerGroupGetEventData(hPeerEvent), PEER_S_NO_EVENT_DATA);
    const heard = new Set<string>();
    for (const _ of ids) {
      heard.add((await all.next(PEER_GROUP_EVENT_RECORD_CHANGED)).recordChangeData.recordId);
    }
    assert.deepEqual([...heard].toSorted(), ids.toSorted());
  },
);

contract(
  'another process tells why it did not come online, and what is no handle or no event',
  [
    'PeerGroupGetEventData 7',
    'PeerGroupGetEventData E_INVALIDARG',
    'PeerGroupRegisterEvent E_INVALIDARG',
    'PeerGroupRegisterEvent PEER_E_INVALID_GROUP',
    'PeerGroupRegisterEvent 10',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    await ann.connect();
    const there = await farMachine(t);
    const bob = await invited(ann, there);
    await ann.machine.close();
    const { p2p, hGroup, hPeerEvent } = bob;
    ok(await p2p.PeerGroupConnect(hGroup));
    const failed = await bob.next(PEER_GROUP_EVENT_CONNECTION_FAILED);
    assert.equal(failed.hrConnectionFailedReason, PEER_E_NO_MEMBERS_FOUND);
    const event = await there.createEvent();
    refusedAs(await p2p.PeerGroupRegisterEvent(hGroup, event, 0, []), E_INVALIDARG);
    ok(await p2p.PeerGroupUnregisterEvent(hPeerEvent));
    while ((await p2p.PeerGroupGetEventData(hPeerEvent)).hr === 0);
    refusedAs(await p2p.PeerGroupGetEventData(hPeerEvent), E_INVALIDARG);
    ok(await p2p.PeerGroupClose(hGroup));
    const wishes = [{ eventType: PEER_GROUP_EVENT_RECORD_CHANGED }];
    refusedAs(await p2p.PeerGroupRegisterEvent(hGroup, event, 1, wishes), PEER_E_INVALID_GROUP);
  },
);
