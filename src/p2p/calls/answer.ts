// Turns what a function does into what it answers: out properties with S_OK, or a result code. Nothing is thrown.

import type { HResult } from '../surface/basic-types.ts';
import { S_OK } from '../surface/results.ts';
import { hresultOf } from './hresult-of.ts';

/** What `act` gives besides `hr` are the out properties; it may say another success code by `hr`. */
export async function answer<Value extends object>(
  act: () => Value | Promise<Value>,
): Promise<HResult | (HResult & Value)> {
  try {
    return { hr: S_OK, ...(await act()) };
  } catch (error) {
    return { hr: hresultOf(error) };
  }
}
