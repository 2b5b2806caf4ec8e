// Who may import whom, as data. Everything that is not listed here is forbidden. The house test
// holds the tree to this table, and each room below src/ repeats its own line in its README.md.

export interface Room {
  /** Where the room lies, from the root of the repository. The deepest folder that fits decides. */
  readonly folder: string;
  /** Rooms by folder below src/ (`adapters/*` is each of them), or single files. */
  readonly mayImport: readonly string[] | 'anything';
  /** Imports of other rooms must be `import type`. */
  readonly typesOnly?: true;
  readonly mayUseNode?: true;
  /** The npm packages that may be named here. */
  readonly npm?: readonly string[] | 'anything';
}

const ADAPTER = {
  mayImport: ['core/base', 'core/domain', 'core/ports'],
  mayUseNode: true,
} as const;

const PROGRAM = { mayUseNode: true, npm: 'anything' } as const;

export const ROOMS: readonly Room[] = [
  { folder: 'src/core/base', mayImport: [] },
  { folder: 'src/core/domain', mayImport: ['core/base'] },
  { folder: 'src/core/ports', mayImport: ['core/base', 'core/domain'], typesOnly: true },
  { folder: 'src/core/wire', mayImport: ['core/base', 'core/domain'] },
  {
    folder: 'src/core/trust',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/ports'],
  },
  {
    folder: 'src/core/security',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/ports', 'core/trust'],
  },
  {
    folder: 'src/core/join',
    mayImport: [
      'core/base',
      'core/domain',
      'core/wire',
      'core/ports',
      'core/trust',
      'core/security',
    ],
  },
  {
    folder: 'src/core/link',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/trust', 'core/ports'],
  },
  {
    folder: 'src/core/direct',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/ports'],
  },
  {
    folder: 'src/core/records',
    mayImport: ['core/base', 'core/domain', 'core/ports'],
  },
  {
    folder: 'src/core/search',
    mayImport: ['core/base', 'core/domain', 'core/records'],
  },
  {
    folder: 'src/core/book',
    mayImport: [
      'core/base',
      'core/domain',
      'core/records',
      'core/trust',
      'core/security',
      'core/ports',
    ],
  },

  {
    folder: 'src/core/graph/overlay',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/ports', 'core/graph'],
  },
  {
    folder: 'src/core/graph/presence',
    mayImport: [
      'core/base',
      'core/domain',
      'core/wire',
      'core/ports',
      'core/graph',
      'core/graph/overlay',
    ],
  },
  {
    folder: 'src/core/graph/flood',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/ports', 'core/graph'],
  },
  {
    folder: 'src/core/graph/sync',
    mayImport: ['core/base', 'core/domain', 'core/wire', 'core/ports', 'core/graph'],
  },
  { folder: 'src/core/graph', mayImport: ['core/base', 'core/domain', 'core/wire'] },
  {
    folder: 'src/core/node',
    mayImport: [
      'core/base',
      'core/domain',
      'core/ports',
      'core/wire',
      'core/records',
      'core/security',
      'core/book',
      'core/graph',
      'core/graph/overlay',
      'core/graph/presence',
      'core/graph/flood',
      'core/graph/sync',
    ],
  },

  {
    folder: 'src/engine/join',
    mayImport: [
      'core/base',
      'core/domain',
      'core/ports',
      'core/wire',
      'core/link',
      'core/direct',
      'core/trust',
      'core/security',
      'core/join',
      'engine',
    ],
  },
  {
    folder: 'src/engine/graph',
    mayImport: [
      'core/base',
      'core/domain',
      'core/ports',
      'core/wire',
      'core/link',
      'core/direct',
      'core/records',
      'core/security',
      'core/book',
      'core/graph',
      'core/node',
      'engine',
    ],
  },
  {
    folder: 'src/engine',
    mayImport: [
      'core/base',
      'core/domain',
      'core/ports',
      'core/wire',
      'core/link',
      'core/direct',
      'core/records',
      'core/security',
      'core/book',
      'core/trust',
    ],
  },

  { folder: 'src/adapters/clock', ...ADAPTER },
  { folder: 'src/adapters/crypto', ...ADAPTER },
  { folder: 'src/adapters/opaque', ...ADAPTER, npm: ['@serenity-kit/opaque'] },
  { folder: 'src/adapters/qr', ...ADAPTER, npm: ['uqr'] },
  {
    folder: 'src/adapters/sqlite/tables',
    mayImport: ['core/base', 'core/domain', 'core/records', 'core/ports'],
    mayUseNode: true,
  },
  {
    folder: 'src/adapters/sqlite/search',
    mayImport: [
      'core/base',
      'core/domain',
      'core/records',
      'core/search',
      'core/ports',
      'adapters/sqlite/tables',
    ],
    mayUseNode: true,
  },
  {
    folder: 'src/adapters/sqlite/transfer',
    mayImport: [
      'core/base',
      'core/domain',
      'core/records',
      'core/ports',
      'adapters/sqlite',
      'adapters/sqlite/tables',
    ],
    mayUseNode: true,
  },
  {
    folder: 'src/adapters/sqlite/repair',
    mayImport: [
      'core/base',
      'core/domain',
      'core/records',
      'core/book',
      'core/ports',
      'adapters/sqlite',
      'adapters/sqlite/tables',
    ],
    mayUseNode: true,
  },
  {
    folder: 'src/adapters/sqlite',
    mayImport: [
      'core/base',
      'core/domain',
      'core/records',
      'core/ports',
      'adapters/sqlite/tables',
      'adapters/sqlite/search',
      'adapters/sqlite/repair',
    ],
    mayUseNode: true,
  },
  { folder: 'src/adapters/tls', ...ADAPTER },
  { folder: 'src/adapters/vault', ...ADAPTER },
  { folder: 'src/adapters/x509', ...ADAPTER },

  // The wind tunnel: the real engine on simulated ports.
  { folder: 'src/sim', mayImport: ['core/*', 'engine', 'engine/graph'], mayUseNode: true },

  {
    folder: 'src/api',
    mayImport: [
      'core/base',
      'core/domain',
      'core/link',
      'core/direct',
      'core/records',
      'core/search',
      'core/book',
      'core/trust',
      'core/security',
      'core/join',
      'core/wire',
      'core/ports',
      'core/node',
      'engine',
      'engine/graph',
      'engine/join',
      'adapters/*',
    ],
    mayUseNode: true,
  },

  // Windows Peer Grouping for ported programs: stands on the front door like any other program.
  { folder: 'src/p2p', mayImport: ['api/index.ts'], mayUseNode: true, npm: ['saxes'] },

  { folder: 'sim', mayImport: ['sim', 'core/*', 'engine', 'engine/graph'], mayUseNode: true },
  { folder: 'test', mayImport: 'anything', ...PROGRAM },
  { folder: 'bench', mayImport: 'anything', ...PROGRAM },
  { folder: 'tools', mayImport: [], ...PROGRAM },
  { folder: 'demo', mayImport: ['api/index.ts'], mayUseNode: true },
  // Users copy the examples, so these name the package as a user does.
  { folder: 'examples', mayImport: [], mayUseNode: true, npm: ['peergroup'] },
];

/** The only files that may be called index.ts: each an explicit list of what users may name. */
export const DOORS: readonly string[] = [
  'src/api/index.ts',
  'src/p2p/index.ts',
  'src/sim/index.ts',
];

/** The deeper rooms stand before those around them. */
export function roomOf(path: string): Room | undefined {
  return ROOMS.find(({ folder }) => path.startsWith(`${folder}/`));
}
