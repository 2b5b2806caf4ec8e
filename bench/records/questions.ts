// What the bench search asks, told in no subject's language; each subject puts it into its own. The
// operand of a question changes with each time it is asked, so that no answer is at hand already.

import {
  CUSTOMER_RECORDS,
  customerName,
  REGIONS,
  regionName,
  titleText,
  typeOf,
} from './samples.ts';

export type Question =
  | { readonly kind: 'customer'; readonly customer: string }
  | { readonly kind: 'titles'; readonly prefix: string }
  | { readonly kind: 'amounts'; readonly from: number; readonly below: number }
  | { readonly kind: 'customerAndState'; readonly customer: string; readonly state: string }
  | { readonly kind: 'typeAndRegion'; readonly type: string; readonly region: string }
  | { readonly kind: 'state'; readonly state: string };

export type QuestionKind = Question['kind'];

const AMOUNTS = 200;

/** Operands far from each other, so that each question meets pages of its own. */
const STRIDE = 7_919;

/** The question for the `at`-th time, among `size` records. */
export function questionOf(kind: QuestionKind, at: number, size: number): Question {
  const far = at * STRIDE;
  const customer = customerName(far % (size / CUSTOMER_RECORDS));
  switch (kind) {
    case 'customer':
      return { kind, customer };
    case 'titles': {
      const firstTitle = (far % (size / CUSTOMER_RECORDS)) * CUSTOMER_RECORDS;
      return { kind, prefix: titleText(firstTitle).slice(0, -2) };
    }
    case 'amounts': {
      const from = far % (size - AMOUNTS);
      return { kind, from, below: from + AMOUNTS };
    }
    case 'customerAndState':
      return { kind, customer, state: 'open' };
    case 'typeAndRegion':
      return { kind, type: typeOf(at), region: regionName(far % REGIONS) };
    case 'state':
      return { kind, state: at % 2 === 0 ? 'open' : 'done' };
  }
}
