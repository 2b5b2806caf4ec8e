// Values of string clauses: a backslash makes `*`, `?` and itself ordinary; without one, `*` is any run of characters
// and `?` one character, which may be one beyond U+FFFF. A pattern is matched with a whole text.

export type WildcardPiece = 'any' | 'one' | { readonly literal: string };

/** What a value says: `text` with the escapes resolved, `pieces` with the wildcards. */
interface WildcardText {
  readonly text: string;
  readonly pieces: readonly WildcardPiece[];
  readonly hasWildcards: boolean;
}

/** Null for a backslash before anything else. */
export function parseWildcards(value: string): WildcardText | null {
  const pieces: WildcardPiece[] = [];
  let text = '';
  let literal = '';
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at);
    if (character === '*' || character === '?') {
      if (literal !== '') pieces.push({ literal });
      literal = '';
      text += character;
      // Two stars in a row say what one says.
      if (character === '?') pieces.push('one');
      else if (pieces.at(-1) !== 'any') pieces.push('any');
      continue;
    }
    const ordinary = character === '\\' ? value.charAt(++at) : character;
    if (character === '\\' && !isSpecial(ordinary)) return null;
    literal += ordinary;
    text += ordinary;
  }
  if (literal !== '') pieces.push({ literal });
  return { text, pieces, hasWildcards: pieces.some((piece) => typeof piece === 'string') };
}

/** The value that says these pieces. */
export function patternText(pieces: readonly WildcardPiece[]): string {
  return pieces
    .map((piece) => {
      if (piece === 'any') return '*';
      return piece === 'one' ? '?' : piece.literal.replace(/[*?\\]/g, '\\$&');
    })
    .join('');
}

/**
 * Takes each star as short as it can be, and longer when what follows does not fit: only the last star needs to be
 * tried again, for what an earlier one would leave is no more than what that one has.
 */
export function matchesWildcards(pieces: readonly WildcardPiece[], text: string): boolean {
  let piece = 0;
  let at = 0;
  let star = -1;
  let starEnd = 0;
  for (;;) {
    const wanted = pieces[piece];
    if (wanted === undefined && at === text.length) return true;
    if (wanted === 'any') {
      star = piece++;
      starEnd = at;
      continue;
    }
    const end = wanted === undefined ? -1 : endOf(wanted, text, at);
    if (end >= 0) {
      piece += 1;
      at = end;
      continue;
    }
    if (star < 0 || starEnd >= text.length) return false;
    starEnd += characterLength(text, starEnd);
    piece = star + 1;
    at = starEnd;
  }
}

/** Where the text goes on behind the piece; below 0 when it is not there. */
function endOf(piece: Exclude<WildcardPiece, 'any'>, text: string, at: number): number {
  if (piece === 'one') return at < text.length ? at + characterLength(text, at) : -1;
  return text.startsWith(piece.literal, at) ? at + piece.literal.length : -1;
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function isSpecial(character: string): boolean {
  return character === '*' || character === '?' || character === '\\';
}
