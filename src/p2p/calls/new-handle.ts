// Makes the handles that applications hold: frozen and empty, so that there is nothing to look at or to forge.

import type { KeyObject } from 'node:crypto';
import type { HCRYPTPROV, HGROUP, HPEERENUM, HPEEREVENT } from '../surface/basic-types.ts';

export function newGroupHandle(): HGROUP {
  return emptyHandle() as HGROUP;
}

export function newEventHandle(): HPEEREVENT {
  return emptyHandle() as HPEEREVENT;
}

export function newEnumerationHandle<Item>(): HPEERENUM<Item> {
  return emptyHandle() as HPEERENUM<Item>;
}

export function newKeyHandle(key: KeyObject): HCRYPTPROV {
  return Object.freeze({ key }) as HCRYPTPROV;
}

function emptyHandle(): object {
  return Object.freeze({});
}
