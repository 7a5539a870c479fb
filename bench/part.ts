/** One line of a result. */
export interface Figure {
  readonly what: string;
  /** With its unit, e.g. `1,870 events/s`. */
  readonly measured: string;
  /** What was promised before anything was built, e.g. `≥ 1,500 events/s`. */
  readonly budget?: string;
}

/** Something that is measured by itself: `npm run bench -- NAME`. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** What is done and what is counted, for the reader of docs/benchmarks.md. */
  readonly about: string;
  /** Starts and ends all it needs. */
  run(): Promise<readonly Figure[]>;
}
