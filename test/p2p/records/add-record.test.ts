// PeerGroupAddRecord: what it takes and what it makes of it, at one peer.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_ATTRIBUTES,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_RECORD,
  PEER_E_INVALID_RECORD_EXPIRATION,
  PEER_E_MAX_RECORD_SIZE_EXCEEDED,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_TOO_MANY_ATTRIBUTES,
  PEER_RECORD_FLAGS,
  type PEER_RECORD_TO_ADD,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import {
  added,
  bytes,
  changesOf,
  filetimeIn,
  listed,
  NOTE,
  nextChange,
  note,
  read,
} from '../support/record-peer.ts';
import {
  connectedPair,
  given,
  invited,
  newGroup,
  ok,
  refusedAs,
  type TestPeer,
} from '../support/test-peer.ts';

const { PEER_RECORD_FLAG_AUTOREFRESH, PEER_RECORD_FLAG_DELETED } = PEER_RECORD_FLAGS;

async function refused(peer: TestPeer, record: unknown, code: number): Promise<void> {
  const answer = await peer.p2p.PeerGroupAddRecord(peer.hGroup, record as PEER_RECORD_TO_ADD);
  refusedAs(answer, code);
  assert.equal(answer.pRecordId, undefined);
}

contract(
  'a record is what was given and what the infrastructure adds to it',
  [
    'PeerGroupAddRecord S_OK',
    'PeerGroupAddRecord 3',
    'PeerGroupAddRecord 4',
    'PeerGroupAddRecord 5',
    'PeerGroupAddRecord 8',
    'PeerGroupGetRecord S_OK',
    'PeerGroupGetRecord 1',
    'records 4',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const before = filetimeIn(0);
    const ftExpiration = filetimeIn(3_600_000);
    const made: PEER_RECORD_TO_ADD = {
      dwSize: 7,
      type: NOTE.toUpperCase(),
      id: '0a5b1c00-54a6-4e0b-9c55-0f6a1f1d7eff',
      dwVersion: 12,
      dwFlags: 0,
      pwzCreatorId: 'somebody',
      pwzModifiedById: 'somebody',
      pwzAttributes: '<attributes><attribute name="a" type="int">7</attribute></attributes>',
      ftCreation: 5n,
      ftExpiration,
      ftLastModified: 5n,
      securityData: bytes('mine'),
      data: Uint8Array.of(0, 255, 128),
    };
    const { pRecordId } = ok(await ann.p2p.PeerGroupAddRecord(ann.hGroup, made));
    const record = await read(ann, given(pRecordId));
    assert.match(given(pRecordId), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.notEqual(pRecordId, made.id);
    const { ftCreation, ftLastModified, securityData, ...rest } = record;
    assert.deepEqual(rest, {
      type: NOTE,
      id: pRecordId,
      dwVersion: 1,
      dwFlags: 0,
      pwzCreatorId: ann.identity,
      pwzModifiedById: ann.identity,
      pwzAttributes: '<attributes><attribute name="a" type="int">7</attribute></attributes>',
      ftExpiration,
      data: Uint8Array.of(0, 255, 128),
    });
    assert.ok(before <= ftCreation && ftCreation <= filetimeIn(0));
    assert.equal(ftLastModified, ftCreation);
    assert.notDeepEqual(securityData, bytes('mine'));
    const change = await nextChange(ann, 'PEER_RECORD_ADDED');
    assert.deepEqual([change.recordId, change.recordType], [pRecordId, NOTE]);
    assert.deepEqual(await changesOf(ann, given(pRecordId)), []);
  },
);

contract(
  'type and expiration are all that it needs, and it needs both',
  ['PeerGroupAddRecord 1', 'PeerGroupAddRecord E_INVALIDARG'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const { pRecordId } = ok(
      await ann.p2p.PeerGroupAddRecord(ann.hGroup, {
        type: NOTE,
        ftExpiration: filetimeIn(60_000),
      }),
    );
    const { pwzAttributes, dwFlags, data } = await read(ann, given(pRecordId));
    assert.deepEqual([pwzAttributes, dwFlags, data], [null, 0, new Uint8Array()]);
    const throws = {
      get type(): string {
        throw new Error('read');
      },
    };
    for (const wrong of [
      null,
      undefined,
      5,
      {},
      throws,
      { type: NOTE },
      { ftExpiration: filetimeIn(60_000) },
      note({ ftExpiration: 0n }),
      note({ ftExpiration: -1n }),
      note({ ftExpiration: 2n ** 63n }),
      { ...note(), ftExpiration: 5 },
      { ...note(), ftExpiration: null },
      note({ type: '00000000-0000-0000-0000-000000000000' }),
      note({ type: `{${NOTE}}` }),
      note({ type: '' }),
      { ...note(), dwFlags: -1 },
      { ...note(), dwFlags: '1' },
      { ...note(), dwFlags: null },
      { ...note(), data: 'text' },
      { ...note(), data: [1, 2] },
      { ...note(), pwzAttributes: 5 },
    ]) {
      await refused(ann, wrong, E_INVALIDARG);
    }
    assert.equal((await listed(ann)).length, 1);
  },
);

contract(
  'no flag but auto-refresh may be set',
  ['PeerGroupAddRecord PEER_E_INVALID_RECORD'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    for (const dwFlags of [PEER_RECORD_FLAG_DELETED, 3, 4, 0xffff_ffff]) {
      await refused(ann, note({ dwFlags }), PEER_E_INVALID_RECORD);
    }
    const id = await added(ann, { dwFlags: PEER_RECORD_FLAG_AUTOREFRESH });
    assert.equal((await read(ann, id)).dwFlags, PEER_RECORD_FLAG_AUTOREFRESH);
  },
);

contract(
  'a record lives for a while, and no longer than the membership',
  ['PeerGroupAddRecord 12'],
  async (t) => {
    const machine = await nearMachine(t);
    const end = (filetimeIn(3_600_000) / 10_000_000n) * 10_000_000n;
    const { ann, bob } = await connectedPair(machine, await nearMachine(t), { ftExpiration: end });
    for (const ftExpiration of [1n, filetimeIn(-1_000), filetimeIn(0)]) {
      await refused(ann, note({ ftExpiration }), PEER_E_INVALID_RECORD_EXPIRATION);
    }
    for (const ftExpiration of [end + 10_000_000n, end + 600_000_000n, 2n ** 63n - 1n]) {
      await refused(bob, note({ ftExpiration }), PEER_E_INVALID_RECORD_EXPIRATION);
    }
    const flags = { dwFlags: PEER_RECORD_FLAG_AUTOREFRESH };
    for (const ms of [1_000, 230_000]) {
      const record = note({ ...flags, ftExpiration: filetimeIn(ms) });
      await refused(ann, record, PEER_E_INVALID_RECORD_EXPIRATION);
    }
    await added(ann, { ...flags, ftExpiration: filetimeIn(250_000) });
    // The creator's membership has no end to speak of.
    await added(ann, { ftExpiration: filetimeIn(900 * 365 * 86_400_000) });
    const id = await added(bob, { ftExpiration: end });
    assert.equal((await read(bob, id)).ftExpiration, end);
  },
);

contract(
  'attributes follow their schema',
  [
    'PeerGroupAddRecord PEER_E_INVALID_ATTRIBUTES',
    'PeerGroupAddRecord 10',
    'PeerGroupAddRecord 11',
    'record attributes 1',
    'record attributes 2',
    'record attributes 3',
    'record attributes 4',
    'record attributes 5',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const attribute = (name: string, type: string, value: string): string =>
      `<attribute name="${name}" type="${type}">${value}</attribute>`;
    const attributes = (...each: readonly string[]): string =>
      `<attributes>${each.join('')}</attributes>`;
    for (const pwzAttributes of [
      '<attributes>',
      '<attribute name="a" type="string">x</attribute>',
      attributes('x'),
      attributes('<attribute name="a">x</attribute>'),
      attributes('<attribute type="string">x</attribute>'),
      attributes(attribute('a', 'float', '1.5')),
      attributes(attribute('a-b', 'string', 'x')),
      attributes(attribute('a_b', 'string', 'x')),
      attributes(attribute('a', 'string', 'x'), attribute('a', 'string', 'y')),
      attributes(attribute('a', 'int', 'x')),
      attributes(attribute('a', 'date', '2024-02-30')),
      attributes(attribute('a', 'date', '31.12.2024')),
      attributes(attribute('a', 'string', 'x'.repeat(65_536))),
      'a\0b',
      ...['peerlastmodifiedby', 'peercreatorid', 'peerlastmodificationtime'].map((name) =>
        attributes(attribute(name, 'string', 'x')),
      ),
      ...['peerrecordid', 'peerrecordtype', 'peercreationtime'].map((name) =>
        attributes(attribute(name, 'date', '2024')),
      ),
    ]) {
      await refused(ann, note({ pwzAttributes }), PEER_E_INVALID_ATTRIBUTES);
    }
    const many = Array.from({ length: 257 }, (_, at) => attribute(`a${at}`, 'int', '1'));
    const tooMany = note({ pwzAttributes: attributes(...many) });
    await refused(ann, tooMany, PEER_E_TOO_MANY_ATTRIBUTES);
    await added(ann, { pwzAttributes: attributes(...many.slice(1)) });
    for (const pwzAttributes of ['', '<attributes/>', attributes()]) {
      assert.equal((await read(ann, await added(ann, { pwzAttributes }))).pwzAttributes, null);
    }
    const id = await added(ann, {
      pwzAttributes: attributes(
        attribute('s', 'string', ' a&lt;b '),
        attribute('n', 'int', '-7'),
        attribute('d1', 'date', '2024'),
        attribute('d2', 'date', '2024-05-31T12:00+02:00'),
        attribute('d3', 'date', '2024-05-31T12:00:00.25Z'),
      ),
    });
    const text = given((await read(ann, id)).pwzAttributes ?? undefined);
    assert.equal(
      text,
      attributes(
        attribute('d1', 'date', '2024-01-01'),
        attribute('d2', 'date', '2024-05-31T10:00:00Z'),
        attribute('d3', 'date', '2024-05-31T12:00:00.250Z'),
        attribute('n', 'int', '-7'),
        attribute('s', 'string', ' a&lt;b '),
      ),
    );
  },
);

contract(
  'data have up to 16 MiB',
  ['PeerGroupAddRecord PEER_E_MAX_RECORD_SIZE_EXCEEDED', 'PeerGroupAddRecord 16'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const data = new Uint8Array(16_777_217).fill(7);
    await refused(ann, note({ data }), PEER_E_MAX_RECORD_SIZE_EXCEEDED);
    assert.deepEqual(await listed(ann), []);
    const id = await added(ann, { data: data.subarray(1) });
    assert.equal((await read(ann, id)).data.length, 16_777_216);
  },
);

contract(
  'types of the infrastructure are its own',
  ['PeerGroupAddRecord PEER_E_NOT_AUTHORIZED', 'PeerGroupAddRecord 14'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    for (const first of ['00000100', '00000400', '01000000', '02000000', 'FFFFFFFF']) {
      const type = `${first}-0000-0000-0000-000000000000`;
      await refused(ann, note({ type }), PEER_E_NOT_AUTHORIZED);
      // Whoever may not publish it is told so first.
      await refused(ann, note({ type, ftExpiration: 1n }), PEER_E_NOT_AUTHORIZED);
    }
    await added(ann, { type: '00000100-0000-0000-0000-000000000001' });
  },
);

contract(
  'a peer that was never synchronised adds nothing',
  ['PeerGroupAddRecord PEER_E_GROUP_NOT_READY', 'PeerGroupAddRecord 9'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    await refused(bob, note(), PEER_E_GROUP_NOT_READY);
    // Arguments are looked at first.
    await refused(bob, {}, E_INVALIDARG);
    // The creator needs nobody.
    await added(ann);
  },
);

contract(
  'a handle that is no group of this object is told so first',
  ['PeerGroupAddRecord PEER_E_INVALID_GROUP'],
  async (t) => {
    const machine = await nearMachine(t);
    const ann = await newGroup(machine);
    ok(await machine.p2p.PeerGroupClose(ann.hGroup));
    await refused(ann, note(), PEER_E_INVALID_GROUP);
    await refused(ann, null, PEER_E_INVALID_GROUP);
  },
);

contract(
  'what the caller changes while the record is added does not count',
  ['PeerGroupAddRecord S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const data = bytes('before');
    const adding = ann.p2p.PeerGroupAddRecord(ann.hGroup, note({ data }));
    data.fill(0);
    const { pRecordId } = ok(await adding);
    assert.deepEqual((await read(ann, given(pRecordId))).data, bytes('before'));
  },
);
