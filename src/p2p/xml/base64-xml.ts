// Bytes as base64 in an element of p2p.h, and names, which are text unless they have characters that XML cannot hold.

import { Failure } from '../calls/failure.ts';
import { E_INVALIDARG } from '../surface/results.ts';
import { textContent, type XmlElement } from './read-xml.ts';
import { writeXml, type XmlText } from './write-xml.ts';

/** As the documents of p2p.h mark it. */
const BASE64 = { 'xmlns:dt': 'urn:schemas-microsoft-com:datatypes', 'dt:dt': 'bin.base64' };
const TYPE = 'dt:dt';
/** The characters of XML 1.0. */
const XML_TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

export function writeBytesXml(name: string, bytes: Uint8Array): XmlText {
  return writeXml(name, BASE64, Buffer.from(bytes).toString('base64'));
}

/** What is no base64 is left out: whoever reads writes it again and compares. */
export function bytesOfXml(element: XmlElement): Uint8Array {
  return Uint8Array.from(Buffer.from(textContent(element), 'base64'));
}

export function writeNameXml(name: string, text: string): XmlText {
  return XML_TEXT.test(text) ? writeXml(name, {}, text) : writeBytesXml(name, Buffer.from(text));
}

export function nameOfXml(element: XmlElement): string {
  if (!element.attributes.has(TYPE)) return textContent(element);
  return Buffer.from(bytesOfXml(element)).toString('utf8');
}

/**
 * What `read` makes of a document of ours. E_INVALIDARG unless `write` gives it again to the character: nothing that
 * was changed on the way passes.
 */
export function unchanged<Value>(
  text: string,
  { read, write }: { read: (text: string) => Value; write: (value: Value) => string },
): Value {
  try {
    const value = read(text);
    if (write(value) === text) return value;
  } catch {
    // Not well formed, or another document.
  }
  throw new Failure(E_INVALIDARG);
}
