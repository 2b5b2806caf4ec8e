// Why a membership does not count any more, in one line for whoever is refused because of it
// (protocol.md §7.6). Fits the detail of a REFUSE.

import { utf8Length } from '../base/utf8.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Removal } from '../domain/security.ts';

export function removalText(removal: Removal): string {
  const { reason } = removal;
  const text = reason === '' ? whyOf(removal) : `${whyOf(removal)}: ${reason}`;
  const characters = [...text];
  let bytes = characters.reduce((sum, character) => sum + utf8Length(character), 0);
  while (bytes > LIMITS.closeReasonBytesMax) bytes -= utf8Length(characters.pop() ?? '');
  return characters.join('');
}

function whyOf({ why, by }: Removal): string {
  switch (why) {
    case 'removed':
      return `removed by ${by}`;
    case 'issuerRemoved':
      return `whoever issued the membership was removed by ${by}`;
    case 'ticketOverused':
      return 'others used the ticket first';
    case 'offerEnded':
      return `the offer was ended by ${by}`;
  }
}
