// The rows of the documented contract of p2p.h (contract/contract.json), each with the short key by which tests name it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ContractFunction {
  readonly name: string;
  readonly returns: readonly { readonly code: string; readonly when: string }[];
  readonly behaviours: readonly string[];
  readonly inferredBehaviours?: readonly string[];
}

interface ContractArea {
  readonly area: string;
  readonly behaviours: readonly string[];
}

interface Contract {
  readonly functions: readonly ContractFunction[];
  readonly crossCutting: readonly ContractArea[];
}

export interface ContractRow {
  /** `PeerGroupJoin E_INVALIDARG`, `PeerGroupJoin 4`, `PeerGroupJoin i1` or `records 3`. */
  readonly key: string;
  /** A function, or an area of behaviours that belong to no single one. */
  readonly of: string;
  readonly kind: 'return' | 'behaviour' | 'inferred' | 'crossCutting';
  readonly text: string;
}

const PATH = join(import.meta.dirname, '..', 'contract', 'contract.json');

export const CONTRACT: Contract = JSON.parse(readFileSync(PATH, 'utf8'));

export const CONTRACT_ROWS: ReadonlyMap<string, ContractRow> = new Map(
  [
    ...CONTRACT.functions.flatMap(rowsOfFunction),
    ...CONTRACT.crossCutting.flatMap(({ area, behaviours }) =>
      numbered(behaviours, { of: area, kind: 'crossCutting', prefix: '' }),
    ),
  ].map((row) => [row.key, row]),
);

function rowsOfFunction({
  name,
  returns,
  behaviours,
  inferredBehaviours = [],
}: ContractFunction): readonly ContractRow[] {
  return [
    ...returns.map(
      ({ code, when }): ContractRow => ({
        key: `${name} ${code}`,
        of: name,
        kind: 'return',
        text: `${code}: ${when}`,
      }),
    ),
    ...numbered(behaviours, { of: name, kind: 'behaviour', prefix: '' }),
    ...numbered(inferredBehaviours, { of: name, kind: 'inferred', prefix: 'i' }),
  ];
}

function numbered(
  texts: readonly string[],
  { of, kind, prefix }: Pick<ContractRow, 'of' | 'kind'> & { readonly prefix: string },
): readonly ContractRow[] {
  return texts.map((text, at) => ({ key: `${of} ${prefix}${at + 1}`, of, kind, text }));
}
