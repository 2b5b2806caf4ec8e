// Calls what the application gave us.

/** A listener's exception is its owner's, not ours. */
export function guarded<Item>(listener: (item: Item) => void, item: Item): void {
  try {
    listener(item);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
