// Numbers as people read them.

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toPrecision(2) : Math.round(value)} ms`;
}

/** With commas, whatever the language of the machine. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** The beginning of a name or digest. */
export function short(text: string): string {
  return `${text.slice(0, 12)}…`;
}
