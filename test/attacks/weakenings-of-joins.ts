// The weakenings for joins, attacks 5, 6, 26, 45 and 47 to 50 (see weakening.ts): who becomes a member.

import type { Weakening } from './weakening.ts';

const ADMITTER = 'src/core/join/admitter.ts';
const JOINER = 'src/core/join/joiner.ts';
const LAWS = 'src/core/join/join-laws.ts';
const TALK = 'src/engine/join/join-talk.ts';
const HOST = 'src/engine/join/join-host.ts';
const REPLAYED = 'test/attacks/05-replayed-join.test.ts';
const MIDDLE = 'test/attacks/06-join-in-the-middle.test.ts';
const REMOVED = 'test/attacks/26-removed-comes-back.test.ts';
const HELD = 'test/attacks/45-pass-the-hash.test.ts';
const GUESSED = 'test/attacks/47-guesses-at-three-doors.test.ts';
const LISTED = 'test/attacks/48-which-offers-are-there.test.ts';
const SPLIT = 'test/attacks/49-ticket-in-a-split.test.ts';
const ADMINISTRATOR = 'test/attacks/50-administrator-by-password.test.ts';

const CHECK_OF_JOIN = 'if (!this.#crypto.verify(farCertificate.publicKey, signed, signature)) {';

export const WEAKENINGS_OF_JOINS: readonly Weakening[] = [
  {
    attack: 5,
    name: 'the signature in JOIN',
    file: ADMITTER,
    find: CHECK_OF_JOIN,
    replace: 'if (false) {',
    // The proof of a ticket names the key, which is the second lock for all but the key itself.
    testFile: REPLAYED,
    testPattern: 'not even Dora',
  },
  {
    attack: 5,
    name: 'the code of authentication of a proof, and whose exchange it is',
    file: ADMITTER,
    find: `    if (
      sessionKey === null ||
      !equalBytes(mac, joinMac('joiner', this.#binding, sessionKey, this.#crypto))
    ) {`,
    replace: '    if (false) {',
    and: {
      file: ADMITTER,
      find: "this.#phase = { name: 'asked', request, sessionKey };",
      replace: "this.#phase = { name: 'asked', request, sessionKey: sessionKey ?? mac };",
    },
    testFile: REPLAYED,
    testPattern: 'opens nothing on another connection',
  },
  {
    attack: 6,
    name: 'that who answers is whom we ask',
    file: TALK,
    find: 'if (farCertificate.subject !== member) {',
    replace: 'if (false) {',
    testFile: MIDDLE,
    testPattern: 'not whom it asked for',
  },
  {
    attack: 6,
    name: 'both locks on a JOIN that was handed on: its signature and whom its proof names',
    file: ADMITTER,
    find: CHECK_OF_JOIN,
    replace: 'if (false) {',
    and: {
      file: LAWS,
      find: 'return crypto.verify(offer.key, spoken, proof);',
      replace: 'return spoken.length > 0 || crypto.verify(offer.key, spoken, proof);',
    },
    testFile: MIDDLE,
    testPattern: 'cannot hand the JOIN on',
  },
  {
    attack: 6,
    name: 'that the proof of a password is of this connection',
    file: ADMITTER,
    find: "!equalBytes(mac, joinMac('joiner', this.#binding, sessionKey, this.#crypto))",
    replace: 'mac.length === 0',
    testFile: MIDDLE,
    testPattern: 'somebody else shows',
  },
  {
    attack: 26,
    name: 'that a removed key comes back by no offer',
    file: LAWS,
    find: 'if (wasRemoved(request.joiner.publicKey, state)) {',
    replace: 'if (false) {',
    testFile: REMOVED,
    testPattern: 'nor the password',
  },
  {
    attack: 45,
    name: 'the key of a ticket',
    file: LAWS,
    find: 'return crypto.verify(offer.key, spoken, proof);',
    replace: 'return spoken.length > 0 || crypto.verify(offer.key, spoken, proof);',
    // What its admitter says of it is judged, too, which is the second lock.
    and: {
      file: 'src/core/security/soundness.ts',
      find: '? crypto.verify(offer.key, ticketUseBytes(group, offerDigest, member), proof)',
      replace: '? proof.length > 0',
    },
    testFile: HELD,
    testPattern: 'not among what is replicated',
  },
  {
    attack: 45,
    name: 'that what a joiner is given is judged',
    file: JOINER,
    find: 'const verdict = this.#tools.judge.judge(chain, group, now.wallTime);\n    if (!verdict.ok) return verdict;\n    const own = verdict.value;',
    replace:
      'const verdict = this.#tools.judge.judge(chain, group, now.wallTime);\n    const own = verdict.ok ? verdict.value : ({ member, publicKey: signer.publicKey } as Membership);',
    // Who gives it has to have the right, which is the second lock.
    and: {
      file: JOINER,
      find: "if (secret.kind !== 'renewal' && !mayIssue(role, secret.role)) {",
      replace: 'if (false) {',
    },
    testFile: HELD,
    testPattern: 'one who may not issue it',
  },
  {
    attack: 47,
    name: 'that a challenge counts as a guess',
    file: HOST,
    find: '      throttle.failed(view.statement.digest, guest.host, clock.now());\n',
    replace: '',
    testFile: GUESSED,
    testPattern: 'many at once',
  },
  {
    attack: 47,
    name: 'that others hear of one who goes away with a challenge',
    file: HOST,
    find: 'if (guessing !== null) this.#onGuess(guessing);',
    replace: '',
    testFile: GUESSED,
    testPattern: 'three admitters',
  },
  {
    attack: 48,
    name: 'that a door is for one offer',
    file: LAWS,
    find: 'const view = door === null ? null : scene.state.findOffer(digest, now);\n  const isItsDoor = view !== null && door !== null && equalBytes(door, view.offer.doorSecret);',
    replace: 'const view = scene.state.findOffer(digest, now);\n  const isItsDoor = view !== null;',
    testFile: LISTED,
    testPattern: 'like one that never was|takes no ticket',
  },
  {
    attack: 49,
    name: 'how many uses a ticket has when sides meet',
    file: 'src/core/security/offer-standings.ts',
    find: 'if (used.size < usesMax) used.add(key);',
    replace: 'used.add(key);',
    testFile: SPLIT,
    testPattern: 'leaves 1 of 2',
  },
  {
    attack: 50,
    name: 'that nobody is made an administrator by a password',
    file: 'src/core/join/offer-sealing.ts',
    find: "if (terms.role === 'administrator') {",
    replace: 'if (false) {',
    testFile: ADMINISTRATOR,
    testPattern: 'nobody of ours',
  },
];
