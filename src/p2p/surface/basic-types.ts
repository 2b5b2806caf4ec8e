// The basic types of p2p.h in the terms of TypeScript: numbers, texts, handles, and what a function resolves to.

import type { KeyObject } from 'node:crypto';

/** Result code as an unsigned 32-bit number; the top bit marks a failure. */
export type HRESULT = number;
/** Unsigned 32-bit number. */
export type ULONG = number;
/** Unsigned 32-bit number, mostly flags. */
export type DWORD = number;
/** Unsigned 16-bit number. */
export type WORD = number;
/** Unsigned 64-bit number. */
export type ULONGLONG = bigint;
/** 100 ns steps since 1601-01-01 00:00 UTC. */
export type FILETIME = bigint;
/** Lower-case 8-4-4-4-12 form on output; either case on input; no braces. */
export type GUID = string;
/** Zero-terminated UTF-16 string of the C API; lengths count UTF-16 code units. */
export type PCWSTR = string;
/** Opaque bytes; stands for the pair cbData and pbData. */
export type PEER_DATA = Uint8Array;
/** Role of a member: one of the PEER_GROUP_ROLE_ GUIDs. */
export type PEER_ROLE_ID = GUID;

/** Result of a function without out parameters. */
export interface HResult {
  readonly hr: HRESULT;
}

/** Result of a function with out parameters; they are undefined when FAILED(hr). */
export type Out<T extends object> = HResult & { readonly [K in keyof T]?: T[K] | undefined };

declare const kind: unique symbol;
declare const item: unique symbol;

/** Open group; from PeerGroupCreate, PeerGroupOpen, PeerGroupJoin, PeerGroupPasswordJoin until PeerGroupClose. */
export interface HGROUP {
  readonly [kind]: 'HGROUP';
}

/** Event registration; from PeerGroupRegisterEvent until PeerGroupUnregisterEvent. */
export interface HPEEREVENT {
  readonly [kind]: 'HPEEREVENT';
}

/** Enumeration of items of type T; until PeerEndEnumeration. */
export interface HPEERENUM<T = unknown> {
  readonly [kind]: 'HPEERENUM';
  readonly [item]?: T;
}

/** Key pair of an identity, from PeerIdentityGetCryptKey. */
export interface HCRYPTPROV {
  readonly [kind]: 'HCRYPTPROV';
  /** Private key (Ed25519); createPublicKey(key) of node:crypto gives the public one. */
  readonly key: KeyObject;
}

/** Auto-reset event object in the manner of Win32. */
export interface HANDLE {
  /** Signals the object: releases one waiter, or the next one when nobody waits. */
  set(): void;
  /** Waits for the signal and takes it: true when signalled, false after timeoutMs; no limit when left out. */
  wait(timeoutMs?: number): Promise<boolean>;
  /** Takes a pending signal back. */
  reset(): void;
}
