// What a result code is called, and whether it says success.

import type { HRESULT } from './basic-types.ts';
import * as results from './results.ts';

/** In the order of the names, so that of two for one value `E_` comes after `ERROR_` and counts. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(results).map(([name, hr]) => [hr, name]),
);

/** True for S_OK and the success codes. */
export function SUCCEEDED(hr: HRESULT): boolean {
  return !FAILED(hr);
}

/** True for failures. */
export function FAILED(hr: HRESULT): boolean {
  return hr >>> 31 === 1;
}

/** Name of a result code, else 0x and eight digits; of two names for one value that of the header's first. */
export function hresultName(hr: HRESULT): string {
  return NAMES.get(hr) ?? `0x${(hr >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}
