/**
 * Every metric of the services, in one list: `ops/metrics.ts` makes them, docs/metrics.md shows them, and
 * everybody counts through `Meter` without knowing who collects. Names get the prefix `ayon_ftrack_`.
 * Labels have few values: never ids of entities or events.
 */
export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

const LATENCY = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800,
] as const;

export const METRICS = {
  // --- intake -----------------------------------------------------------------------------------
  events_enqueued_total: {
    type: "counter",
    help: "Events accepted into an inbox.",
    labels: [],
  },
  events_duplicate_total: {
    type: "counter",
    help: "Events refused because their id was already accepted within the window.",
    labels: [],
  },
  enqueue_seconds: {
    type: "histogram",
    help: "Time to write one batch into Redis.",
    labels: [],
    buckets: LATENCY,
  },
  enqueue_retries_total: {
    type: "counter",
    help: "Batches that had to be sent again, by error code.",
    labels: ["code"],
  },
  enqueue_rewinds_total: {
    type: "counter",
    help: "Reconnects after which Redis was found to have lost acknowledged batches.",
    labels: [],
  },
  events_rewound_total: {
    type: "counter",
    help: "Acknowledged events sent again because Redis had lost them.",
    labels: [],
  },
  intake_waiting: {
    type: "gauge",
    help: "Events in memory of the leecher, not yet durable.",
    labels: [],
  },
  spool_bytes: {
    type: "gauge",
    help: "Bytes of events that wait on the leecher's disk.",
    labels: [],
  },
  spool_events_total: {
    type: "counter",
    help: "Events written to the leecher's disk because Redis did not take them.",
    labels: [],
  },
  spool_refused_total: {
    type: "counter",
    help: "Events that neither Redis nor the disk could take. Alarm on any.",
    labels: [],
  },
  cursor_age_seconds: {
    type: "gauge",
    help: "Age of the leecher's cursor in Redis.",
    labels: [],
  },
  // --- event hub and catch-up -----------------------------------------------------------------------
  hub_events_total: {
    type: "counter",
    help: "Events of the hub: kept, dropped (nobody needs them) or malformed.",
    labels: ["what"],
  },
  hub_live: {
    type: "gauge",
    help: "1 while the canary comes back through the event hub. Alarm on 0 for minutes.",
    labels: [],
  },
  hub_canary_age_seconds: {
    type: "gauge",
    help: "Time since the canary last came back.",
    labels: [],
  },
  hub_restarts_total: {
    type: "counter",
    help: "Remedies against a silent hub: kick (new connection) and restart (new thread).",
    labels: ["how"],
  },
  gaps_total: {
    type: "counter",
    help: "Stretches of time in which events may have been missed, by cause.",
    labels: ["reason"],
  },
  catch_up_behind: {
    type: "gauge",
    help: "1 while a gap is not caught up with. Alarm on 1 for minutes.",
    labels: [],
  },
  catch_ups_total: {
    type: "counter",
    help: "Runs over Ftrack's event log: done, denied (cannot be read) or failed.",
    labels: ["result"],
  },
  catch_up_rows_total: {
    type: "counter",
    help: "Rows of Ftrack's event log: recovered (handed on), known (handed on before) or unrecoverable.",
    labels: ["what"],
  },
  audits_requested_total: {
    type: "counter",
    help: "Audits of projects that the leecher asked for, by cause.",
    labels: ["reason"],
  },
  // --- inboxes and drains -------------------------------------------------------------------------
  inbox_events: {
    type: "gauge",
    help: "Events waiting in all inboxes.",
    labels: [],
  },
  inbox_events_max: {
    type: "gauge",
    help: "Events waiting in the longest inbox.",
    labels: [],
  },
  inbox_head_age_seconds: {
    type: "gauge",
    help: "Age of the oldest waiting event. Alarm when it grows: a project is held.",
    labels: [],
  },
  projects_dirty: {
    type: "gauge",
    help: "Projects with recent or waiting events.",
    labels: [],
  },
  drain_jobs: {
    type: "gauge",
    help: "Drain jobs by state.",
    labels: ["state"],
  },
  events_handled_total: {
    type: "counter",
    help: "Events taken out of an inbox, by what became of them: done or dead.",
    labels: ["verdict"],
  },
  event_lag_seconds: {
    type: "histogram",
    help: "From the receipt of an event by the leecher to its commit.",
    labels: [],
    buckets: LATENCY,
  },
  batch_events: {
    type: "histogram",
    help: "Events per batch.",
    labels: [],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  },
  batch_seconds: {
    type: "histogram",
    help: "Time to handle one batch.",
    labels: [],
    buckets: LATENCY,
  },
  holds_total: {
    type: "counter",
    help: "Times a project was held to try its first event again, by cause: outage or event.",
    labels: ["cause"],
  },
  batch_failures_total: {
    type: "counter",
    help: "Batches whose handler threw, by error code.",
    labels: ["code"],
  },
  dead_letters_total: {
    type: "counter",
    help: "Events given up, by cause: failed, refused, malformed, crashed or action.",
    labels: ["cause"],
  },
  dead_letters_dropped_total: {
    type: "counter",
    help: "Dead letters that had to go because a project has too many. Alarm on any.",
    labels: [],
  },
  dead_letters: {
    type: "gauge",
    help: "Dead letters kept.",
    labels: [],
  },
  fenced_total: {
    type: "counter",
    help: "Drains and turns that found they no longer own their project.",
    labels: [],
  },
  second_looks_total: {
    type: "counter",
    help: "Entities looked at again because a batch was cut off while it wrote.",
    labels: [],
  },
  commit_mismatch_total: {
    type: "counter",
    help: "Commits that removed fewer events than were handled. Alarm on any.",
    labels: [],
  },
  drain_failures_total: {
    type: "counter",
    help: "Drain jobs that ended with an unexpected error.",
    labels: [],
  },
  jobs_stalled_total: {
    type: "counter",
    help: "Jobs taken over from a process that stopped renewing its lock.",
    labels: ["queue"],
  },
  lock_renewal_failed_total: {
    type: "counter",
    help: "Jobs of this process whose lock was lost.",
    labels: ["queue"],
  },
  sweeper_rings_total: {
    type: "counter",
    help: "Projects with events and no drain job, found by the sweeper. Should stay near zero.",
    labels: [],
  },
  handed_back_total: {
    type: "counter",
    help: "Jobs handed back at shutdown, orderly or by force.",
    labels: ["how"],
  },
  // --- other lanes --------------------------------------------------------------------------------
  action_wait_seconds: {
    type: "histogram",
    help: "From the receipt of an action event to the start of its handling.",
    labels: [],
    buckets: LATENCY,
  },
  action_answer_seconds: {
    type: "histogram",
    help: "From the receipt of an action event to the answer, by topic.",
    labels: ["topic"],
    buckets: LATENCY,
  },
  long_jobs_total: {
    type: "counter",
    help: "Long jobs that ended, by kind and result: done, failed, cancelled.",
    labels: ["kind", "result"],
  },
  turn_wait_seconds: {
    type: "histogram",
    help: "Time a long job waited for its project's turn.",
    labels: [],
    buckets: LATENCY,
  },
  // --- Redis --------------------------------------------------------------------------------------
  redis_up: {
    type: "gauge",
    help: "1 when Redis answers.",
    labels: [],
  },
  redis_memory_bytes: {
    type: "gauge",
    help: "Memory used by Redis.",
    labels: [],
  },
  redis_memory_ratio: {
    type: "gauge",
    help: "Memory used by Redis over its limit; 0 when there is no limit.",
    labels: [],
  },
  seen_events: {
    type: "gauge",
    help: "Event ids remembered against duplicates.",
    labels: [],
  },
  // --- process ------------------------------------------------------------------------------------
  loop_delay_seconds: {
    type: "gauge",
    help: "99th percentile of the event loop's delay over the last interval.",
    labels: [],
  },
  loop_stalls_total: {
    type: "counter",
    help: "Times the event loop stood still for longer than the limit.",
    labels: [],
  },
} as const satisfies Record<string, MetricSpec>;

type Catalogue = typeof METRICS;
export type MetricName = keyof Catalogue;
type NameOf<T extends MetricSpec["type"]> = {
  [N in MetricName]: Catalogue[N]["type"] extends T ? N : never;
}[MetricName];
export type CounterName = NameOf<"counter">;
export type GaugeName = NameOf<"gauge">;
export type HistogramName = NameOf<"histogram">;
export type LabelsOf<N extends MetricName> =
  Catalogue[N]["labels"] extends readonly []
    ? Readonly<Record<string, never>>
    : Readonly<Record<Catalogue[N]["labels"][number], string>>;

export interface Meter {
  count<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;
  gauge<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void;
  /** In the unit of the name. */
  observe<N extends HistogramName>(
    name: N,
    labels: LabelsOf<N>,
    value: number,
  ): void;
}

/** For tests and tools that count nothing. */
export const silentMeter: Meter = {
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
};
