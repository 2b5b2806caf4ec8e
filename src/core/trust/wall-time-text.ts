// Wall time as text for people: 2026-01-31T12:00:00Z. Core has no calendar of the platform's; the
// arithmetic is that of the proleptic Gregorian calendar in eras of 400 years.

import type { WallTime } from '../base/time.ts';

const DAY_SECONDS = 86_400;
const ERA_DAYS = 146_097;
/** From 0000-03-01, where the arithmetic begins, to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_468;

export function formatWallTime(time: WallTime): string {
  const seconds = Math.floor(time / 1000);
  const days = Math.floor(seconds / DAY_SECONDS);
  const ofDay = seconds - days * DAY_SECONDS;
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60];
  return `${dateText(days)}T${clock.map((part) => padded(part, 2)).join(':')}Z`;
}

/** Years begin in March, so that the leap day is the last of a year. */
function dateText(daysSince1970: number): string {
  const days = daysSince1970 + DAYS_BEFORE_1970;
  const era = Math.floor(days / ERA_DAYS);
  const ofEra = days - era * ERA_DAYS;
  const leapDays =
    -Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / (ERA_DAYS - 1));
  const yearOfEra = Math.floor((ofEra + leapDays) / 365);
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
