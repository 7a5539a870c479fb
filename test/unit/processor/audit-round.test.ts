import { describe, expect, it } from "vitest";
import { RejectedError, UnavailableError } from "../../../src/core/errors.ts";
import type { StudioContext } from "../../../src/core/handler.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import type { Query } from "../../../src/core/query.ts";
import {
  createAuditRound,
  nightlyAudit,
} from "../../../src/processor/jobs/audit-round.ts";
import type { JobContext, Json } from "../../../src/queue/types.ts";
import { scopedSettings } from "../../../src/settings/scoped.ts";
import { memoryLog } from "../../support/memory-log.ts";
import { aConfiguration } from "../../support/reference-data.ts";

/** Auto-sync by project; undefined: never set. */
const projects: Record<string, boolean | undefined> = {
  a: true,
  b: false,
  c: true,
  d: undefined,
  e: true,
};

function contextFor(): StudioContext {
  const definition = aConfiguration("auto", "auto_sync_enabled", "boolean", {
    entityType: "show",
    isHierarchical: false,
    default: false,
  });
  const context: Pick<StudioContext, "ftrack" | "reference"> = {
    reference: {
      configurations: () => Promise.resolve([definition]),
      refresh: () => undefined,
    } as unknown as StudioContext["reference"],
    ftrack: {
      query: (...queries: readonly Query<unknown>[]) =>
        Promise.resolve(
          queries.map(({ type }) =>
            type === "Project"
              ? Object.keys(projects).map((id) => ({ id: ftrackId(id) }))
              : Object.entries(projects).flatMap(([id, value]) =>
                  value === undefined ? [] : [{ entityId: id, value }],
                ),
          ),
        ),
    } as unknown as StudioContext["ftrack"],
  };
  return context as StudioContext;
}

async function play(
  audit: (projectId: string) => Promise<void>,
  previous: Json = 0,
) {
  const reports: Json[] = [];
  const begun: string[] = [];
  let underWay = 0;
  const round = createAuditRound(
    { contextFor, log: memoryLog(), now: () => 0 },
    async (data) => {
      const { projectId } = data as { projectId: string };
      begun.push(projectId);
      underWay += 1;
      expect(underWay).toBe(1);
      try {
        await audit(projectId);
      } finally {
        underWay -= 1;
      }
      return null;
    },
  );
  const job = {
    previous,
    signal: new AbortController().signal,
    report: (progress: Json) => {
      reports.push(progress);
      return Promise.resolve();
    },
  } as unknown as JobContext;
  const ended = await Promise.allSettled([round({}, job)]);
  return { ended: ended[0], begun, last: reports.at(-1) };
}

describe("a round of audits", () => {
  it("takes the projects with auto-sync, one after the other", async () => {
    const { begun, ended } = await play(() => Promise.resolve());
    expect(begun).toEqual(["a", "c", "e"]);
    expect(ended).toMatchObject({ value: { projects: 3, failed: [] } });
  });

  it("a project that fails for good is named and keeps nobody from their turn", async () => {
    const { begun, ended } = await play((id) =>
      id === "c"
        ? Promise.reject(new RejectedError("no", { code: "E_NO" }))
        : Promise.resolve(),
    );
    expect(begun).toEqual(["a", "c", "e"]);
    expect(ended).toMatchObject({
      value: { failed: [{ projectId: "c", error: "no" }] },
    });
  });

  it("one that fails for a passing reason is tried again, the others are not", async () => {
    const away = new UnavailableError("away", { code: "E_AWAY" });
    const { begun, ended, last } = await play((id) =>
      id === "a" ? Promise.reject(away) : Promise.resolve(),
    );
    expect(begun).toEqual(["a", "c", "e"]);
    expect(ended).toMatchObject({ status: "rejected", reason: away });
    expect(last).toEqual({ done: ["c", "e"] });
    expect((await play(() => Promise.resolve(), last)).begun).toEqual(["a"]);
  });
});

describe("when the nightly audit is due", () => {
  it.each([
    [{}, { hour: 3, minute: 0, second: 0 }],
    [{ nightly_audit_time: "22:15:30" }, { hour: 22, minute: 15, second: 30 }],
    [{ nightly_audit: false }, null],
  ])("with %j", (sync, expected) => {
    const when = nightlyAudit.when(scopedSettings("ftrack", null, { sync }));
    if (expected === null) expect(when).toBeNull();
    else expect(when).toMatchObject(expected);
  });
});
