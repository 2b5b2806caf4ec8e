// The figures and verdicts as text for people.

import type { Figure } from './figures.ts';
import type { Verdict } from './verdicts.ts';

const MIB = 1024 * 1024;

/** Writes a value in the unit that the name of its metric ends with. */
function formatValue(metric: string, value: number): string {
  if (metric === 'bytesPerSecond') return `${significant(value / MIB)} MiB/s`;
  if (metric.endsWith('PerSecond')) return `${Math.round(value).toLocaleString('en')}/s`;
  if (metric.endsWith('Us')) return `${significant(value)} µs`;
  if (metric.endsWith('Ms')) return `${significant(value)} ms`;
  if (metric.endsWith('Bytes')) return formatBytes(value);
  return value.toLocaleString('en');
}

function formatBytes(value: number): string {
  if (value < 1_024) return `${significant(value)} B`;
  return value < MIB ? `${significant(value / 1024)} KiB` : `${significant(value / MIB)} MiB`;
}

export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ work, metric, subject, median, least, most }) => [
    work,
    metric,
    subject,
    formatValue(metric, median),
    `${formatValue(metric, least)} … ${formatValue(metric, most)}`,
  ]);
  return rowsTable([['work', 'metric', 'subject', 'median', 'least … most'], ...rows]);
}

export function verdictsTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ name, value, relation, goal, met }) => [
    name,
    value === null ? 'not measured' : significant(value),
    relation === null || goal === null ? '' : `${relation} ${goal.toLocaleString('en')}`,
    met === null ? '–' : met ? 'met' : 'MISSED',
  ]);
  return rowsTable([['goal', 'value', 'bound', ''], ...rows]);
}

export function significant(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

export function rowsTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
