// A member in a process of its own, for tests that kill, stop and outlive processes: told its directory
// by argument and what to do by messages of its parent; tells what happened in the same way.

import { type ConnectionEnd, openNode } from '../../src/api/index.ts';

export type Order =
  | {
      readonly kind: 'join';
      readonly invitation: string;
      /** Open a connection to this member there. */
      readonly member: string;
      readonly address: string;
    }
  /** Close the node and do nothing else: the process is to end by itself. */
  | { readonly kind: 'leave' };

export type Report =
  | { readonly kind: 'card'; readonly card: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'end'; readonly end: ConnectionEnd }
  | { readonly kind: 'left'; readonly resources: readonly string[] };

function report(what: Report): void {
  process.send?.(what);
}

async function live(): Promise<void> {
  const [directory = ''] = process.argv.slice(2);
  const node = await openNode({ directory, listen: { host: '127.0.0.1' } });
  process.on('message', (order: Order) => {
    if (order.kind === 'join') void visit(order);
    else void leave();
  });
  const { card } = await node.createIdentity({ friendlyName: 'Bob' });
  report({ kind: 'card', card });

  async function visit({ invitation, member, address }: Order & { kind: 'join' }): Promise<void> {
    const group = await node.joinGroup(invitation);
    group.acceptDirectConnections();
    const connection = await group.openDirectConnection(member, { address });
    void connection.closed.then((end) => report({ kind: 'end', end }));
    report({ kind: 'open' });
  }

  async function leave(): Promise<void> {
    await node.close();
    report({ kind: 'left', resources: process.getActiveResourcesInfo() });
    process.disconnect();
  }
}

if (process.argv[1] === import.meta.filename) await live();
