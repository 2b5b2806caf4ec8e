// Peer names as p2p.h has them: the authority, and behind the first dot a classifier. Secured ones are bound to a key;
// those with the authority 0 may be claimed by anybody.

import { isText } from '../calls/arguments.ts';

/** UTF-16 code units. */
export const CLASSIFIER_LENGTH_MAX = 149;
/** The same, of identities. */
export const FRIENDLY_NAME_LENGTH_MAX = 255;

const SECURED = /^[0-9a-f]{40}$/;
const UNSECURED = '0';

export interface PeerNameParts {
  readonly authority: string;
  /** Empty for a secured name that is its authority alone. */
  readonly classifier: string;
}

/** Null for what is no peer name. */
export function partsOfName(name: string): PeerNameParts | null {
  const dot = name.indexOf('.');
  const authority = dot < 0 ? name : name.slice(0, dot);
  const classifier = dot < 0 ? '' : name.slice(dot + 1);
  const isComplete = dot < 0 ? authority !== UNSECURED : classifier !== '';
  const isFit = isText(classifier) && classifier.length <= CLASSIFIER_LENGTH_MAX;
  const isAuthority = authority === UNSECURED || SECURED.test(authority);
  return isComplete && isFit && isAuthority ? { authority, classifier } : null;
}

export function unsecuredName(classifier: string): string {
  return `${UNSECURED}.${classifier}`;
}
