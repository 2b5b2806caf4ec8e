// PeerGroupStartup and PeerGroupShutdown: versions, counting, and what the last shut-down releases.

import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os, { type NetworkInterfaceInfo } from 'node:os';
import type { TestContext } from 'node:test';

import {
  CreateEvent,
  E_INVALIDARG,
  PEER_E_INVALID_GROUP,
  PEER_E_IPV6_NOT_INSTALLED,
  PEER_E_NOT_INITIALIZED,
  PEER_E_UNSUPPORTED_VERSION,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_VERSION,
  type PEER_RECORD,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { type FunctionName, SIGNATURES } from '../support/signatures.ts';
import { given, newGroup, ok, refusedAs } from '../support/test-peer.ts';

const IDENTITY_MANAGER =
  /^Peer(Identity|Enum|CreatePeerName|GetNextItem|GetItemCount|FreeData|End)/;

contract(
  'the versions 1.0 and 1.1 are there, the major number in the low byte',
  [
    'PeerGroupStartup S_OK',
    'PeerGroupStartup 3',
    'PeerGroupStartup 4',
    'PeerGroupStartup 5',
    'PeerGroupStartup 6',
    'PeerGroupStartup PEER_E_UNSUPPORTED_VERSION',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    assert.equal(PEER_GROUP_VERSION, 0x0101);
    for (const version of [0x0001, PEER_GROUP_VERSION]) {
      const { pVersionData } = ok(await p2p.PeerGroupStartup(version));
      assert.deepEqual(pVersionData, { wVersion: version, wHighestVersion: 0x0101 });
    }
    for (const version of [0, 0x0100, 0x0002, 0x0201, 0xffff]) {
      const answer = await p2p.PeerGroupStartup(version);
      refusedAs(answer, PEER_E_UNSUPPORTED_VERSION);
      assert.equal(answer.pVersionData, undefined);
    }
    for (const none of [-1, 1.5, 0x1_0000, '257', null, undefined, 257n]) {
      refusedAs(await Reflect.apply(p2p.PeerGroupStartup, p2p, [none]), E_INVALIDARG);
    }
  },
);

contract(
  'functions of Grouping need a start-up, the Identity Manager does not',
  ['PeerGroupStartup 1'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const names = Object.keys(SIGNATURES).filter(
      (name): name is FunctionName => name in SIGNATURES,
    );
    for (const name of names) {
      if (name === 'PeerGroupStartup') continue;
      const answer = await Reflect.apply(p2p[name], p2p, []);
      const isManager = IDENTITY_MANAGER.test(name);
      assert.equal(answer.hr === PEER_E_NOT_INITIALIZED, !isManager, name);
    }
    // Handles and arguments come after the start-up.
    refusedAs(await Reflect.apply(p2p.PeerGroupClose, p2p, [null]), PEER_E_NOT_INITIALIZED);
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    refusedAs(await Reflect.apply(p2p.PeerGroupClose, p2p, [null]), PEER_E_INVALID_GROUP);
  },
);

contract(
  'start-ups are counted, and failed ones are not',
  ['PeerGroupStartup 8', 'PeerGroupShutdown S_OK', 'PeerGroupShutdown 2', 'PeerGroupShutdown 3'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    refusedAs(await p2p.PeerGroupShutdown(), PEER_E_NOT_INITIALIZED);
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    ok(await p2p.PeerGroupStartup(0x0001));
    refusedAs(await p2p.PeerGroupStartup(0x0909), PEER_E_UNSUPPORTED_VERSION);
    ok(await p2p.PeerGroupShutdown());
    refusedAs(await p2p.PeerGroupOpen('', '', null), E_INVALIDARG);
    ok(await p2p.PeerGroupShutdown());
    refusedAs(await p2p.PeerGroupOpen('', '', null), PEER_E_NOT_INITIALIZED);
    refusedAs(await p2p.PeerGroupShutdown(), PEER_E_NOT_INITIALIZED);
  },
);

contract(
  'the last shut-down closes groups and registrations for good',
  ['PeerGroupShutdown 1'],
  async (t) => {
    const { p2p, identity, hGroup, hPeerEvent } = await newGroup(await nearMachine(t));
    const { pProperties } = ok(await p2p.PeerGroupGetProperties(hGroup));
    const ftExpiration = 140_000_000_000_000_000n;
    const record: Pick<PEER_RECORD, 'type' | 'ftExpiration'> = {
      type: '6f3f5e1c-3c54-4a3c-a5d0-2f7d0a1f0001',
      ftExpiration,
    };
    ok(await p2p.PeerGroupAddRecord(hGroup, record));
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    ok(await p2p.PeerGroupShutdown());
    ok(await p2p.PeerGroupGetStatus(hGroup));
    ok(await p2p.PeerGroupShutdown());
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
    refusedAs(await p2p.PeerGroupGetStatus(hGroup), PEER_E_INVALID_GROUP);
    refusedAs(await p2p.PeerGroupGetEventData(hPeerEvent), E_INVALIDARG);
    refusedAs(await p2p.PeerGroupUnregisterEvent(hPeerEvent), E_INVALIDARG);
    const name = given(given(pProperties).pwzGroupPeerName ?? undefined);
    const again = given(ok(await p2p.PeerGroupOpen(identity, name, null)).hGroup);
    const eventType = PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED;
    ok(await p2p.PeerGroupRegisterEvent(again, CreateEvent(), 1, [{ eventType }]));
  },
);

contract(
  'a machine without any IPv6 address is refused',
  ['PeerGroupStartup PEER_E_IPV6_NOT_INSTALLED', 'PeerGroupStartup 7'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const loopback = { address: '127.0.0.1', netmask: '255.0.0.0', mac: '', internal: true };
    setInterfaces(t, { lo: [{ ...loopback, family: 'IPv4', cidr: null }] });
    refusedAs(await p2p.PeerGroupStartup(PEER_GROUP_VERSION), PEER_E_IPV6_NOT_INSTALLED);
    refusedAs(await p2p.PeerGroupShutdown(), PEER_E_NOT_INITIALIZED);
    const six = { ...loopback, address: '::1', netmask: '', scopeid: 0 };
    setInterfaces(t, { lo: [{ ...six, family: 'IPv6', cidr: null }] });
    ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
  },
);

/** What the system says for the rest of the test. */
function setInterfaces(t: TestContext, interfaces: Record<string, NetworkInterfaceInfo[]>): void {
  t.mock.method(os, 'networkInterfaces', () => interfaces);
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}
