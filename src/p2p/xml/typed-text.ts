// The three types of record attributes as text: string, whole number, and moments in the forms of the W3C note on date
// and time. What is not exactly of a form is nothing: a time without a zone, a day that does not exist, white space.

export type TypedValue = string | bigint | Date;
export type ValueType = 'string' | 'int' | 'date';

const INT = /^[+-]?[0-9]{1,18}$/;
/** Year, month, day; hour, minute, second and its fraction; zone. What is behind another needs that one. */
const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d))?)?)?$/;
const MINUTE_MS = 60_000;
/** 0000-01-01T00:00:00.000Z. */
const DATE_MIN = -62_167_219_200_000;
/** 9999-12-31T23:59:59.999Z. */
const DATE_MAX = 253_402_300_799_999;

export function isValueType(text: string): text is ValueType {
  return text === 'string' || text === 'int' || text === 'date';
}

/** Null for text that is none of the type. */
export function typedValue(type: ValueType, text: string): TypedValue | null {
  switch (type) {
    case 'string':
      return text;
    case 'int':
      return INT.test(text) ? BigInt(text.replace('+', '')) : null;
    case 'date':
      return momentOf(text);
  }
}

/** A form of the same moment: the day alone for its first moment in UTC. */
export function dateText(moment: Date): string {
  const text = moment.toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10);
  return text.replace('.000Z', 'Z');
}

/** The first moment of what is not said to the end; a fraction of a second counts to the millisecond. */
function momentOf(text: string): Date | null {
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00'] = parts;
  const [fraction = '', zone = 'Z'] = parts.slice(7);
  const local = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`,
  );
  const offsetMs = offsetOf(zone);
  // A day or an hour that does not exist is either no date, or read as another one.
  const isReal =
    !Number.isNaN(local.getTime()) &&
    local.toISOString().startsWith(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  if (!isReal || offsetMs === null) return null;
  const moment = local.getTime() - offsetMs;
  return moment >= DATE_MIN && moment <= DATE_MAX ? new Date(moment) : null;
}

/** Of local time to UTC, in milliseconds; null for a zone that cannot be. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
