// Why a function of p2p.h does not do what it was asked for: a result code, thrown inside and answered with outside.

import type { HRESULT } from '../surface/basic-types.ts';

/** Never leaves the facade. */
export class Failure extends Error {
  readonly hr: HRESULT;

  constructor(hr: HRESULT) {
    super(`0x${hr.toString(16).padStart(8, '0')}`);
    this.hr = hr;
  }
}

/** Throws `hr` unless it is so. */
export function demand(isSo: boolean, hr: HRESULT): asserts isSo {
  if (!isSo) throw new Failure(hr);
}
