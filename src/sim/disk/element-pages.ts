// What reconciling asks a simulated store first: what identifies each version that counts, page by page,
// in the order of batches and places.

import { bytesKey } from '../../core/base/bytes.ts';
import type { ElementPage, ElementPosition } from '../../core/ports/record-store.ts';
import type { RecordDisk } from './record-disk.ts';

export function elementPage(
  disk: RecordDisk,
  after: ElementPosition | null,
  max: number,
): ElementPage {
  const from = after ?? { batch: 0, place: 0 };
  const rest = [...disk.records.values()]
    .map(({ record }) => ({ record, batch: disk.batches.get(bytesKey(record.batch))?.number ?? 0 }))
    .filter(({ record: { place }, batch }) =>
      batch === from.batch ? place >= from.place : batch > from.batch,
    )
    .sort((a, b) => a.batch - b.batch || a.record.place - b.record.place);
  const page = rest.slice(0, max);
  const elements = page.map(({ record: { id, hash, content } }) => {
    return { id: id.slice(), hash: hash.slice(), modifiedAt: content.modifiedAt };
  });
  const last = page.at(-1);
  const isLast = rest.length <= max || last === undefined;
  return { elements, next: isLast ? null : { batch: last.batch, place: last.record.place + 1 } };
}
