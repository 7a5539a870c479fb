/** One at a time, in order of arrival. */
export interface Mutex {
  /** Resolves when it is the caller's turn, with the function that ends it. Ending twice is harmless. */
  enter(): Promise<() => void>;
}

export function makeMutex(): Mutex {
  let last: Promise<void> = Promise.resolve();
  return {
    async enter() {
      const before = last;
      let leave = (): void => undefined;
      last = new Promise((resolve) => {
        leave = resolve;
      });
      await before;
      return leave;
    },
  };
}
