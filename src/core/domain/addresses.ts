// Where a member can be reached: an IP address and a TCP port. The text forms are those of RFC 5952
// and RFC 3986 (`192.0.2.1:4001`, `[2001:db8::1]:4001`); an IPv4-mapped IPv6 address is IPv4.

import { hexText } from '../base/hex.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';

export interface Address {
  /** IP address as canonical text; a link-local one may end with `%zone`. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

export function formatAddress(address: Address): string {
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Takes `192.0.2.1:4001` and `[2001:db8::1]:4001`. Throws `MalformedBytes`. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined) throw new MalformedBytes(`address: expected host:port, got ${text}`);
  if (port < 1 || port > 65_535) throw new MalformedBytes('address: port outside 1 to 65535');
  return { host: canonicalHost(host), port };
}

/** The one text of an IP address. Throws `MalformedBytes` for anything else. */
export function canonicalHost(text: string): string {
  const [ip = '', zone, ...more] = text.split('%');
  if (more.length > 0 || zone === '' || (zone !== undefined && !/^[\w.-]{1,32}$/.test(zone))) {
    throw new MalformedBytes('address: zone');
  }
  const host = ipText(ipBytes(ip));
  if (zone === undefined) return host;
  if (!isLinkLocal(host)) throw new MalformedBytes('address: a zone needs a link-local address');
  return `${host}%${zone}`;
}

/** Addresses of this kind mean nothing on another machine. */
export function isLinkLocal(host: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(host);
}

/** An address at which one machine can be dialled: not all of them, none of them, or a group. */
export function isUnicast(host: string): boolean {
  return !/^(0\.|22[4-9]\.|23\d\.|24\d\.|25[0-5]\.|::$|ff[0-9a-f]{2}:)/.test(host);
}

export function isLoopback(host: string): boolean {
  return host === '::1' || /^127\./.test(host);
}

/** What counts as one far end where strangers are counted: one IPv6 customer has a whole /64. */
export function customerOf(host: string): string {
  if (!host.includes(':') || host === '::1') return host;
  const [ip = ''] = host.split('%');
  return `${hexText(ipBytes(ip).subarray(0, 8))}/64`;
}

/** 4 or 16 bytes. Throws `MalformedBytes`. */
export function ipBytes(text: string): Uint8Array {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

/** Canonical text of 4 or 16 bytes; an IPv4-mapped address becomes IPv4. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new MalformedBytes('address: expected 4 or 16 bytes');
  if (isMapped(bytes)) return bytes.subarray(12).join('.');
  return ipv6Text(bytes);
}

function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  );
}

function ipv4Bytes(text: string): Uint8Array {
  const parts = text.split('.');
  if (parts.length !== 4) throw new MalformedBytes('address: IPv4 has four numbers');
  return Uint8Array.from(parts, (part) => {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) {
      throw new MalformedBytes('address: IPv4 numbers are 0 to 255');
    }
    return Number(part);
  });
}

function ipv6Bytes(text: string): Uint8Array {
  const halves = text.split('::');
  if (halves.length > 2) throw new MalformedBytes('address: IPv6 has one :: at most');
  const head = ipv6Groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? ipv6Groups(halves[1] ?? '', true) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) {
    throw new MalformedBytes('address: IPv6 has eight groups');
  }
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** An IPv4 address may stand for the last two groups of all. */
function ipv6Groups(text: string, isLast: boolean): number[] {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const mapped = isLast && last.includes('.') ? ipv4Bytes(last) : null;
  const groups = (mapped === null ? parts : parts.slice(0, -1)).map((part) => {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw new MalformedBytes('address: IPv6 group');
    return Number.parseInt(part, 16);
  });
  if (mapped === null) return groups;
  const [a = 0, b = 0, c = 0, d = 0] = mapped;
  return [...groups, a * 256 + b, c * 256 + d];
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from(
    { length: 8 },
    (_, at) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0),
  );
  const { start, length } = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (start + length < groups.length && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
