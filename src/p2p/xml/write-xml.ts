// Writes XML: elements with attributes and text, escaped so that reading gives the same characters again.

/** `content` is text when it is a string, else what `writeXml` gave, one below the other. */
export function writeXml(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: string | readonly XmlText[],
): XmlText {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inner =
    typeof content === 'string' ? escaped(content) : content.map(({ xml }) => xml).join('');
  return { xml: `<${name}${written.join('')}>${inner}</${name}>` };
}

/** Distinct from text that is not escaped yet. */
export interface XmlText {
  readonly xml: string;
}

/** White space too, which parsers change in attributes, and carriage returns, which they change everywhere. */
function escaped(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (each) => `&#${each.codePointAt(0)};`);
}
