// A text as a QR code that a phone reads, for terminals and for pages. Tickets are for this: the shorter the text,
// the larger its squares, so an application that shows one names few contacts.

import { encode, renderSVG } from 'uqr';

/** What a QR code of the largest version holds at the lowest correction, in bytes (ISO/IEC 18004). */
const TEXT_BYTES_MAX = 2_953;
/** White around the code, in squares: readers ask for four. */
const BORDER = 4;

/** Lines of half blocks, for a terminal; null for a text too long for any code. */
export function terminalQr(text: string): string | null {
  if (!fits(text)) return null;
  const { data } = encode(text, { ecc: 'L', border: BORDER });
  const lines: string[] = [];
  for (let row = 0; row < data.length; row += 2) {
    const upper = data[row] ?? [];
    const lower = data[row + 1] ?? [];
    lines.push(upper.map((isDark, at) => blockOf(isDark, lower[at] ?? false)).join(''));
  }
  return lines.join('\n');
}

/** As an SVG document, black on white; null for a text too long for any code. */
export function svgQr(text: string): string | null {
  return fits(text) ? renderSVG(text, { ecc: 'L', border: BORDER }) : null;
}

/** Light squares are drawn and dark ones left out: terminals are dark more often than not. */
function blockOf(isUpperDark: boolean, isLowerDark: boolean): string {
  if (isUpperDark) return isLowerDark ? ' ' : '▄';
  return isLowerDark ? '▀' : '█';
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= TEXT_BYTES_MAX;
}
