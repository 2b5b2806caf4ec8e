// The golden files of the wire: one for each message with frames and what they say, and one with
// frames that are refused.

import { hexText } from '../../src/core/base/hex.ts';
import type { Values } from '../support/graph-reading.ts';
import { readFrame } from '../support/wire-reading.ts';
import { wireExamples } from './wire-examples.ts';
import { wireRefusals } from './wire-refusals.ts';

export const WIRE_FOLDER = new URL('./wire/', import.meta.url);
export const REFUSED_FILE = 'refused.json';

/** A frame in a golden file. */
export interface GoldenFrame {
  readonly message: string;
  readonly values: Values;
  readonly frame: string;
}

/** The files as they should be, by the build that runs. */
export function wireFiles(): readonly { readonly name: string; readonly text: string }[] {
  const examples = wireExamples();
  const messages = [...new Set(examples.map(({ message }) => message))];
  const files = messages.map((message) => {
    const frames = examples
      .filter((example) => example.message === message)
      .map(({ frame }) => ({ message, values: readFrame(frame).values, frame: hexText(frame) }));
    return { name: `${message.toLowerCase().replaceAll('_', '-')}.json`, text: fileText(frames) };
  });
  return [...files, { name: REFUSED_FILE, text: fileText(wireRefusals()) }];
}

function fileText(items: readonly object[]): string {
  return `${JSON.stringify(items, null, 2)}\n`;
}
