// The golden chains as files: JSON with base64 of each DER.

import { readdirSync, readFileSync } from 'node:fs';

import { wallTimeOf } from '../../src/core/base/time.ts';
import type { GoldenChain } from './golden-chains.ts';

export const GOLDEN_FOLDER = new URL('../golden/chains/', import.meta.url);

export function formatGolden(golden: GoldenChain): string {
  const chain = golden.chain.map((der) => Buffer.from(der).toString('base64'));
  const now = new Date(golden.now).toISOString();
  return `${JSON.stringify({ ...golden, now, chain }, null, 2)}\n`;
}

export function goldenNames(): readonly string[] {
  return readdirSync(GOLDEN_FOLDER)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

export function goldenText(rule: string): string {
  return readFileSync(new URL(`${rule}.json`, GOLDEN_FOLDER), 'utf8');
}

export function readGolden(rule: string): GoldenChain {
  const { chain, now, ...rest } = JSON.parse(goldenText(rule));
  return {
    ...rest,
    now: wallTimeOf(Date.parse(now)),
    chain: chain.map((text: string) => new Uint8Array(Buffer.from(text, 'base64'))),
  };
}
