// The walls between the rooms: every import is judged by the table in rooms.ts, and every relative
// import must lead to a file.

import { posix } from 'node:path';
import type { Room } from './rooms.ts';
import { roomOf } from './rooms.ts';
import type { Finding, Import, Source } from './source.ts';

export function importsAcrossAWall(source: Source): Finding[] {
  const room = roomOf(source.path);
  if (room === undefined) return [{ line: 1, what: 'stands in no room of test/house/rooms.ts' }];
  return source.imports.flatMap((one) => {
    const what = objection(room, source.path, one);
    return what === null ? [] : [{ line: one.line, what }];
  });
}

export function importsOfMissingFiles(source: Source, paths: ReadonlySet<string>): Finding[] {
  return source.imports.flatMap(({ target, line }) => {
    if (target === null || !isRelative(target)) return [];
    const path = pathOf(source.path, target);
    return paths.has(path) ? [] : [{ line, what: `imports '${target}', but there is no ${path}` }];
  });
}

function objection(room: Room, path: string, { target, typesOnly }: Import): string | null {
  const ours = room.folder.startsWith('src/');
  if (target === null) return ours ? 'imports what cannot be read from the source' : null;
  if (isRelative(target)) return objectionToFile(room, pathOf(path, target), typesOnly);
  if (target.startsWith('node:')) {
    return room.mayUseNode ? null : `imports '${target}', but ${room.folder} may not use Node`;
  }
  const name = packageOf(target);
  if (room.npm === 'anything' || room.npm?.includes(name)) return null;
  return `imports the npm package '${name}', which ${room.folder} may not use`;
}

function objectionToFile(room: Room, path: string, typesOnly: boolean): string | null {
  const other = roomOf(path);
  if (other === room || room.mayImport === 'anything') return null;
  const allowed = room.mayImport.some((entry) => isMeant(entry, path, other));
  if (!allowed)
    return `imports ${path}, but ${room.folder} may not import ${folderOf(path, other)}`;
  if (room.typesOnly && !typesOnly) return `imports ${path} for more than types`;
  return null;
}

function isMeant(entry: string, path: string, other: Room | undefined): boolean {
  if (path === `src/${entry}`) return true;
  if (entry.endsWith('/*')) return other?.folder.startsWith(`src/${entry.slice(0, -1)}`) ?? false;
  return other?.folder === `src/${entry}`;
}

function folderOf(path: string, room: Room | undefined): string {
  return room?.folder ?? posix.dirname(path);
}

function isRelative(target: string): boolean {
  return target.startsWith('./') || target.startsWith('../');
}

function pathOf(from: string, target: string): string {
  return posix.join(posix.dirname(from), target);
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}
