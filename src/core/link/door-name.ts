// The TLS server name by which a member is asked for (protocol.md §5.3). It changes with the hour
// and only members can compute it, so a scanner that finds a port is shown no certificate at all.

import { ByteWriter } from '../base/byte-writer.ts';
import type { WallTime } from '../base/time.ts';
import type { GroupName, PeerName } from '../domain/names.ts';
import type { Crypto } from '../ports/crypto.ts';

const HOUR_MS = 3_600_000;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const DOMAIN = 'peergroup-door-v1';
const TOKEN_LENGTH = 26;

export interface DoorKey {
  /** The group's discovery secret, 32 bytes. */
  readonly discoverySecret: Uint8Array;
  /** The member who is asked for; the group's own name for any of them. */
  readonly member: PeerName | GroupName;
}

export function hourOf(time: WallTime): number {
  return Math.floor(time / HOUR_MS);
}

/** `<26 base32 digits>.invalid`, from 130 bits of HMAC-SHA256 over the hour and the member's name. */
export function doorName(crypto: Crypto, key: DoorKey, hour: number): string {
  const input = new ByteWriter().text(DOMAIN).varint(hour).text(key.member).finish();
  const bytes = crypto.hmacSha256(key.discoverySecret, input);
  let text = '';
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    pendingBits += 8;
    while (pendingBits >= 5 && text.length < TOKEN_LENGTH) {
      pendingBits -= 5;
      text += BASE32[(pending >> pendingBits) & 31];
    }
  }
  return `${text}.invalid`;
}

/** The names that a listener answers to: those of this hour and of its neighbors, for clocks that differ. */
export function doorNamesAt(crypto: Crypto, key: DoorKey, time: WallTime): readonly string[] {
  const hour = hourOf(time);
  // A machine without a battery may begin in the first hour of all, which has one neighbor.
  const hours = [hour - 1, hour, hour + 1].filter((each) => each >= 0);
  return hours.map((each) => doorName(crypto, key, each));
}
