// Reads the queries of PeerGroupSearchRecords (record search query format) into the steps that judge a record. What
// breaks the schema, or has a value that is none of its type, is PEER_E_INVALID_SEARCH; a stray backslash in the value
// of a string clause is E_INVALIDARG.

import { demand, Failure } from '../calls/failure.ts';
import type { Comparison, Operand, SearchClause, SearchStep } from '../records/search-steps.ts';
import { parseWildcards } from '../records/wildcards.ts';
import { E_INVALIDARG, PEER_E_INVALID_SEARCH } from '../surface/results.ts';
import { childElements, readXml, textContent, type XmlElement } from './read-xml.ts';
import { RESERVED_NAMES } from './reserved-names.ts';
import { isValueType, typedValue, type ValueType } from './typed-text.ts';

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['equal', 'equal'],
  ['notequal', 'notEqual'],
  ['less', 'less'],
  ['lessorequal', 'lessOrEqual'],
  ['greater', 'greater'],
  ['greaterorequal', 'greaterOrEqual'],
]);
const CLAUSE_ATTRIBUTES: readonly string[] = ['attrib', 'type', 'compare'];
const NAME = /^[A-Za-z0-9]{1,40}$/;

/** Of well-formed Unicode without NUL. */
export function readSearchXml(text: string): readonly SearchStep[] {
  // Nested to any depth: how much that is, the length of the text says.
  const root = asSearch(() => readXml(text, Number.POSITIVE_INFINITY));
  demand(root.name === 'peersearch', PEER_E_INVALID_SEARCH);
  const [expression, ...others] = asSearch(() => childElements(root));
  demand(ownAttributes(root).size === 0 && others.length === 0, PEER_E_INVALID_SEARCH);
  demand(expression !== undefined, PEER_E_INVALID_SEARCH);
  return stepsOf(expression);
}

/** From the last to the first: an element before what is in it, which the list that is turned round has behind it. */
function stepsOf(expression: XmlElement): readonly SearchStep[] {
  const steps: SearchStep[] = [];
  const waiting: XmlElement[] = [expression];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    if (element.name === 'clause') {
      steps.push(clauseOf(element));
      continue;
    }
    const { name } = element;
    demand(name === 'and' || name === 'or', PEER_E_INVALID_SEARCH);
    const parts = asSearch(() => childElements(element));
    demand(ownAttributes(element).size === 0 && parts.length > 0, PEER_E_INVALID_SEARCH);
    // One part alone is what it says.
    if (parts.length > 1) steps.push({ kind: name, count: parts.length });
    for (const part of parts) waiting.push(part);
  }
  return steps.reverse();
}

function clauseOf(element: XmlElement): SearchClause {
  const attributes = ownAttributes(element);
  demand([...attributes.keys()].every(isClauseAttribute), PEER_E_INVALID_SEARCH);
  const name = attributes.get('attrib');
  const type = attributes.get('type') ?? 'string';
  const compare = COMPARISONS.get(attributes.get('compare') ?? 'equal');
  demand(name !== undefined && NAME.test(name), PEER_E_INVALID_SEARCH);
  demand(isValueType(type) && compare !== undefined, PEER_E_INVALID_SEARCH);
  const field = RESERVED_NAMES.get(name);
  // GUIDs are in lower case in results, and in either one where they are given.
  const isGuid = type === 'string' && (field === 'id' || field === 'type');
  const text = asSearch(() => textContent(element));
  return {
    kind: 'clause',
    subject: field === undefined ? { attribute: name } : { field },
    compare,
    operand: operandOf(type, compare, isGuid ? text.toLowerCase() : text),
  };
}

function operandOf(type: ValueType, compare: Comparison, text: string): Operand {
  if (type !== 'string') {
    const value = typedValue(type, text);
    demand(value !== null, PEER_E_INVALID_SEARCH);
    return { kind: 'value', value };
  }
  const parsed = parseWildcards(text);
  demand(parsed !== null, E_INVALIDARG);
  const isPattern = parsed.hasWildcards && (compare === 'equal' || compare === 'notEqual');
  return isPattern
    ? { kind: 'wildcards', pieces: parsed.pieces }
    : { kind: 'value', value: parsed.text };
}

/** Declarations of namespaces are nobody's. */
function ownAttributes({ attributes }: XmlElement): ReadonlyMap<string, string> {
  const own = [...attributes].filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  return new Map(own);
}

function isClauseAttribute(name: string): boolean {
  return CLAUSE_ATTRIBUTES.includes(name);
}

function asSearch<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    throw new Failure(PEER_E_INVALID_SEARCH);
  }
}
