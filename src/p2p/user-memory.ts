// What the facade keeps of one user beside the node's folder: names of deleted identities, how far each group has
// come, and passwords of joins that no member has admitted yet. One file, replaced as a whole, for its owner alone.

import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A password join that was prepared and not admitted yet. */
export interface PasswordJoin {
  readonly identity: string;
  readonly group: string;
  readonly friendlyName: string;
  /** As `PeerGroupPasswordJoin` took it. */
  readonly invitation: string;
  readonly password: string;
}

/** How far a group has come that this identity is a member of. */
export interface GroupNotes {
  readonly identity: string;
  readonly group: string;
  /** It was synchronised once, or is our own. */
  readonly isReady: boolean;
  /** Peer time less the UTC of this machine, in milliseconds. */
  readonly offsetMs: number;
}

/** What a group is called by its properties, for as long as it is not open. */
export interface GroupName {
  readonly identity: string;
  readonly group: string;
  readonly friendlyName: string;
}

export interface Remembered {
  readonly deletedIdentities: readonly string[];
  readonly groupNames: readonly GroupName[];
  readonly groups: readonly GroupNotes[];
  readonly passwordJoins: readonly PasswordJoin[];
}

const FILE = 'p2p.json';
const NOTHING: Remembered = {
  deletedIdentities: [],
  groupNames: [],
  groups: [],
  passwordJoins: [],
};

export class UserMemory {
  readonly #path: string;
  #now: Remembered;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, remembered: Remembered) {
    this.#path = path;
    this.#now = remembered;
  }

  /** Rejects for a file that is not what was written here. */
  static async open(directory: string): Promise<UserMemory> {
    const path = join(directory, FILE);
    return new UserMemory(path, await readRemembered(path));
  }

  get now(): Remembered {
    return this.#now;
  }

  notesOf(identity: string, group: string): GroupNotes | undefined {
    return this.#now.groups.find((each) => each.identity === identity && each.group === group);
  }

  passwordJoinOf(identity: string, group: string): PasswordJoin | undefined {
    return this.#now.passwordJoins.find(
      (each) => each.identity === identity && each.group === group,
    );
  }

  /** What `change` leaves out stays. Counts at once; resolves when it is on the disk. */
  async change(change: (before: Remembered) => Partial<Remembered>): Promise<void> {
    this.#now = { ...this.#now, ...change(this.#now) };
    const text = `${JSON.stringify(this.#now, null, 2)}\n`;
    const write = this.#written.then(() => replaceFile(this.#path, text));
    this.#written = write.catch(() => undefined);
    await write;
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#written;
  }

  async note(notes: GroupNotes): Promise<void> {
    await this.change(({ groups }) => ({ groups: [...without(groups, notes), notes] }));
  }

  groupNameOf(identity: string, group: string): string | undefined {
    const found = this.#now.groupNames.find(
      (each) => each.identity === identity && each.group === group,
    );
    return found?.friendlyName;
  }

  async nameGroup(name: GroupName): Promise<void> {
    if (this.groupNameOf(name.identity, name.group) === name.friendlyName) return;
    await this.change(({ groupNames }) => ({ groupNames: [...without(groupNames, name), name] }));
  }

  async keepPasswordJoin(wish: PasswordJoin): Promise<void> {
    await this.change(({ passwordJoins }) => ({
      passwordJoins: [...without(passwordJoins, wish), wish],
    }));
  }

  async forgetPasswordJoin(group: Pick<PasswordJoin, 'identity' | 'group'>): Promise<void> {
    await this.change(({ passwordJoins }) => ({ passwordJoins: without(passwordJoins, group) }));
  }

  async forgetGroup(group: Pick<PasswordJoin, 'identity' | 'group'>): Promise<void> {
    await this.change(({ groupNames, groups, passwordJoins }) => ({
      groupNames: without(groupNames, group),
      groups: without(groups, group),
      passwordJoins: without(passwordJoins, group),
    }));
  }
}

function without<Entry extends { readonly identity: string; readonly group: string }>(
  entries: readonly Entry[],
  { identity, group }: { readonly identity: string; readonly group: string },
): readonly Entry[] {
  return entries.filter((each) => each.identity !== identity || each.group !== group);
}

async function readRemembered(path: string): Promise<Remembered> {
  try {
    return checked(JSON.parse(await readFile(path, 'utf8')), path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NOTHING;
    throw error;
  }
}

function checked(value: unknown, path: string): Remembered {
  const isSound =
    typeof value === 'object' &&
    value !== null &&
    isListOf(value, 'deletedIdentities', (each) => typeof each === 'string') &&
    isListOf(value, 'groupNames', (each) => hasFields(each, NAME)) &&
    isListOf(value, 'groups', (each) => hasFields(each, NOTES)) &&
    isListOf(value, 'passwordJoins', (each) => hasFields(each, JOIN));
  if (!isSound) throw new Error(`${path} is not what was written there.`);
  return value as Remembered;
}

const NAME = { identity: 'string', group: 'string', friendlyName: 'string' };
const NOTES = { identity: 'string', group: 'string', isReady: 'boolean', offsetMs: 'number' };
const JOIN = {
  identity: 'string',
  group: 'string',
  friendlyName: 'string',
  invitation: 'string',
  password: 'string',
};

function isListOf(value: object, name: string, fits: (entry: unknown) => boolean): boolean {
  const list: unknown = Reflect.get(value, name);
  return Array.isArray(list) && list.every(fits);
}

function hasFields(value: unknown, types: Readonly<Record<string, string>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(types).every(([name, type]) => typeof Reflect.get(value, name) === type);
}

/** Whatever happens, the file is the one before or the one after. */
async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.new`;
  // One that a crash has left keeps the rights that it has, whatever is asked for.
  await rm(next, { force: true });
  const file = await open(next, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncDirectory(dirname(path));
}

/** The new name lasts. Windows cannot open directories, and needs no such call. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    // Some network file systems have no such operation; there the rename has to do.
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    await directory.close();
  }
}
