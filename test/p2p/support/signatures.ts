// What each function of p2p.h takes, parameter by parameter: good values for a world of a test, and what is wrong for
// each kind of parameter with the code that it has to give.

import {
  E_INVALIDARG,
  ERROR_INVALID_HANDLE,
  type HANDLE,
  type HGROUP,
  type HPEERENUM,
  type HPEEREVENT,
  type P2P,
  PEER_E_INVALID_GROUP,
  PEER_E_INVITATION_NOT_TRUSTED,
  PEER_E_NO_CLOUD,
} from '../../../src/p2p/index.ts';

export type FunctionName = Exclude<keyof P2P, 'close' | typeof Symbol.asyncDispose>;

/** Good values to call with. */
export interface World {
  readonly identity: string;
  readonly identityXml: string;
  readonly group: string;
  readonly hGroup: HGROUP;
  readonly hPeerEvent: HPEEREVENT;
  readonly hPeerEnum: HPEERENUM;
  readonly event: HANDLE;
  readonly invitation: string;
  readonly recordId: string;
  /** Handles that are none here any more, or never were: closed, of another user. */
  readonly deadGroups: readonly object[];
  readonly deadEvents: readonly object[];
  readonly deadEnumerations: readonly object[];
}

interface Parameter {
  readonly good: (world: World) => unknown;
  readonly bad: (world: World) => readonly unknown[];
  readonly code: number;
}

const TYPE = '0a5b1c00-54a6-4e0b-9c55-0f6a1f1d7e00';
const RAISES = new Proxy(
  {},
  {
    get: () => {
      throw new Error('read by somebody');
    },
    getPrototypeOf: () => {
      throw new Error('looked at by somebody');
    },
  },
);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const NO_HANDLES = [
  null,
  undefined,
  0,
  7n,
  '',
  'handle',
  {},
  Object.freeze({}),
  RAISES,
  revoked.proxy,
];
const NO_TEXT = [
  undefined,
  0,
  5n,
  true,
  {},
  [],
  RAISES,
  Symbol('text'),
  'a\0b',
  '\ud800',
  'x\udc00y',
];
const NO_DWORD = [
  null,
  undefined,
  -1,
  1.5,
  Number.NaN,
  2 ** 32,
  Number.POSITIVE_INFINITY,
  '1',
  1n,
  {},
];
const NO_STRUCTURE = [null, undefined, 5, 'text', true, Symbol('structure')];
const NO_GUID = [
  undefined,
  null,
  5,
  '',
  'x',
  `{${TYPE}}`,
  `${TYPE}0`,
  TYPE.slice(1),
  {},
  `${TYPE}\n`,
];
const NO_FILETIME = [undefined, null, 5, '5', -1n, 2n ** 63n, 2n ** 80n, {}];
const NO_ID = [undefined, null, 5, '5', {}, 1.5, RAISES];
const NO_LIST = [null, undefined, 5, 'text', {}, RAISES];

function parameter(
  good: Parameter['good'],
  bad: readonly unknown[] | Parameter['bad'],
  code: number = E_INVALIDARG,
): Parameter {
  return { good, bad: typeof bad === 'function' ? bad : () => bad, code };
}

const group = parameter(
  (world) => world.hGroup,
  (world) => [...NO_HANDLES, ...world.deadGroups, world.hPeerEvent, world.hPeerEnum],
  PEER_E_INVALID_GROUP,
);
const registration = parameter(
  (world) => world.hPeerEvent,
  (world) => [...NO_HANDLES, ...world.deadEvents, world.hGroup],
);
const enumeration = parameter(
  (world) => world.hPeerEnum,
  (world) => [...NO_HANDLES, ...world.deadEnumerations, world.hGroup],
);
const identity = parameter((world) => world.identity, [...NO_TEXT, null, '']);
const groupName = parameter((world) => world.group, [...NO_TEXT, null, '']);
const identityOrNull = parameter(() => null, [...NO_TEXT.filter((each) => each !== undefined), '']);
const text = parameter(() => 'some text', [...NO_TEXT, null]);
const textOrNull = parameter(
  () => null,
  NO_TEXT.filter((each) => each !== undefined),
);
const cloud = textOrNull;
const flags = parameter(() => 0, [...NO_DWORD, 0x8000_0000, 64]);
const guid = parameter(() => TYPE, NO_GUID);
const recordId = parameter((world) => world.recordId, NO_GUID);
const recordType = parameter(
  () => null,
  NO_GUID.filter((each) => each !== null && each !== undefined),
);
const filetime = parameter(() => 132_000_000_000_000_000n, NO_FILETIME);
const connectionId = parameter(() => 99n, NO_ID);
const invitation = (code: number): Parameter =>
  parameter((world) => world.invitation, [...NO_TEXT.slice(0, 8), null], code);
const structure = (good: Parameter['good']): Parameter => parameter(good, NO_STRUCTURE);
const HUGE = parameter(() => 1, [...NO_DWORD, 2, 0xffff_ffff]);

const address = parameter(
  () => ({ sin6: { sin6_addr: '::1', sin6_port: 4_001 } }),
  [
    ...NO_STRUCTURE,
    RAISES,
    {},
    { sin6: null },
    { sin6: RAISES },
    { sin6: { sin6_addr: '::1', sin6_port: 0 } },
    { sin6: { sin6_addr: '::1', sin6_port: 65_536 } },
    { sin6: { sin6_addr: '127.0.0.1', sin6_port: 80 } },
    { sin6: { sin6_addr: 'localhost', sin6_port: 80 } },
    { sin6: { sin6_addr: '[::1]', sin6_port: 80 } },
    { sin6: { sin6_addr: null, sin6_port: 80 } },
  ],
);

/** The functions with what they take; those without parameters have nothing to be wrong. */
export const SIGNATURES: Readonly<Record<FunctionName, readonly Parameter[]>> = {
  PeerGroupStartup: [],
  PeerGroupShutdown: [],
  PeerGroupCreate: [structure(() => ({}))],
  PeerGroupOpen: [identity, groupName, cloud],
  PeerGroupJoin: [identityOrNull, invitation(E_INVALIDARG), cloud],
  PeerGroupPasswordJoin: [identityOrNull, invitation(E_INVALIDARG), text, cloud],
  PeerGroupConnect: [group],
  PeerGroupConnectByAddress: [group, HUGE, parameter((w) => [address.good(w)], [...NO_LIST, []])],
  PeerGroupClose: [group],
  PeerGroupDelete: [identityOrNull, groupName],
  PeerGroupGetStatus: [group],
  PeerGroupGetProperties: [group],
  PeerGroupSetProperties: [group, structure(() => ({}))],
  PeerGroupCreateInvitation: [
    group,
    parameter((world) => world.identityXml, [...NO_TEXT, null, '', '<x/>', 'text']),
    parameter(
      () => null,
      NO_FILETIME.filter((each) => each !== null && each !== undefined),
    ),
    HUGE,
    parameter(() => ['f12dc4c7-0857-4ca0-93fc-b1bb19a3d8c2'], [...NO_LIST, []]),
  ],
  PeerGroupCreatePasswordInvitation: [group],
  PeerGroupParseInvitation: [invitation(E_INVALIDARG)],
  PeerGroupIssueCredentials: [
    group,
    identity,
    parameter(() => null, [5, 'text', true, Symbol('structure')]),
    flags,
  ],
  PeerGroupResumePasswordAuthentication: [group, registration],
  PeerGroupEnumMembers: [group, flags, identityOrNull],
  PeerGroupEnumConnections: [group, flags],
  PeerGroupOpenDirectConnection: [group, identity, address],
  PeerGroupCloseDirectConnection: [group, connectionId],
  PeerGroupSendData: [
    group,
    connectionId,
    guid,
    parameter(() => 1, [...NO_DWORD, 2, 16_777_217, 0xffff_ffff]),
    parameter(() => new Uint8Array(1), [...NO_STRUCTURE, [1], {}, RAISES, new Uint16Array(1)]),
  ],
  PeerGroupAddRecord: [group, structure(() => ({ type: TYPE, ftExpiration: 0n }))],
  PeerGroupUpdateRecord: [group, structure(() => ({ id: TYPE }))],
  PeerGroupDeleteRecord: [group, recordId],
  PeerGroupGetRecord: [group, recordId],
  PeerGroupEnumRecords: [group, recordType],
  PeerGroupSearchRecords: [group, parameter(() => '<peersearch/>', NO_TEXT)],
  PeerGroupRegisterEvent: [
    group,
    parameter((world) => world.event, [null, undefined, 5, 'event', {}, RAISES]),
    parameter(() => 1, [...NO_DWORD, 0, 2, 0xffff_ffff]),
    parameter(
      () => [{ eventType: 1 }],
      [...NO_LIST, [], [null], [{}], [{ eventType: 7 }], [{ eventType: 9 }], [RAISES]],
    ),
  ],
  PeerGroupUnregisterEvent: [registration],
  PeerGroupGetEventData: [registration],
  PeerGroupUniversalTimeToPeerTime: [group, filetime],
  PeerGroupPeerTimeToUniversalTime: [group, filetime],
  PeerGroupExportConfig: [group, text],
  PeerGroupImportConfig: [
    parameter(() => '<PEERGROUPCONFIG/>', [...NO_TEXT, null, '']),
    text,
    parameter(() => false, [null, undefined, 0, 'false', {}]),
  ],
  PeerGroupExportDatabase: [
    group,
    parameter(() => '/nowhere/at/all', [...NO_TEXT, null, '', 'relative']),
  ],
  PeerGroupImportDatabase: [
    group,
    parameter(() => '/nowhere/at/all', [...NO_TEXT, null, '', 'relative']),
  ],
  PeerIdentityCreate: [
    parameter(() => null, [...NO_TEXT.filter((each) => each !== undefined), 'c'.repeat(150)]),
    parameter(() => null, [...NO_TEXT.filter((each) => each !== undefined), 'f'.repeat(256)]),
    parameter(() => null, [0, 5n, '', 'key', {}, Object.freeze({}), RAISES], ERROR_INVALID_HANDLE),
  ],
  PeerIdentityDelete: [identity],
  PeerIdentityExport: [identity, text],
  PeerIdentityImport: [parameter(() => '<PEERIDENTITYEXPORT/>', [...NO_TEXT, null, '']), text],
  PeerIdentityGetCryptKey: [identity],
  PeerIdentityGetDefault: [],
  PeerIdentityGetFriendlyName: [identity],
  PeerIdentitySetFriendlyName: [
    identity,
    parameter(() => null, [...NO_TEXT.filter((each) => each !== undefined), 'f'.repeat(256)]),
  ],
  PeerIdentityGetXML: [identityOrNull],
  PeerCreatePeerName: [
    identityOrNull,
    parameter(
      () => 'c',
      NO_TEXT.filter((each) => each !== undefined),
    ),
  ],
  PeerEnumIdentities: [],
  PeerEnumGroups: [identity],
  PeerGetNextItem: [
    enumeration,
    parameter(
      () => 1,
      NO_DWORD.filter((each) => each !== null && each !== undefined),
    ),
  ],
  PeerGetItemCount: [enumeration],
  PeerEndEnumeration: [enumeration],
  PeerFreeData: [],
};

/** Where a function's page or a decision has another code than its kind of parameter. */
export const OTHER_CODES: ReadonlyMap<string, ReadonlyMap<unknown, number>> = new Map([
  ['PeerGroupJoin 1', new Map([['', PEER_E_INVITATION_NOT_TRUSTED]])],
  // There is one cloud, and every other text names none.
  ...['PeerGroupOpen 2', 'PeerGroupJoin 2', 'PeerGroupPasswordJoin 3'].map(
    (key): Exception => [
      key,
      new Map(
        NO_TEXT.filter((each) => typeof each === 'string').map((each) => [each, PEER_E_NO_CLOUD]),
      ),
    ],
  ),
]);

type Exception = [string, ReadonlyMap<unknown, number>];
