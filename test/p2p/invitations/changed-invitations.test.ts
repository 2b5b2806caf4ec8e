// Invitations are accepted as they were written and in no other form.

import assert from 'node:assert/strict';

import {
  PEER_E_INVITATION_NOT_TRUSTED,
  PEER_E_UNSUPPORTED_VERSION,
} from '../../../src/p2p/index.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { ok, refusedAs } from '../support/test-peer.ts';
import {
  changedTexts,
  invitationFor,
  newGuest,
  passwordGroup,
  passwordInvitationOf,
} from './support.ts';

contract(
  'an invitation that was changed in any place is not trusted',
  [
    'PeerGroupJoin PEER_E_INVITATION_NOT_TRUSTED',
    'PeerGroupJoin 8',
    'PeerGroupParseInvitation PEER_E_INVITATION_NOT_TRUSTED',
    'PeerGroupParseInvitation 2',
    'PeerGroupPasswordJoin PEER_E_INVITATION_NOT_TRUSTED',
    'PeerGroupPasswordJoin 7',
  ],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const forBob = await invitationFor(ann, guest);
    const forWhoever = await passwordInvitationOf(ann);
    const isRefused = (hr: number): boolean =>
      hr === PEER_E_INVITATION_NOT_TRUSTED || hr === PEER_E_UNSUPPORTED_VERSION;
    for (const text of changedTexts(forBob)) {
      assert.ok(isRefused((await p2p.PeerGroupParseInvitation(text)).hr), text);
    }
    for (const text of changedTexts(forBob, 17)) {
      assert.ok(isRefused((await p2p.PeerGroupJoin(guest.identity, text, null)).hr), text);
    }
    for (const text of changedTexts(forWhoever)) {
      assert.ok(isRefused((await p2p.PeerGroupParseInvitation(text)).hr), text);
    }
    for (const text of changedTexts(forWhoever, 17)) {
      const answer = await p2p.PeerGroupPasswordJoin(guest.identity, text, 'x', null);
      assert.ok(isRefused(answer.hr), text);
    }
    for (const text of [
      '',
      ' ',
      'x',
      '<a/>',
      '\0',
      '\ud800',
      `${forBob}\0`,
      'x'.repeat(1_000_000),
    ]) {
      refusedAs(await p2p.PeerGroupParseInvitation(text), PEER_E_INVITATION_NOT_TRUSTED);
      refusedAs(await p2p.PeerGroupJoin(null, text, null), PEER_E_INVITATION_NOT_TRUSTED);
      const password = p2p.PeerGroupPasswordJoin(null, text, 'x', null);
      refusedAs(await password, PEER_E_INVITATION_NOT_TRUSTED);
    }
    ok(await p2p.PeerGroupParseInvitation(forBob));
    ok(await p2p.PeerGroupParseInvitation(forWhoever));
  },
);

contract(
  'spare bits and the line of another invitation in its place are not trusted either',
  ['PeerGroupParseInvitation 2'],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const other = await newGuest(await nearMachine(t), 'Cleo');
    const member = await invitationFor(ann, guest);
    const password = await passwordInvitationOf(ann);
    const contentOf = (text: string, name: string): string =>
      new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(text)?.[1] ?? assert.fail(name);
    const withSpareBits = (base64: string): string => {
      const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      const at = base64.indexOf('=') - 1;
      const last = digits[digits.indexOf(base64[at] ?? '') | 1] ?? assert.fail();
      return at < 0 ? `${base64}====` : base64.slice(0, at) + last + base64.slice(at + 1);
    };
    const gmc = contentOf(member, 'GMC');
    const offer = contentOf(password, 'OFFER');
    const issuerName = contentOf(password, 'ISSUERPEERNAME');
    for (const text of [
      member.replace(gmc, withSpareBits(gmc)),
      member.replace(gmc, offer),
      member.replaceAll('GMC', 'OFFER'),
      member.replace('>', '>\n'),
      member.replace('<PEERINVITATION', '<PEERINVITATION xmlns=""'),
      password.replace(offer, withSpareBits(offer)),
      password.replace(offer, gmc),
      password.replace(issuerName, other.identity),
      password.replace('>Ann<', '>Bob<'),
      password.replace('>Ann<', '>&#65;nn<'),
      password.replace(/(<VALIDITYEND>)(\d+)/, '$19999999999'),
      password.replace(/(<VALIDITYEND>)(\d+)/, '$10$2'),
      password.replace(/<SIGNATURE.*SIGNATURE>/, ''),
    ]) {
      assert.notEqual(text, member);
      assert.notEqual(text, password);
      const { hr } = await ann.p2p.PeerGroupParseInvitation(text);
      assert.equal(hr, PEER_E_INVITATION_NOT_TRUSTED, text);
    }
  },
);

contract(
  'an invitation of another version is none that is known here',
  [
    'PeerGroupJoin PEER_E_UNSUPPORTED_VERSION',
    'PeerGroupJoin 9',
    'PeerGroupParseInvitation PEER_E_UNSUPPORTED_VERSION',
    'PeerGroupParseInvitation 3',
    'PeerGroupPasswordJoin PEER_E_UNSUPPORTED_VERSION',
  ],
  async (t) => {
    const ann = await passwordGroup(await nearMachine(t));
    const guest = await newGuest(await nearMachine(t));
    const { p2p } = guest.machine;
    const later = (xml: string): string => xml.replace('VERSION="1.0"', 'VERSION="2.0"');
    const member = later(await invitationFor(ann, guest));
    const password = later(await passwordInvitationOf(ann));
    refusedAs(await p2p.PeerGroupParseInvitation(member), PEER_E_UNSUPPORTED_VERSION);
    refusedAs(await p2p.PeerGroupParseInvitation(password), PEER_E_UNSUPPORTED_VERSION);
    refusedAs(await p2p.PeerGroupJoin(null, member, null), PEER_E_UNSUPPORTED_VERSION);
    const joining = p2p.PeerGroupPasswordJoin(null, password, 'x', null);
    refusedAs(await joining, PEER_E_UNSUPPORTED_VERSION);
  },
);
