import { METRICS, type MetricSpec } from "../../src/core/meter.ts";
import { METRIC_PREFIX } from "../../src/ops/metrics.ts";
import type { Generated } from "../generate.ts";

const INTRO = `# Metrics

Each service shows them at \`/metrics\` of its operators' port, in the form Prometheus reads, together with those
of Node (\`${METRIC_PREFIX}process_…\`, \`${METRIC_PREFIX}nodejs_…\`). Every metric has the label \`service\`.
What says "alarm" should stay at zero.

| metric | type | labels | |
|---|---|---|---|
`;

/** docs/metrics.md. */
export function metricsPage(): Generated {
  const rows = Object.entries<MetricSpec>(METRICS).map(([name, spec]) => {
    const labels = spec.labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${METRIC_PREFIX}${name}\` | ${spec.type} | ${labels} | ${spec.help} |`;
  });
  return new Map([["docs/metrics.md", `${INTRO}${rows.join("\n")}\n`]]);
}
