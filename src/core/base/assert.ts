// What must hold in our own code. A failure is a bug of ours, never somebody else's doing, and is
// caught nowhere below the front door (docs/architecture.md, "Three kinds of failure").

export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** Ends the operation with `BrokenInvariant` when `condition` is false. `mustHold` says what must hold. */
export function assert(condition: boolean, mustHold: string): asserts condition {
  if (!condition) throw new BrokenInvariant(mustHold);
}

/** The default branch of a switch over a union: compiles only while every member has its leaf. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable: ${JSON.stringify(value)}`);
}
