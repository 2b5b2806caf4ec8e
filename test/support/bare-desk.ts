// One member's desk, door and listener without a node around them, for what the front door does not
// offer: links over any pipe, and opens that the api would refuse.

import type { TestContext } from 'node:test';

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { tlsWires } from '../../src/adapters/tls/tls-dialler.ts';
import { TlsListener } from '../../src/adapters/tls/tls-listener.ts';
import { ChainMemory } from '../../src/core/link/chain-memory.ts';
import type { FarEnd } from '../../src/core/link/far-end.ts';
import type { DeskParts } from '../../src/engine/desk-parts.ts';
import { DirectDesk, type OpenResult } from '../../src/engine/direct-desk.ts';
import { Doors } from '../../src/engine/doors.ts';
import { GatherPool } from '../../src/engine/gather-pool.ts';
import { atEnd } from './at-end.ts';
import { judge, type RawMember } from './raw-member.ts';

export interface BareDesk {
  readonly parts: DeskParts;
  readonly desk: DirectDesk;
  readonly doors: Doors;
  readonly listener: TlsListener;
  /** Everybody who came so far that it asked to be let in. */
  readonly callers: readonly FarEnd[];
}

export function bareDesk(t: TestContext, who: RawMember): BareDesk {
  const callers: FarEnd[] = [];
  const credentials = {
    certificate: who.certificate.der,
    privateKeyPem: who.key.privateKeyPem,
  };
  let lastId = 0n;
  const parts: DeskParts = {
    membership: who.membership,
    credentials,
    certificateDigest: nodeCrypto.sha256(who.certificate.der),
    signer: who.key,
    discoverySecret: who.discoverySecret,
    nodeId: 9n,
    handshake: { crypto: nodeCrypto, judge, memory: new ChainMemory() },
    line: {
      clock: systemClock,
      pool: new GatherPool(),
      allocate: Buffer.allocUnsafeSlow,
    },
    wires: tlsWires,
    clock: systemClock,
    chance: systemChance,
    nextId: () => {
      lastId += 1n;
      return lastId;
    },
    listenAddresses: () => [],
    removalOf: () => null,
  };
  const desk = new DirectDesk(parts);
  desk.attach({
    onCaller: (farEnd, decide) => {
      callers.push(farEnd);
      decide({ kind: 'accept' });
    },
    onLine: () => ({
      onMessage: () => false,
      onStream: () => undefined,
      onClosed: () => undefined,
    }),
  });
  const doors = new Doors(nodeCrypto, systemClock);
  doors.add({
    keys: [{ discoverySecret: who.discoverySecret, member: who.name }],
    credentials,
    desk,
    joins: null,
  });
  const listener = new TlsListener(doors);
  atEnd(t, async () => {
    desk.close(10);
    await listener.close();
  });
  return { parts, desk, doors, listener, callers };
}

/** Opens a connection to a member of any name, the own one included. */
export function openBare(
  desk: DirectDesk,
  member: RawMember['name'],
  address: { readonly host: string; readonly port: number },
  timeoutMs = 2_000,
): Promise<OpenResult> {
  return new Promise((resolve) => {
    const candidates = [{ address, source: 'given' as const }];
    desk.open({ member, candidates, isSeparate: false, timeoutMs }, resolve);
  });
}
