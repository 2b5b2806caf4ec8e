// PeerGroupUpdateRecord, PeerGroupDeleteRecord and PeerGroupGetRecord: what changes, what stays, and who may.

import assert from 'node:assert/strict';

import {
  E_INVALIDARG,
  type HResult,
  PEER_E_GROUP_NOT_READY,
  PEER_E_INVALID_ATTRIBUTES,
  PEER_E_INVALID_GROUP,
  PEER_E_INVALID_RECORD_EXPIRATION,
  PEER_E_MAX_RECORD_SIZE_EXCEEDED,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_RECORD_NOT_FOUND,
  PEER_E_TOO_MANY_ATTRIBUTES,
  PEER_GROUP_ROLE_ADMIN,
  PEER_GROUP_ROLE_INVITING_MEMBER,
  PEER_RECORD_FLAGS,
  type PEER_RECORD_TO_UPDATE,
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
  OTHER,
  read,
  updated,
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

const { PEER_RECORD_FLAG_AUTOREFRESH } = PEER_RECORD_FLAGS;
const UNKNOWN = '0a5b1c00-54a6-4e0b-9c55-0f6a1f1d7eff';
const COLOUR = '<attributes><attribute name="colour" type="string">blue</attribute></attributes>';

function update(peer: TestPeer, record: unknown): Promise<HResult> {
  return peer.p2p.PeerGroupUpdateRecord(peer.hGroup, record as PEER_RECORD_TO_UPDATE);
}

function remove(peer: TestPeer, id: unknown): Promise<HResult> {
  return peer.p2p.PeerGroupDeleteRecord(peer.hGroup, id as string);
}

contract(
  'an update changes attributes, data and the end, and nothing else',
  [
    'PeerGroupUpdateRecord S_OK',
    'PeerGroupUpdateRecord 1',
    'PeerGroupUpdateRecord 3',
    'PeerGroupUpdateRecord 5',
    'PeerGroupUpdateRecord 8',
    'PeerGroupUpdateRecord 9',
    'PeerGroupGetRecord 5',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const id = await added(ann, { data: bytes('one') });
    const before = await read(ann, id);
    const ftExpiration = before.ftExpiration + 600_000_000n;
    ok(
      await update(ann, {
        ...before,
        dwVersion: 99,
        pwzCreatorId: 'somebody',
        pwzModifiedById: 'somebody',
        pwzAttributes: COLOUR,
        ftCreation: 1n,
        ftExpiration,
        ftLastModified: 1n,
        securityData: new Uint8Array(),
        data: bytes('two'),
      }),
    );
    await nextChange(ann, 'PEER_RECORD_ADDED', id);
    const { recordId, recordType } = await nextChange(ann, 'PEER_RECORD_UPDATED', id);
    assert.deepEqual([recordId, recordType], [id, NOTE]);
    const { ftLastModified, securityData, ...after } = await read(ann, recordId);
    const { ftLastModified: modifiedBefore, securityData: signedBefore, ...kept } = before;
    assert.deepEqual(after, {
      ...kept,
      dwVersion: 2,
      pwzAttributes: COLOUR,
      ftExpiration,
      data: bytes('two'),
    });
    assert.ok(modifiedBefore <= ftLastModified && ftLastModified <= filetimeIn(0));
    assert.notDeepEqual(securityData, signedBefore);
    assert.deepEqual(await changesOf(ann, id), []);
  },
);

contract(
  'what is left out is empty, as in a structure filled with zeros',
  ['PeerGroupUpdateRecord 1'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const id = await added(ann, { data: bytes('one'), pwzAttributes: COLOUR });
    const { type, dwFlags, ftExpiration } = await read(ann, id);
    ok(
      await update(ann, { id: id.toUpperCase(), type: type.toUpperCase(), dwFlags, ftExpiration }),
    );
    const { data, pwzAttributes, dwVersion } = await read(ann, id);
    assert.deepEqual([data.length, pwzAttributes, dwVersion], [0, null, 2]);
  },
);

contract(
  'id, type and flags come back as they are',
  ['PeerGroupUpdateRecord 2', 'PeerGroupUpdateRecord E_INVALIDARG'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const id = await added(ann);
    const record = await read(ann, id);
    const { id: _, ...withoutId } = record;
    const { type: __, ...withoutType } = record;
    for (const wrong of [
      null,
      5,
      {},
      withoutId,
      withoutType,
      { ...record, id: 'x' },
      { ...record, type: OTHER },
      { ...record, type: 'x' },
      { ...record, dwFlags: PEER_RECORD_FLAG_AUTOREFRESH },
      { ...record, dwFlags: 2 },
      { ...record, dwFlags: -1 },
      { ...record, ftExpiration: 5 },
      { ...record, ftExpiration: -1n },
      { ...record, data: 'text' },
      { ...record, pwzAttributes: 7 },
    ]) {
      refusedAs(await update(ann, wrong), E_INVALIDARG);
    }
    const fresh = await added(ann, { dwFlags: PEER_RECORD_FLAG_AUTOREFRESH });
    const { dwFlags, ...withoutFlags } = await read(ann, fresh);
    refusedAs(await update(ann, withoutFlags), E_INVALIDARG);
    ok(await update(ann, { ...withoutFlags, dwFlags }));
    assert.deepEqual(await read(ann, id), record);
  },
);

contract('the end of a record stays or is put off', ['PeerGroupUpdateRecord 4'], async (t) => {
  const end = (filetimeIn(7_200_000) / 10_000_000n) * 10_000_000n;
  const { ann, bob } = await connectedPair(await nearMachine(t), await nearMachine(t), {
    ftExpiration: end,
    roles: [PEER_GROUP_ROLE_ADMIN],
  });
  const id = await added(ann);
  const record = await read(ann, id);
  for (const ftExpiration of [0n, 1n, filetimeIn(60_000), record.ftExpiration - 10_000n]) {
    refusedAs(await update(ann, { ...record, ftExpiration }), PEER_E_INVALID_RECORD_EXPIRATION);
  }
  const { ftExpiration: ___, ...withoutEnd } = record;
  refusedAs(await update(ann, withoutEnd), PEER_E_INVALID_RECORD_EXPIRATION);
  ok(await update(ann, record));
  ok(await update(ann, { ...record, ftExpiration: record.ftExpiration + 10_000n }));
  assert.equal((await read(ann, id)).ftExpiration, record.ftExpiration + 10_000n);
  // An administrator puts it off as long as the membership of its own lasts.
  await nextChange(bob, 'PEER_RECORD_ADDED', id);
  const late = await added(ann, { ftExpiration: end + 36_000_000_000n });
  await nextChange(bob, 'PEER_RECORD_ADDED', late);
  refusedAs(
    await update(bob, { ...(await read(bob, id)), ftExpiration: end + 10_000_000n }),
    PEER_E_INVALID_RECORD_EXPIRATION,
  );
  await updated(bob, id, { ftExpiration: end });
  // What is later already may stay so.
  await updated(bob, late, { data: bytes('by Bob') });
  refusedAs(
    await update(bob, {
      ...(await read(bob, late)),
      ftExpiration: end + 36_000_010_000n,
    }),
    PEER_E_INVALID_RECORD_EXPIRATION,
  );
});

contract(
  'attributes and data are judged as when adding',
  ['PeerGroupUpdateRecord E_INVALIDARG'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const id = await added(ann);
    const record = await read(ann, id);
    const data = new Uint8Array(16_777_217);
    refusedAs(await update(ann, { ...record, data }), PEER_E_MAX_RECORD_SIZE_EXCEEDED);
    refusedAs(
      await update(ann, { ...record, pwzAttributes: '<attributes>' }),
      PEER_E_INVALID_ATTRIBUTES,
    );
    const many = Array.from(
      { length: 257 },
      (_, at) => `<attribute name="a${at}" type="int">1</attribute>`,
    );
    const pwzAttributes = `<attributes>${many.join('')}</attributes>`;
    refusedAs(await update(ann, { ...record, pwzAttributes }), PEER_E_TOO_MANY_ATTRIBUTES);
    assert.deepEqual(await read(ann, id), record);
  },
);

contract(
  'attributes that were read can be passed back, however long their text is by now',
  ['PeerGroupUpdateRecord S_OK'],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const content = '&'.repeat(60_000);
    const id = await added(ann, {
      pwzAttributes: `<attributes><attribute name="a" type="string"><![CDATA[${content}]]></attribute></attributes>`,
    });
    const record = await read(ann, id);
    assert.ok(given(record.pwzAttributes ?? undefined).length > 65_536);
    ok(await update(ann, { ...record, data: bytes('more') }));
    const after = await read(ann, id);
    assert.deepEqual([after.pwzAttributes, after.data], [record.pwzAttributes, bytes('more')]);
    const longer = given(record.pwzAttributes ?? undefined).replace('"a"', '"b"');
    refusedAs(await update(ann, { ...record, pwzAttributes: longer }), PEER_E_INVALID_ATTRIBUTES);
  },
);

contract(
  'members change their own records, administrators and the creator all of them',
  [
    'PeerGroupUpdateRecord PEER_E_NOT_AUTHORIZED',
    'PeerGroupUpdateRecord 6',
    'PeerGroupUpdateRecord 7',
    'PeerGroupDeleteRecord PEER_E_NOT_AUTHORIZED',
    'PeerGroupDeleteRecord 1',
    'PeerGroupDeleteRecord 2',
    'PeerGroupDeleteRecord 3',
    'PeerGroupAddRecord 15',
    'records 7',
  ],
  async (t) => {
    const machine = await nearMachine(t);
    const { ann, bob } = await connectedPair(machine, await nearMachine(t));
    const admin = await invited(ann, await nearMachine(t), { roles: [PEER_GROUP_ROLE_ADMIN] });
    await admin.connect(3);
    const inviting = await invited(ann, await nearMachine(t), {
      roles: [PEER_GROUP_ROLE_INVITING_MEMBER],
    });
    await inviting.connect(3);
    const ofBob = await added(bob);
    const ofAnn = await added(ann);
    const ofInviting = await added(inviting);
    for (const peer of [ann, bob, admin, inviting]) {
      for (const id of [ofBob, ofAnn, ofInviting]) await nextChange(peer, 'PEER_RECORD_ADDED', id);
    }
    for (const [peer, id] of [
      [bob, ofAnn],
      [bob, ofInviting],
      [inviting, ofBob],
      [inviting, ofAnn],
    ] as const) {
      const record = await read(peer, id);
      refusedAs(await update(peer, { ...record, data: bytes('mine') }), PEER_E_NOT_AUTHORIZED);
      refusedAs(await update(peer, { ...record, ftExpiration: 1n }), PEER_E_NOT_AUTHORIZED);
      refusedAs(await remove(peer, id), PEER_E_NOT_AUTHORIZED);
      assert.equal((await read(ann, id)).dwVersion, 1);
    }
    await updated(bob, ofBob, { data: bytes('by Bob') });
    await nextChange(admin, 'PEER_RECORD_UPDATED', ofBob);
    await updated(admin, ofBob, { data: bytes('by an administrator') });
    await nextChange(ann, 'PEER_RECORD_UPDATED', ofBob);
    await nextChange(ann, 'PEER_RECORD_UPDATED', ofBob);
    await updated(ann, ofBob, { data: bytes('by Ann') });
    for (let at = 0; at < 3; at += 1) await nextChange(bob, 'PEER_RECORD_UPDATED', ofBob);
    const atBob = await read(bob, ofBob);
    assert.deepEqual(
      [atBob.pwzCreatorId, atBob.pwzModifiedById, atBob.dwVersion, atBob.data],
      [bob.identity, ann.identity, 4, bytes('by Ann')],
    );
    ok(await remove(bob, ofBob));
    ok(await remove(admin, ofAnn));
    ok(await remove(ann, ofInviting));
    for (const peer of [ann, bob, admin, inviting]) {
      for (const id of [ofBob, ofAnn, ofInviting]) {
        await peer.next(
          3,
          (event) =>
            event.recordChangeData.recordId === id && event.recordChangeData.changeType === 3,
        );
      }
      assert.deepEqual(await listed(peer), []);
    }
  },
);

contract(
  'a deleted record is gone for all functions',
  [
    'PeerGroupDeleteRecord S_OK',
    'PeerGroupDeleteRecord PEER_E_RECORD_NOT_FOUND',
    'PeerGroupDeleteRecord 5',
    'PeerGroupDeleteRecord 6',
    'PeerGroupDeleteRecord i1',
    'PeerGroupUpdateRecord PEER_E_RECORD_NOT_FOUND',
    'PeerGroupUpdateRecord 10',
    'PeerGroupGetRecord PEER_E_RECORD_NOT_FOUND',
    'PeerGroupGetRecord 2',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const id = await added(ann);
    const record = await read(ann, id);
    await nextChange(ann, 'PEER_RECORD_ADDED', id);
    ok(await remove(ann, id.toUpperCase()));
    const change = await nextChange(ann, 'PEER_RECORD_DELETED', id);
    assert.equal(change.recordType, NOTE);
    for (const gone of [id, UNKNOWN]) {
      refusedAs(await remove(ann, gone), PEER_E_RECORD_NOT_FOUND);
      refusedAs(await ann.p2p.PeerGroupGetRecord(ann.hGroup, gone), PEER_E_RECORD_NOT_FOUND);
      refusedAs(await update(ann, { ...record, id: gone }), PEER_E_RECORD_NOT_FOUND);
    }
    assert.deepEqual(await listed(ann), []);
    assert.deepEqual(await changesOf(ann, id), []);
  },
);

contract(
  'reading and changing need a handle, an id and a group that is ready',
  [
    'PeerGroupUpdateRecord PEER_E_GROUP_NOT_READY',
    'PeerGroupUpdateRecord PEER_E_INVALID_GROUP',
    'PeerGroupDeleteRecord PEER_E_GROUP_NOT_READY',
    'PeerGroupDeleteRecord PEER_E_INVALID_GROUP',
    'PeerGroupGetRecord PEER_E_GROUP_NOT_READY',
    'PeerGroupGetRecord PEER_E_INVALID_GROUP',
    'PeerGroupGetRecord E_INVALIDARG',
    'PeerGroupGetRecord 3',
  ],
  async (t) => {
    const ann = await newGroup(await nearMachine(t));
    const bob = await invited(ann, await nearMachine(t));
    const record = { ...note(), id: UNKNOWN, dwFlags: 0 };
    const results = async (peer: TestPeer, id: unknown): Promise<readonly HResult[]> => [
      await peer.p2p.PeerGroupGetRecord(peer.hGroup, id as string),
      await remove(peer, id),
      await update(peer, { ...record, id }),
    ];
    for (const answer of await results(bob, UNKNOWN)) refusedAs(answer, PEER_E_GROUP_NOT_READY);
    for (const id of ['', 'x', null, 5, `{${UNKNOWN}}`]) {
      for (const answer of await results(bob, id)) refusedAs(answer, E_INVALIDARG);
      for (const answer of await results(ann, id)) refusedAs(answer, E_INVALIDARG);
    }
    ok(await bob.p2p.PeerGroupClose(bob.hGroup));
    for (const id of [UNKNOWN, 'x']) {
      for (const answer of await results(bob, id)) refusedAs(answer, PEER_E_INVALID_GROUP);
    }
  },
);

contract('a record that was read is the callers own', ['PeerGroupGetRecord 4'], async (t) => {
  const ann = await newGroup(await nearMachine(t));
  const id = await added(ann, { data: bytes('one') });
  const record = await read(ann, id);
  record.data.fill(0);
  record.securityData.fill(0);
  record.pwzCreatorId = 'me';
  ok(await ann.p2p.PeerFreeData(record));
  const again = await read(ann, id);
  assert.deepEqual([again.data, again.pwzCreatorId], [bytes('one'), ann.identity]);
  assert.notDeepEqual(again.securityData, record.securityData);
});
