// The attributes of a record as XML (record attribute schema): `<attributes>` with an `<attribute name= type=>` each.
// What is written reads as the same attributes; their order and the form of their values are ours.

import type { Attributes } from '../../api/index.ts';
import { isText } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import { PEER_E_INVALID_ATTRIBUTES, PEER_E_TOO_MANY_ATTRIBUTES } from '../surface/results.ts';
import { childElements, readXml, textContent, type XmlElement } from './read-xml.ts';
import { RESERVED_NAMES } from './reserved-names.ts';
import { dateText, isValueType, type TypedValue, typedValue } from './typed-text.ts';

/** Decided: no figure is documented. */
const TEXT_MAX = 65_536;
const ATTRIBUTES_MAX = 256;
const NAME = /^[A-Za-z0-9]{1,40}$/;

export function isTooLongForAttributes(text: string): boolean {
  return text.length > TEXT_MAX;
}

/** Of the empty text there are none. Throws `PEER_E_INVALID_ATTRIBUTES` or `PEER_E_TOO_MANY_ATTRIBUTES`. */
export function readAttributesXml(text: string): Attributes {
  if (text === '') return {};
  demand(!isTooLongForAttributes(text) && isText(text), PEER_E_INVALID_ATTRIBUTES);
  const elements = attributeElements(text);
  demand(elements.length <= ATTRIBUTES_MAX, PEER_E_TOO_MANY_ATTRIBUTES);
  const attributes = new Map<string, TypedValue>();
  for (const element of elements) {
    const { name, value } = attributeOf(element);
    demand(!attributes.has(name), PEER_E_INVALID_ATTRIBUTES);
    attributes.set(name, value);
  }
  return Object.fromEntries(attributes);
}

/** Null for a record without any. */
export function attributesXml(attributes: Attributes): string | null {
  const elements = Object.entries(attributes).map(([name, value]) => {
    const content = contentOf(typeof value === 'number' ? BigInt(value) : value);
    return `<attribute name="${name}" ${content}`;
  });
  return elements.length === 0 ? null : `<attributes>${elements.join('')}</attributes>`;
}

function attributeElements(text: string): readonly XmlElement[] {
  return asAttributes(() => {
    const root = readXml(text);
    demand(root.name === 'attributes', PEER_E_INVALID_ATTRIBUTES);
    const isDeclaration = (name: string) => name === 'xmlns' || name.startsWith('xmlns:');
    demand([...root.attributes.keys()].every(isDeclaration), PEER_E_INVALID_ATTRIBUTES);
    return childElements(root);
  });
}

function attributeOf(element: XmlElement): { readonly name: string; readonly value: TypedValue } {
  const { attributes } = element;
  const name = attributes.get('name');
  const type = attributes.get('type');
  demand(element.name === 'attribute' && attributes.size === 2, PEER_E_INVALID_ATTRIBUTES);
  demand(name !== undefined && NAME.test(name), PEER_E_INVALID_ATTRIBUTES);
  demand(!RESERVED_NAMES.has(name), PEER_E_INVALID_ATTRIBUTES);
  demand(type !== undefined && isValueType(type), PEER_E_INVALID_ATTRIBUTES);
  const value = typedValue(
    type,
    asAttributes(() => textContent(element)),
  );
  demand(value !== null, PEER_E_INVALID_ATTRIBUTES);
  return { name, value };
}

function asAttributes<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    throw new Failure(PEER_E_INVALID_ATTRIBUTES);
  }
}

/** What follows the name. */
function contentOf(value: TypedValue): string {
  if (typeof value === 'bigint') return `type="int">${value}</attribute>`;
  if (value instanceof Date) return `type="date">${dateText(value)}</attribute>`;
  return value === '' ? 'type="string"/>' : `type="string">${written(value)}</attribute>`;
}

/**
 * No longer than it has to be, so that what was read can be passed back: the text is limited. Characters that XML
 * does not have, which only programs that use the API can give, come as U+FFFD.
 */
function written(text: string): string {
  return text.replace(UNWRITABLE, '\ufffd').replace(/[&<>\r]/g, (each) => ENTITIES[each] ?? each);
}

/** What XML 1.0 has no form for, not even a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const UNWRITABLE = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
};
