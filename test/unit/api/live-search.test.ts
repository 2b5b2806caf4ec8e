// The changes that a search would see: each record once, from what the reader saw last to what is there
// now; bounded, and over when the loop, the signal or the group is.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PeerGroupError } from '../../../src/api/peer-group-error.ts';
import { type LiveChange, LiveSearch } from '../../../src/api/records/live-search.ts';
import { SharedRecord } from '../../../src/api/records/shared-record.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { GroupRecord, RecordChange } from '../../../src/core/domain/records.ts';
import { CAST, keeper, newNote, only } from '../../support/record-club.ts';

const NOTE = only(keeper(CAST.bob).publish(newNote()));

/** Version `version` of record `which`; searches find those with an even text. */
function versionOf(which: number, version: number, isFound = true): GroupRecord {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, which);
  const value = { kind: 'string', value: isFound ? 'found' : 'other' } as const;
  const content = { ...NOTE.content, version, attributes: [{ name: 'text', value }] };
  return { ...NOTE, id, content };
}

function changed(before: GroupRecord | null, after: GroupRecord | null): RecordChange {
  const kind = after === null ? 'deleted' : before === null ? 'added' : 'updated';
  return { kind, before, after };
}

function watching(signal?: AbortSignal) {
  let ended = 0;
  const live = new LiveSearch({
    finds: ({ content }) => content.attributes[0]?.value.value === 'found',
    shown: (record) => new SharedRecord(record, () => null),
    onEnd: () => {
      ended += 1;
    },
    signal,
  });
  return { live, ended: () => ended };
}

function textOf(result: IteratorResult<LiveChange, undefined>): string {
  if (result.done === true) return 'over';
  const { kind, record, previous } = result.value;
  return `${kind} ${previous?.version ?? '-'} ${record.version}`;
}

async function nextText(live: LiveSearch): Promise<string> {
  return textOf(await live.next());
}

const one = versionOf(1, 1);
const two = versionOf(1, 2);
const three = versionOf(1, 3);
const hidden = versionOf(1, 2, false);

describe('a reader that waits', () => {
  test('is told of each change as it comes', async () => {
    const { live } = watching();
    const steps: readonly (readonly [RecordChange, string])[] = [
      [changed(null, one), 'added - 1'],
      [changed(one, two), 'updated 1 2'],
      [changed(two, null), 'removed 2 2'],
    ];
    for (const [change, text] of steps) {
      const next = nextText(live);
      live.onChange(change);
      assert.equal(await next, text);
    }
  });

  test('is told what goes because its author was removed, and what came back instead', async () => {
    const { live } = watching();
    const steps: readonly (readonly [GroupRecord | null, GroupRecord | null, string])[] = [
      [two, one, 'updated 2 1'],
      [hidden, one, 'added - 1'],
      [null, one, 'added - 1'],
      [one, null, 'removed 1 1'],
    ];
    for (const [before, after, text] of steps) {
      const next = live.next();
      live.onChange({ kind: 'revoked', before, after });
      const result = await next;
      assert.equal(textOf(result), text);
      assert.equal(result.value?.reason, 'revoked');
    }
  });

  test('sees a record come in and go with what the search finds', async () => {
    const { live } = watching();
    const steps: readonly (readonly [RecordChange, string])[] = [
      [changed(hidden, three), 'added - 3'],
      [changed(one, hidden), 'removed 1 1'],
    ];
    for (const [change, text] of steps) {
      const next = nextText(live);
      live.onChange(changed(hidden, null));
      live.onChange(changed(null, hidden));
      live.onChange(change);
      assert.equal(await next, text);
    }
  });

  test('shares the changes with other readers, in the order of their asking', async () => {
    const { live } = watching();
    const readers = [nextText(live), nextText(live), nextText(live)];
    live.onChange(changed(null, one));
    live.onChange(changed(null, versionOf(2, 7)));
    live.close();
    assert.deepEqual(await Promise.all(readers), ['added - 1', 'added - 7', 'over']);
  });
});

describe('a slow reader', () => {
  test('is told of a record once, from what it knows to what is there', async () => {
    const { live } = watching();
    live.onChange(changed(one, two));
    live.onChange(changed(two, three));
    assert.equal(await nextText(live), 'updated 1 3');
    live.onChange(changed(three, two));
    live.onChange(changed(two, null));
    assert.equal(await nextText(live), 'removed 3 3');
  });

  test('is not told of what came and went', async () => {
    const { live } = watching();
    live.onChange(changed(null, one));
    live.onChange(changed(one, two));
    live.onChange(changed(two, null));
    live.onChange(changed(null, versionOf(2, 7)));
    live.close();
    assert.deepEqual([await nextText(live), await nextText(live)], ['added - 7', 'over']);
  });

  test('is told that what went has come back changed', async () => {
    const { live } = watching();
    live.onChange(changed(one, hidden));
    live.onChange(changed(hidden, three));
    assert.equal(await nextText(live), 'updated 1 3');
  });

  test('is told in the order of the first changes, however often a record changes', async () => {
    const { live } = watching();
    live.onChange(changed(null, one));
    live.onChange(changed(null, versionOf(2, 7)));
    live.onChange(changed(one, two));
    assert.deepEqual([await nextText(live), await nextText(live)], ['added - 2', 'added - 7']);
  });

  test('that is 10,000 records behind is told so once, and the search is over', async () => {
    const { live, ended } = watching();
    for (let which = 0; which < LIMITS.liveChangesMax; which++) {
      live.onChange(changed(null, versionOf(which, 1)));
    }
    live.onChange(changed(versionOf(0, 1), versionOf(0, 2)));
    assert.equal(ended(), 0);
    live.onChange(changed(null, versionOf(LIMITS.liveChangesMax, 1)));
    assert.equal(ended(), 1);
    await assert.rejects(live.next(), (error: unknown) => {
      return error instanceof PeerGroupError && error.code === 'CHANGES_MISSED';
    });
    assert.equal(await nextText(live), 'over');
  });

  test('is told so, too, when the records that wait are too large', async () => {
    const { live } = watching();
    // With 1,000 for the objects of a record and 200 for those of its attribute it is a quarter.
    const contentBytes = new Uint8Array(LIMITS.liveChangeBytesMax / 4 - 1_200);
    const large = (which: number) => ({ ...versionOf(which, 1), contentBytes });
    for (let which = 0; which < 4; which++) {
      live.onChange(changed(null, large(which)));
      live.onChange(changed(large(which), large(which)));
    }
    assert.equal(await nextText(live), 'added - 1');
    live.onChange(changed(null, large(4)));
    assert.equal(await nextText(live), 'added - 1');
    live.onChange(changed(null, large(5)));
    live.onChange(changed(null, large(6)));
    await assert.rejects(live.next(), /CHANGES_MISSED|records have changed/);
  });
});

test('the objects of short attributes count, for they are most of what is held', async () => {
  const { live, ended } = watching();
  const value = { kind: 'string', value: 'x' } as const;
  const found = { name: 'a', value: { kind: 'string', value: 'found' } } as const;
  const attributes = [
    found,
    ...Array.from({ length: 255 }, (_, at) => ({ name: `b${at}`, value })),
  ];
  const contentBytes = new Uint8Array(1_500);
  const heavy = (which: number) => {
    const record = versionOf(which, 1);
    return { ...record, contentBytes, content: { ...record.content, attributes } };
  };
  // 53,700 bytes each.
  for (let which = 0; which < 1_249; which++) live.onChange(changed(null, heavy(which)));
  assert.equal(ended(), 0);
  live.onChange(changed(null, heavy(1_249)));
  assert.equal(ended(), 1);
  await assert.rejects(live.next(), { code: 'CHANGES_MISSED' });
});

describe('the end', () => {
  test('comes with the loop that is left', async () => {
    const { live, ended } = watching();
    live.onChange(changed(null, one));
    live.onChange(changed(null, versionOf(2, 7)));
    for await (const { kind } of live) {
      assert.equal(kind, 'added');
      break;
    }
    assert.equal(ended(), 1);
    live.onChange(changed(null, versionOf(3, 1)));
    assert.equal(await nextText(live), 'over');
  });

  test('comes with the signal, for those who wait too', async () => {
    const controller = new AbortController();
    const { live, ended } = watching(controller.signal);
    const next = nextText(live);
    controller.abort();
    assert.equal(await next, 'over');
    assert.equal(ended(), 1);
    controller.abort();
    live.close();
    assert.equal(ended(), 1);
  });

  test('leaves what waits to be read', async () => {
    const { live } = watching();
    live.onChange(changed(null, one));
    live.close();
    live.onChange(changed(null, versionOf(2, 7)));
    assert.deepEqual([await nextText(live), await nextText(live)], ['added - 1', 'over']);
  });

  test('is not a failure for who had left before', async () => {
    const { live } = watching();
    for (let which = 0; which <= LIMITS.liveChangesMax; which++) {
      live.onChange(changed(null, versionOf(which, 1)));
    }
    await live.return();
    assert.equal(await nextText(live), 'over');
  });
});
