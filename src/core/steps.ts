/**
 * Work that may take seconds, as small steps: at each `yield` whoever runs it may do something else first.
 * What it reads must not change meanwhile.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs the steps so that others have their turn in between. */
export type RunSteps = <T>(steps: Steps<T>) => Promise<T>;

/** Runs the steps one after the other, without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
