// Refuses a Node that is too old in one sentence, before it fails somewhere less telling.

const MAJOR_MIN = 24;

/** Throws on a Node older than package.json's `engines` asks for. */
export function requireNode(version: string = process.versions.node): void {
  if (Number.parseInt(version, 10) >= MAJOR_MIN) return;
  throw new Error(`peergroup needs Node.js ${MAJOR_MIN} or newer; this is ${version}.`);
}
