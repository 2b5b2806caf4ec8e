// The door gives what p2p.d.ts names, no more and no less, and constants have its values. Their types and those of the
// functions are compared by the compiler (surface-types.ts).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { type Node, parseSync } from 'oxc-parser';

import * as door from '../../../src/p2p/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const WANTED = bodyOf(join(import.meta.dirname, 'p2p.d.ts')).flatMap((node) =>
  node.type === 'ExportNamedDeclaration' && node.declaration !== null ? [node.declaration] : [],
);
const given: Readonly<Record<string, unknown>> = { ...door };

test('every type that p2p.d.ts exports is exported by the door', () => {
  const exported = bodyOf(join(ROOT, 'src', 'p2p', 'index.ts')).flatMap((node) =>
    node.type === 'ExportNamedDeclaration'
      ? node.specifiers.map(({ exported: name }) => textOf(name))
      : [],
  );
  const wanted = new Set(WANTED.flatMap(namesOf));
  assert.deepEqual(exported.toSorted(), [...wanted].toSorted());
});

test('constants have the values of p2p.d.ts', () => {
  const constants = WANTED.flatMap((node) => (node.type === 'VariableDeclaration' ? [node] : []));
  const wanted = constants
    .flatMap(({ declarations }) => declarations)
    .map(({ id }) => [textOf(id), constantOf(annotationOf(id))] as const);
  assert.ok(wanted.length > 120);
  for (const [name, value] of wanted) assert.deepEqual(given[name], value, name);
});

test('the functions of p2p.d.ts are functions', () => {
  const names = WANTED.flatMap((node) => (node.type === 'TSDeclareFunction' ? namesOf(node) : []));
  assert.deepEqual(names.toSorted(), [
    'CreateEvent',
    'FAILED',
    'SUCCEEDED',
    'hresultName',
    'openP2P',
  ]);
  for (const name of names) assert.equal(typeof given[name], 'function', name);
});

test('result codes are told by their names, and unknown ones by their digits', () => {
  assert.equal(door.hresultName(door.S_OK), 'S_OK');
  assert.equal(door.hresultName(door.PEER_S_NO_EVENT_DATA), 'PEER_S_NO_EVENT_DATA');
  assert.equal(door.hresultName(door.ERROR_INVALID_HANDLE), 'E_HANDLE');
  assert.equal(door.hresultName(0x80630401), 'PEER_E_IDENTITY_NOT_FOUND');
  assert.equal(door.hresultName(0x8000abcd), '0x8000ABCD');
  assert.equal(door.hresultName(5), '0x00000005');
});

test('the top bit of a result code marks a failure', () => {
  for (const hr of [door.S_OK, door.PEER_S_ALREADY_CONNECTED, 0x7fffffff]) {
    assert.equal(door.SUCCEEDED(hr), true);
    assert.equal(door.FAILED(hr), false);
  }
  for (const hr of [door.E_FAIL, door.PEER_E_NOT_FOUND, 0xffffffff]) {
    assert.equal(door.SUCCEEDED(hr), false);
    assert.equal(door.FAILED(hr), true);
  }
});

function bodyOf(path: string): readonly Node[] {
  const { program, errors } = parseSync(path, readFileSync(path, 'utf8'));
  assert.deepEqual(errors, []);
  return program.body;
}

function namesOf(node: Node): readonly string[] {
  if (node.type === 'VariableDeclaration') return node.declarations.map(({ id }) => textOf(id));
  return 'id' in node && node.id !== null ? [textOf(node.id)] : [];
}

function textOf(node: unknown): string {
  assert.ok(typeof node === 'object' && node !== null && 'name' in node);
  return String(node.name);
}

function annotationOf(id: object): unknown {
  const annotation: unknown = Reflect.get(id, 'typeAnnotation');
  assert.ok(typeof annotation === 'object' && annotation !== null);
  return Reflect.get(annotation, 'typeAnnotation');
}

/** Of a literal type, or of an object of such. */
function constantOf(type: unknown): unknown {
  assert.ok(typeof type === 'object' && type !== null && 'type' in type);
  if (type.type === 'TSLiteralType' && 'literal' in type) {
    return Reflect.get(Object(type.literal), 'value');
  }
  assert.ok(type.type === 'TSTypeLiteral' && 'members' in type && Array.isArray(type.members));
  return Object.fromEntries(
    type.members.map((member) => [
      textOf(Reflect.get(member, 'key')),
      constantOf(annotationOf(member)),
    ]),
  );
}
