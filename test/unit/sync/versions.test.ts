import { describe, expect, it } from "vitest";
import { ayonId, ftrackId, projectName } from "../../../src/core/ids.ts";
import type { AyonVersion } from "../../../src/core/ports.ts";
import { everything, interestIn } from "../../../src/handlers/sync/interest.ts";
import { bookkept, syncOnce } from "../../support/sync/cycle.ts";
import { aContext, aModel, aNode } from "../../support/sync/model.ts";
import { anAyonVersion, aVersion } from "../../support/sync/versions.ts";
import { aWorld, DEFINITIONS, PROJECT } from "../../support/sync/world.ts";

describe("statuses of versions (ES-52, FS-34)", () => {
  const HEX = "a".repeat(32);
  it.each<
    [string, { ayon: AyonVersion[]; stored?: string; expected: string | null }]
  >([
    [
      "by the id Ftrack holds",
      { ayon: [anAyonVersion(HEX, 9)], stored: HEX, expected: HEX },
    ],
    [
      "by the id AYON holds",
      { ayon: [anAyonVersion("b", 9, { ftrackId: "v" })], expected: "b" },
    ],
    [
      "by folder, product and number",
      { ayon: [anAyonVersion("c", 2), anAyonVersion("d", 1)], expected: "c" },
    ],
    ["or not at all", { ayon: [anAyonVersion("d", 1)], expected: null }],
  ])("the counterpart is found %s", (_, { ayon, stored, expected }) => {
    const model = aModel([aContext("f", "a")], [aNode("n", "a", "f")]);
    if (stored !== undefined)
      model.values.set(
        ftrackId("v"),
        new Map([[DEFINITIONS.ayonId.id, stored]]),
      );
    const { decision, conclusion } = syncOnce(model, {
      focus: new Map(),
      facts: {
        versions: {
          focus: new Map([[ftrackId("v"), interestIn(["statusid"])]]),
          ftrack: new Map([[ftrackId("v"), aVersion("v", 2)]]),
          ayon,
          products: [
            {
              id: ayonId("p"),
              name: "renderMain",
              folderId: ayonId("n"),
              productType: "render",
              active: true,
            },
            {
              id: ayonId("q"),
              name: "render",
              folderId: ayonId("n"),
              productType: "render",
              active: true,
            },
          ],
        },
      },
    });
    const writes = decision.changes.filter((c) => c.kind === "ayon.operation");
    if (expected === null) {
      expect(writes).toEqual([]);
      expect(decision.skips.map((s) => s.reason)).toEqual(["not-linked"]);
      return;
    }
    expect(writes).toMatchObject([
      {
        entityType: "version",
        entityId: expected,
        data: { status: "In progress" },
      },
    ]);
    expect(
      conclusion.changes
        .filter((c) => c.kind === "ftrack.value")
        .map((c) => c.value),
    ).toEqual(stored === undefined ? [expected] : []);
    expect(bookkept(model, "v", "ayonId")).toBe(expected);
  });

  it("one AYON version stands for one of Ftrack", () => {
    const model = aModel([aContext("f", "a")], [aNode("n", "a", "f")]);
    const ids = ["v", "w"].map(ftrackId);
    const { decision } = syncOnce(model, {
      focus: new Map(),
      facts: {
        versions: {
          focus: new Map(ids.map((id) => [id, everything])),
          ftrack: new Map(ids.map((id) => [id, aVersion(id, 2)])),
          ayon: [anAyonVersion("c", 2)],
          products: [
            {
              id: ayonId("p"),
              name: "rendermain",
              folderId: ayonId("n"),
              productType: "render",
              active: true,
            },
          ],
        },
      },
    });
    expect(
      decision.changes.filter((c) => c.kind === "ayon.operation"),
    ).toHaveLength(1);
    expect(decision.skips.map((s) => s.subject.ftrackId)).toEqual(["w"]);
  });
});

describe("the project's own values", () => {
  const values = {
    startDate: "2024-10-29T22:00:00",
    endDate: null,
    thumbnailId: null,
  };
  it("come over; what Ftrack does not say stays (FS-29)", () => {
    const model = aModel();
    model.project = {
      ...model.project,
      own: {
        ftrackId: PROJECT,
        endDate: "2025-01-01T00:00:00+00:00",
        frameStart: 1,
      },
    };
    model.values.set(
      PROJECT,
      new Map<ReturnType<typeof ftrackId>, unknown>([
        [DEFINITIONS.frameStart.id, null],
        [DEFINITIONS.fps.id, "24000/1001"],
      ]),
    );
    const { decision } = syncOnce(model, {
      focus: new Map(),
      facts: { projectFocus: { interest: everything, values } },
    });
    expect(decision.changes).toMatchObject([
      {
        kind: "ayon.project.update",
        project: projectName("show"),
        patch: {
          attrib: { startDate: "2024-10-30T00:00:00+00:00", fps: 24000 / 1001 },
        },
      },
    ]);
  });

  it("a wrong one is told, a changed code too", () => {
    const model = aModel([], [], { world: aWorld() });
    model.project = { ...model.project, code: "other" };
    model.values.set(PROJECT, new Map([[DEFINITIONS.fps.id, "abc"]]));
    const { decision } = syncOnce(model, {
      focus: new Map(),
      facts: {
        projectFocus: { interest: interestIn(["fps", "name"]), values },
      },
    });
    expect(decision.changes).toEqual([]);
    expect(decision.issues.map((issue) => issue.rule)).toEqual([
      "value-invalid",
      "project-code-changed",
    ]);
  });
});
