// Whether a search is one that stores and matchers may be given. Everything is bounded before it is
// walked, so that a hostile tree costs no more than an honest one: neither the depth of the stack nor
// the time depends on what lies beyond the limits.

import { isWellFormedText } from '../base/utf8.ts';
import { LIMITS } from '../domain/limits.ts';
import { accept, type Refusal, refuse, type Verdict } from '../domain/refusals.ts';
import type {
  ClauseSubject,
  Comparison,
  Condition,
  SearchClause,
  TextPattern,
} from '../domain/search.ts';
import { isAttributeName, isDateValue, isIntValue } from '../records/record-attributes.ts';
import { literalLengthOf, literalOf, wildcardsIn } from './text-pattern.ts';

/**
 * Of the right shape, but with any content: too deep, too large, with values that no record has. What
 * comes back says the same in fewer levels: an `and` in an `and`, an `or` in an `or` and whatever has
 * one part only are dissolved, and a pattern without wildcards is a text. The detail of a refusal
 * begins with the place, as `.and[1].or[0]`, or with `: ` for the whole.
 */
export function checkCondition(condition: Condition): Verdict<Condition> {
  return new ConditionCheck().check(condition, '', 1);
}

/** One clause by itself. The detail begins with the wrong part: `value`, `attribute`, `comparison`. */
export function checkClause(clause: SearchClause): Verdict<SearchClause> {
  const { subject, compare, operand } = clause;
  const problem = problemWithSubject(subject) ?? problemWithOperand(clause);
  if (problem !== null) return refuse('INVALID_SEARCH', problem);
  if (!COMPARISONS.has(compare)) return refuse('INVALID_SEARCH', 'comparison: there is no such');
  if (operand.kind !== 'pattern') return accept(clause);
  if (compare !== 'equal' && compare !== 'notEqual') {
    return refuse('INVALID_SEARCH', 'comparison: a pattern is equal or not, and nothing else');
  }
  const literal = literalOf(operand.pattern);
  if (literal === null) return accept(clause);
  return accept({ ...clause, operand: { kind: 'string', value: literal } });
}

const COMPARISONS: ReadonlySet<Comparison> = new Set([
  'equal',
  'notEqual',
  'less',
  'lessOrEqual',
  'greater',
  'greaterOrEqual',
]);

class ConditionCheck {
  #clauses = 0;

  /** Calls itself no deeper than the limit, and for no more branches than there may be clauses. */
  check(condition: Condition, place: string, depth: number): Verdict<Condition> {
    if (depth > LIMITS.searchDepthMax) {
      return refuse('INVALID_SEARCH', `: deeper than ${LIMITS.searchDepthMax} levels`);
    }
    if (condition.kind === 'clause') return this.#clause(condition, place);
    const { kind, parts } = condition;
    if (parts.length === 0) return refuse('INVALID_SEARCH', `${place}.${kind}: empty`);
    const checked: Condition[] = [];
    for (const [index, part] of parts.entries()) {
      const verdict = this.check(part, `${place}.${kind}[${index}]`, depth + 1);
      if (!verdict.ok) return verdict;
      if (verdict.value.kind === kind) checked.push(...verdict.value.parts);
      else checked.push(verdict.value);
    }
    const [only] = checked;
    return accept(checked.length === 1 && only !== undefined ? only : { kind, parts: checked });
  }

  #clause(clause: SearchClause, place: string): Verdict<SearchClause> {
    this.#clauses += 1;
    if (this.#clauses > LIMITS.searchClausesMax) {
      return refuse('INVALID_SEARCH', `: more than ${LIMITS.searchClausesMax} clauses`);
    }
    const verdict = checkClause(clause);
    return verdict.ok ? verdict : { ok: false, refusal: atPlace(verdict.refusal, place) };
  }
}

function atPlace({ code, detail }: Refusal, place: string): Refusal {
  return { code, detail: `${place}: ${detail}` };
}

function problemWithSubject(subject: ClauseSubject): string | null {
  if (subject.kind === 'field') return null;
  return isAttributeName(subject.name) ? null : 'attribute: a name has 1 to 40 letters and digits';
}

function problemWithOperand({ subject, operand }: SearchClause): string | null {
  switch (operand.kind) {
    case 'pattern':
      return problemWithPattern(operand.pattern) ?? problemWithField(subject, false);
    case 'string':
      return problemWithText(operand.value) ?? problemWithField(subject, false);
    case 'int':
      if (!isIntValue(operand.value)) return 'value: more than 18 digits';
      return subject.kind === 'field' ? 'value: no field of a record is an int' : null;
    case 'date':
      if (!isDateValue(operand.value)) return 'value: a date lies in the years 0000 to 9999';
      return problemWithField(subject, true);
    default:
      return 'value: of no kind that an attribute has';
  }
}

/** That a field is compared with a date, or with text. */
function problemWithField(subject: ClauseSubject, isDateWanted: boolean): string | null {
  if (subject.kind !== 'field') return null;
  const isDateField = subject.field === 'createdAt' || subject.field === 'modifiedAt';
  if (isDateField === isDateWanted) return null;
  return isDateField ? 'value: this field is a date' : 'value: this field is text';
}

function problemWithPattern(pattern: TextPattern): string | null {
  const wildcards = wildcardsIn(pattern);
  if (wildcards > LIMITS.searchWildcardsMax) {
    return `value: more than ${LIMITS.searchWildcardsMax} wildcards`;
  }
  const lengthMax = wildcards > 0 ? LIMITS.searchPatternMax : LIMITS.searchTextMax;
  if (literalLengthOf(pattern) > lengthMax) return tooLong(lengthMax);
  for (const piece of pattern) {
    const problem = typeof piece === 'string' ? null : problemWithText(piece.literal);
    if (problem !== null) return problem;
  }
  return null;
}

function problemWithText(text: string): string | null {
  if (text.length > LIMITS.searchTextMax) return tooLong(LIMITS.searchTextMax);
  if (text.includes('\0')) return 'value: no attribute holds U+0000';
  return isWellFormedText(text) ? null : 'value: an unpaired surrogate';
}

function tooLong(lengthMax: number): string {
  return `value: more than ${lengthMax} characters`;
}
