// The group of the chat: everything that it asks of p2p.h. A message to all is a record, a whisper goes over a direct
// connection, and one loop waits for events as a thread of a Windows program would.

import {
  CreateEvent,
  FAILED,
  type HANDLE,
  type HGROUP,
  type HPEERENUM,
  type HPEEREVENT,
  type HRESULT,
  hresultName,
  type P2P,
  PEER_CONNECTION_STATUS,
  type PEER_GROUP_EVENT_DATA,
  type PEER_GROUP_EVENT_REGISTRATION,
  PEER_GROUP_EVENT_TYPE,
  PEER_GROUP_ROLE_MEMBER,
  type PEER_MEMBER,
  PEER_MEMBER_FLAGS,
  PEER_RECORD_CHANGE_TYPE,
} from 'peergroup/p2p';

/** Types are GUIDs that an application chooses once. */
const MESSAGE = '4d5b2f11-4f25-4f0b-9a5e-0c6a5c2f6f10';
const WHISPER = '4d5b2f12-4f25-4f0b-9a5e-0c6a5c2f6f10';
/** A day, in steps of 100 ns. */
const MESSAGE_LIFETIME = 864_000_000_000n;

const EVENTS: readonly PEER_GROUP_EVENT_REGISTRATION[] = [
  { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED },
  { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_CONNECTION_FAILED },
  { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_MEMBER_CHANGED },
  { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED, pType: MESSAGE },
  { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_DIRECT_CONNECTION },
  { eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_INCOMING_DATA, pType: WHISPER },
];

/** What a failed call throws here; a Windows program would show the code in a box. */
export class ChatFailure extends Error {}

export class ChatGroup {
  readonly #p2p: P2P;
  readonly #hGroup: HGROUP;
  readonly #print: (line: string) => void;
  readonly #hEvent: HANDLE = CreateEvent();
  /** What is to be said when a direct connection is open. */
  readonly #whispers = new Map<bigint, string>();
  #hPeerEvent: HPEEREVENT | null = null;
  #isOpen = true;

  constructor(p2p: P2P, hGroup: HGROUP, print: (line: string) => void) {
    this.#p2p = p2p;
    this.#hGroup = hGroup;
    this.#print = print;
  }

  /** Registers before it connects, so that it hears of the connecting too. */
  async connect(): Promise<void> {
    const registered = await this.#p2p.PeerGroupRegisterEvent(
      this.#hGroup,
      this.#hEvent,
      EVENTS.length,
      EVENTS,
    );
    this.#hPeerEvent = need(registered, 'hPeerEvent');
    void this.#listen(this.#hPeerEvent);
    must(await this.#p2p.PeerGroupConnect(this.#hGroup));
  }

  /** The text of an invitation for the identity that this XML describes. */
  async invite(identityXml: string): Promise<string> {
    const roles = [PEER_GROUP_ROLE_MEMBER];
    return need(
      await this.#p2p.PeerGroupCreateInvitation(this.#hGroup, identityXml, null, 1, roles),
      'pwzInvitation',
    );
  }

  async say(text: string): Promise<void> {
    const now = BigInt(Date.now()) * 10_000n + 116_444_736_000_000_000n;
    const peerTime = await this.#p2p.PeerGroupUniversalTimeToPeerTime(this.#hGroup, now);
    const ftExpiration = need(peerTime, 'ftPeerTime') + MESSAGE_LIFETIME;
    const data = new TextEncoder().encode(text);
    must(await this.#p2p.PeerGroupAddRecord(this.#hGroup, { type: MESSAGE, ftExpiration, data }));
  }

  async whisper(friendlyName: string, text: string): Promise<void> {
    const member = (await this.#members()).find(
      ({ pCredentialInfo }) => pCredentialInfo.pwzFriendlyName === friendlyName,
    );
    const address = member?.pAddresses[0];
    if (member === undefined || address === undefined) {
      throw new ChatFailure(`${friendlyName} is not here`);
    }
    const opened = await this.#p2p.PeerGroupOpenDirectConnection(
      this.#hGroup,
      member.pwzIdentity,
      address,
    );
    this.#whispers.set(need(opened, 'ullConnectionId'), text);
  }

  async who(): Promise<readonly string[]> {
    return (await this.#members()).map(({ pCredentialInfo }) => pCredentialInfo.pwzFriendlyName);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#hEvent.set();
    if (this.#hPeerEvent !== null) await this.#p2p.PeerGroupUnregisterEvent(this.#hPeerEvent);
    must(await this.#p2p.PeerGroupClose(this.#hGroup));
  }

  async #listen(hPeerEvent: HPEEREVENT): Promise<void> {
    while (this.#isOpen) {
      await this.#hEvent.wait();
      for (;;) {
        const { pEventData = null } = await this.#p2p.PeerGroupGetEventData(hPeerEvent);
        if (pEventData === null) break;
        await this.#on(pEventData);
      }
    }
  }

  async #on(event: PEER_GROUP_EVENT_DATA): Promise<void> {
    switch (event.eventType) {
      case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_STATUS_CHANGED:
        this.#print(`status ${event.dwStatus}`);
        return;
      case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_CONNECTION_FAILED:
        this.#print(`not connected: ${hresultName(event.hrConnectionFailedReason)}`);
        return;
      case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED:
        if (event.recordChangeData.changeType === PEER_RECORD_CHANGE_TYPE.PEER_RECORD_ADDED) {
          await this.#printMessage(event.recordChangeData.recordId);
        }
        return;
      case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_DIRECT_CONNECTION:
        await this.#onConnection(event.connectionChangeData);
        return;
      case PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_INCOMING_DATA:
        this.#print(`(whispered) ${new TextDecoder().decode(event.incomingData.data)}`);
        return;
      default:
    }
  }

  /** Events carry no contents: the record is read when it is wanted. */
  async #printMessage(recordId: string): Promise<void> {
    const { pRecord } = await this.#p2p.PeerGroupGetRecord(this.#hGroup, recordId);
    if (pRecord === undefined) return;
    const author = (await this.#members(0)).find(
      ({ pwzIdentity }) => pwzIdentity === pRecord.pwzCreatorId,
    );
    const name = author?.pCredentialInfo.pwzFriendlyName ?? pRecord.pwzCreatorId;
    this.#print(`${name}: ${new TextDecoder().decode(pRecord.data)}`);
  }

  async #onConnection({
    status,
    ullConnectionId,
    hrConnectionFailedReason,
  }: {
    readonly status: number;
    readonly ullConnectionId: bigint;
    readonly hrConnectionFailedReason: HRESULT;
  }): Promise<void> {
    const text = this.#whispers.get(ullConnectionId);
    if (text === undefined) return;
    this.#whispers.delete(ullConnectionId);
    if (status !== PEER_CONNECTION_STATUS.PEER_CONNECTED) {
      this.#print(`not whispered: ${hresultName(hrConnectionFailedReason)}`);
      return;
    }
    const bytes = new TextEncoder().encode(text);
    const { length } = bytes;
    await this.#p2p.PeerGroupSendData(this.#hGroup, ullConnectionId, WHISPER, length, bytes);
    // What was sent arrives before the end does.
    await this.#p2p.PeerGroupCloseDirectConnection(this.#hGroup, ullConnectionId);
  }

  async #members(flags: number = PEER_MEMBER_FLAGS.PEER_MEMBER_PRESENT) {
    const { hPeerEnum } = await this.#p2p.PeerGroupEnumMembers(this.#hGroup, flags, null);
    return hPeerEnum === undefined ? [] : await allOf(this.#p2p, hPeerEnum);
  }
}

async function allOf(p2p: P2P, hPeerEnum: HPEERENUM<PEER_MEMBER>): Promise<readonly PEER_MEMBER[]> {
  const members: PEER_MEMBER[] = [];
  for (;;) {
    const { ppvItems = [] } = await p2p.PeerGetNextItem(hPeerEnum, 50);
    if (ppvItems.length === 0) break;
    members.push(...ppvItems);
  }
  await p2p.PeerEndEnumeration(hPeerEnum);
  return members;
}

export function must(answer: { readonly hr: HRESULT }): void {
  if (FAILED(answer.hr)) throw new ChatFailure(hresultName(answer.hr));
}

/** The out property of a call that has to go well. */
export function need<Name extends string, Value>(
  answer: { readonly hr: HRESULT } & { readonly [Key in Name]?: Value | undefined },
  name: Name,
): Value {
  must(answer);
  const value = answer[name];
  if (value === undefined) throw new ChatFailure(`no ${name}`);
  return value;
}
