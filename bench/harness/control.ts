// What the main process asks of a child of either kind, and what it answers.

import type { ComparerCommand, ComparerReplies } from '../comparing/control.ts';
import type { AcceptorCommand, DialerCommand, PairReplies } from '../connections/control.ts';
import type { SoloCommand, SoloReplies } from '../records/control.ts';
import type { GiverCommand, NewcomerCommand, ReplicationReplies } from '../replication/control.ts';

export type Command =
  | AcceptorCommand
  | DialerCommand
  | SoloCommand
  | GiverCommand
  | NewcomerCommand
  | ComparerCommand;

/** The reply to each command by its name. */
export interface Replies extends PairReplies, SoloReplies, ReplicationReplies, ComparerReplies {}

export type ReplyTo<Asked extends Command> = Replies[Asked['name']];

export interface Request {
  readonly id: number;
  readonly command: Command;
}

export interface Response {
  readonly id: number;
  readonly reply?: unknown;
  readonly error?: string;
}
