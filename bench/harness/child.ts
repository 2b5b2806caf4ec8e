// The main module of both children: `child.ts acceptor|dialer <subject>`. It obeys the commands of
// its parent and ends with it.

import { AcceptingSide } from './accepting-side.ts';
import type { Command, Request, Response } from './control.ts';
import { DialingSide } from './dialing-side.ts';
import { isSubjectName, loadSubject } from './subject-list.ts';

const [role, name] = process.argv.slice(2);
if (name === undefined || !isSubjectName(name)) throw new Error(`no subject ${name}`);

const subject = await loadSubject(name);
const side = role === 'acceptor' ? new AcceptingSide(subject) : new DialingSide(subject);

process.on('message', (request: Request) => void answer(request.id, request.command));
process.on('disconnect', () => process.exit());
send({ id: 0, reply: null });

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
