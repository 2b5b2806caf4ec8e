// The main module of every child: `child.ts acceptor|dialer|solo|giver|newcomer|comparer <subject>`. It obeys
// the commands of its parent and ends with it.

import type { Command, Request, Response } from './control.ts';

interface Side {
  obey(command: Command): Promise<unknown>;
}

const [role, subject = ''] = process.argv.slice(2);
const side = await sideOf(role);

process.on('message', (request: Request) => void answer(request.id, request.command));
process.on('disconnect', () => process.exit());
send({ id: 0, reply: null });

/** Loads no more than this side needs. */
async function sideOf(role: string | undefined): Promise<Side> {
  if (role === 'solo') {
    const { SoloSide } = await import('../records/solo-side.ts');
    const { loadRecordSubject } = await import('../records/subject-list.ts');
    return new SoloSide(await loadRecordSubject(subject));
  }
  if (role === 'comparer') {
    const { ComparingSide } = await import('../comparing/comparing-side.ts');
    const { loadComparedSubject } = await import('../comparing/subject-list.ts');
    return new ComparingSide(await loadComparedSubject(subject));
  }
  if (role === 'giver' || role === 'newcomer') {
    const { loadReplicationSubject } = await import('../replication/subject-list.ts');
    const loaded = await loadReplicationSubject(subject);
    if (role === 'giver') {
      const { GivingSide } = await import('../replication/giving-side.ts');
      return new GivingSide(loaded);
    }
    const { FetchingSide } = await import('../replication/fetching-side.ts');
    return new FetchingSide(loaded);
  }
  const { loadConnectionSubject } = await import('../connections/subject-list.ts');
  const loaded = await loadConnectionSubject(subject);
  if (role === 'acceptor') {
    const { AcceptingSide } = await import('../connections/accepting-side.ts');
    return new AcceptingSide(loaded);
  }
  const { DialingSide } = await import('../connections/dialing-side.ts');
  return new DialingSide(loaded);
}

async function answer(id: number, command: Command): Promise<void> {
  try {
    send({ id, reply: await side.obey(command) });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

function send(response: Response): void {
  if (process.connected) process.send?.(response);
}
