// Loads a package from this directory's own node_modules: an import resolves from the file that
// holds it.

/** Where the packages are named and locked; the harness reads it to say what is missing. */
export const PEERS_DIRECTORY = import.meta.dirname;

/**
 * The caller says which few exports it uses, so that the benchmarks type-check where nothing is
 * installed here.
 */
export async function loadPeer<Exports>(specifier: string): Promise<Exports> {
  return (await import(specifier)) as Exports;
}
