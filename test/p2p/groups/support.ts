// What the tests of groups ask again and again.

import { connect, createServer, type Server } from 'node:net';
import type { TestContext } from 'node:test';

import type {
  HGROUP,
  P2P,
  PEER_ADDRESS,
  PEER_GROUP_PROPERTIES,
  PEER_MEMBER,
} from '../../../src/p2p/index.ts';
import { given, items, ok, type TestPeer } from '../support/test-peer.ts';

export async function propertiesOf(p2p: P2P, hGroup: HGROUP): Promise<PEER_GROUP_PROPERTIES> {
  return given(ok(await p2p.PeerGroupGetProperties(hGroup)).pProperties);
}

export async function groupNameOf({ p2p, hGroup }: TestPeer): Promise<string> {
  return given((await propertiesOf(p2p, hGroup)).pwzGroupPeerName ?? undefined);
}

export async function membersOf(
  p2p: P2P,
  hGroup: HGROUP,
  flags = 0,
  identity: string | null = null,
): Promise<readonly PEER_MEMBER[]> {
  const { hPeerEnum } = ok(await p2p.PeerGroupEnumMembers(hGroup, flags, identity));
  return await items(p2p, given(hPeerEnum));
}

/** Of milliseconds since 1970. */
export function filetime(ms: number): bigint {
  return BigInt(ms) * 10_000n + 116_444_736_000_000_000n;
}

export async function statusOf({ p2p, hGroup }: TestPeer): Promise<number> {
  return given(ok(await p2p.PeerGroupGetStatus(hGroup)).dwStatus);
}

/** Takes connections and says nothing. */
export async function silentServer(t: TestContext): Promise<PEER_ADDRESS> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  t.after(() => server.close());
  return await addressOf(server);
}

/** Passes on what comes and goes, until the far end has said so much; from then on nobody is there. */
export async function breakingRelay(
  t: TestContext,
  { sin6 }: PEER_ADDRESS,
  { bytesMax, onBroken }: { readonly bytesMax: number; readonly onBroken: () => void },
): Promise<PEER_ADDRESS> {
  const server = createServer((near) => {
    const far = connect(sin6.sin6_port, sin6.sin6_addr);
    let bytes = 0;
    far.on('data', (chunk) => {
      bytes += chunk.length;
      near.write(chunk);
      if (bytes < bytesMax) return;
      onBroken();
      server.close();
      near.destroy();
      far.destroy();
    });
    near.on('data', (chunk) => far.write(chunk));
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  t.after(() => server.close());
  return await addressOf(server);
}

/** Where nobody listens any more. */
export async function deadAddress(): Promise<PEER_ADDRESS> {
  const server = createServer();
  const address = await addressOf(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

async function addressOf(server: Server): Promise<PEER_ADDRESS> {
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { sin6: { sin6_addr: '::1', sin6_port: port } };
}
