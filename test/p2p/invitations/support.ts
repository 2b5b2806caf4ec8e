// What the tests of invitations and credentials ask again and again.

import assert from 'node:assert/strict';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import {
  type FILETIME,
  type P2P,
  type PEER_CREDENTIAL_INFO,
  type PEER_GROUP_PROPERTIES,
  PEER_GROUP_ROLE_MEMBER,
  PEER_GROUP_VERSION,
  type PEER_INVITATION_INFO,
} from '../../../src/p2p/index.ts';
import type { Machine } from '../support/machine.ts';
import {
  given,
  newGroup,
  newUser,
  ONLINE_WITH_OTHERS,
  ok,
  TestPeer,
} from '../support/test-peer.ts';

export const SECOND = 10_000_000n;
export const PASSWORD = 'Passw0rd';
const UNIX_EPOCH = 116_444_736_000_000_000n;

export function filetimeOf(ms: number): FILETIME {
  return BigInt(Math.floor(ms)) * 10_000n + UNIX_EPOCH;
}

/** A whole second that lies so far ahead. */
export function inSeconds(seconds: number): FILETIME {
  return filetimeOf(Math.floor(Date.now() / 1_000) * 1_000) + BigInt(seconds) * SECOND;
}

/** Resolves when it is over, which tests that are about time have to wait for. */
export async function isPast(filetime: FILETIME): Promise<void> {
  while (filetimeOf(Date.now()) < filetime) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A user with the description of its identity. */
export interface Guest {
  readonly machine: Machine;
  readonly identity: string;
  readonly xml: string;
}

export async function newGuest(machine: Machine, friendlyName = 'Bob'): Promise<Guest> {
  const identity = await newUser(machine, friendlyName);
  const { pwzIdentityXML } = ok(await machine.p2p.PeerIdentityGetXML(identity));
  return { machine, identity, xml: given(pwzIdentityXML) };
}

export async function invitationFor(
  by: TestPeer,
  { xml }: Pick<Guest, 'xml'>,
  roles: readonly string[] = [PEER_GROUP_ROLE_MEMBER],
  ftExpiration: FILETIME | null = null,
): Promise<string> {
  const { pwzInvitation } = ok(
    await by.p2p.PeerGroupCreateInvitation(by.hGroup, xml, ftExpiration, roles.length, roles),
  );
  return given(pwzInvitation);
}

export async function infoOf(
  { p2p }: Pick<Machine, 'p2p'>,
  xml: string,
): Promise<PEER_INVITATION_INFO> {
  return given(ok(await p2p.PeerGroupParseInvitation(xml)).pInvitationInfo);
}

export async function joined({ machine, identity }: Guest, invitation: string): Promise<TestPeer> {
  const { hGroup } = ok(await machine.p2p.PeerGroupJoin(identity, invitation, null));
  return await TestPeer.of(machine, { identity, hGroup: given(hGroup) });
}

export async function preparedJoin(
  { machine, identity }: Guest,
  invitation: string,
  password: string,
): Promise<TestPeer> {
  const { p2p } = machine;
  const { hGroup } = ok(await p2p.PeerGroupPasswordJoin(identity, invitation, password, null));
  return await TestPeer.of(machine, { identity, hGroup: given(hGroup) });
}

/** Joins with roles of `by` and synchronises. */
export async function onlineMember(
  by: TestPeer,
  machine: Machine,
  roles: readonly string[] = [PEER_GROUP_ROLE_MEMBER],
  ftExpiration: FILETIME | null = null,
): Promise<TestPeer> {
  const guest = await newGuest(machine);
  const peer = await joined(guest, await invitationFor(by, guest, roles, ftExpiration));
  await peer.connect(ONLINE_WITH_OTHERS);
  return peer;
}

/** With the password above, its creator online. */
export async function passwordGroup(
  machine: Machine,
  properties: Partial<PEER_GROUP_PROPERTIES> = {},
): Promise<TestPeer> {
  const ann = await newGroup(machine, {
    dwAuthenticationSchemes: 2,
    pwzGroupPassword: PASSWORD,
    groupPasswordRole: PEER_GROUP_ROLE_MEMBER,
    ...properties,
  });
  await ann.connect();
  return ann;
}

export async function passwordInvitationOf({ p2p, hGroup }: TestPeer): Promise<string> {
  return given(ok(await p2p.PeerGroupCreatePasswordInvitation(hGroup)).pwzInvitation);
}

export async function credentialsOf(
  peer: TestPeer,
  identity: string,
): Promise<PEER_CREDENTIAL_INFO> {
  return given(await peer.member(identity)).pCredentialInfo;
}

/** Each text that differs in one place: a character more, one less, or another one. */
export function changedTexts(text: string, step = 1): readonly string[] {
  const places = Array.from(text, (_, at) => at).filter((at) => at % step === 0);
  return [
    ...places.flatMap((at) => {
      const [before, after] = [text.slice(0, at), text.slice(at + 1)];
      const other = text[at] === 'A' ? 'B' : 'A';
      return [`${before}${other}${after}`, `${before}${after}`, `${before} ${text.slice(at)}`];
    }),
    `${text} `,
    `${text}\n`,
    `\ufeff${text}`,
    `<?xml version="1.0"?>${text}`,
    `${text}<!-- -->`,
  ].filter((each) => each !== text);
}

/** As careless copying does. */
export async function showKeys({ directory }: Machine): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  await Promise.all(files.map(({ parentPath, name }) => chmod(join(parentPath, name), 0o644)));
}

export async function started({ p2p }: Pick<Machine, 'p2p'>): Promise<P2P> {
  ok(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
  return p2p;
}

/** Resolves once it is so; fails after ten seconds. */
export async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `not within ten seconds: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
