// Reads XML strictly (saxes): what is not well formed, has a DOCTYPE or a processing instruction is refused. Comments
// are left out, namespaces are not told apart.

import { SaxesParser } from 'saxes';

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements and text in their order; text that follows text is one. */
  readonly content: readonly (XmlElement | string)[];
}

/** No text of ours is deeper, searches apart; what is could only be meant to hurt. */
const DEPTH_MAX = 256;

interface Open {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly content: (XmlElement | string)[];
}

/** Throws an Error for what is not XML 1.0 as above, whichever version it says it is, or deeper than `depthMax`. */
export function readXml(text: string, depthMax: number = DEPTH_MAX): XmlElement {
  const parser = new SaxesParser({ defaultXMLVersion: '1.0', forceXMLVersion: true });
  const top: Open = { name: '', attributes: new Map(), content: [] };
  const open: Open[] = [top];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => refuse('a DOCTYPE'));
  parser.on('processinginstruction', () => refuse('a processing instruction'));
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > depthMax) refuse('too many levels');
    const element: Open = { name, attributes: new Map(Object.entries(attributes)), content: [] };
    open.at(-1)?.content.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (piece) => addText(open.at(-1), piece));
  parser.on('cdata', (piece) => addText(open.at(-1), piece));
  parser.write(text).close();
  const root = top.content.find((each) => typeof each !== 'string');
  if (root === undefined) throw new Error('no element');
  return root;
}

/** The text of an element that has nothing but text. */
export function textContent({ content, name }: XmlElement): string {
  return content
    .map((each) => (typeof each === 'string' ? each : refuse(`an element in ${name}`)))
    .join('');
}

/** The elements of one that has no text but white space. */
export function childElements({ content, name }: XmlElement): readonly XmlElement[] {
  return content.filter((each) => {
    if (typeof each !== 'string') return true;
    if (/[^ \t\r\n]/.test(each)) refuse(`text in ${name}`);
    return false;
  }) as readonly XmlElement[];
}

function addText(open: Open | undefined, piece: string): void {
  if (open === undefined) return;
  const last = open.content.at(-1);
  if (typeof last === 'string') open.content[open.content.length - 1] = last + piece;
  else open.content.push(piece);
}

function refuse(what: string): never {
  throw new Error(`XML with ${what}`);
}
