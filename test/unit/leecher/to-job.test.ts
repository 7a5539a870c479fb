import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { envelope as envelopeSchema } from "../../../src/core/envelope.ts";
import { parseEvent, projectOf } from "../../../src/core/event.ts";
import { isRequest, toJob, type Job } from "../../../src/leecher/to-job.ts";

const AT = 1_700_000_000_000;

const show = (id: string): object => ({
  entityId: id,
  entityType: "show",
  entity_type: "Project",
  parentId: null,
});

function task(id: string, project: string | null, extra: object = {}): object {
  const self = { entityId: id, entityType: "task", entity_type: "Task" };
  return {
    ...self,
    action: "update",
    keys: ["statusid"],
    changes: { statusid: { old: "a", new: "b" } },
    parents: project === null ? [self] : [self, show(project)],
    ...extra,
  };
}

const feed = (id: string, project: string | null): object =>
  task(id, project, { entityType: "socialfeed", entity_type: "Feed" });

const role = (id: string, project_id: object): object => ({
  entityId: id,
  entityType: "userroleproject",
  action: "add",
  changes: { project_id },
  parents: [{ entityId: "u", entityType: "user" }],
});

function update(...entities: unknown[]): object {
  return {
    id: "ev-1",
    topic: "ftrack.update",
    source: { id: "s", user: { id: "u", username: "anna" } },
    data: { entities, clientToken: "t" },
  };
}

/** What became of it, briefly: project → ids of its entities. */
function brief(job: Job): unknown {
  if (job.kind !== "keep")
    return job.kind === "drop" ? `drop ${job.reason}` : job.reason;
  return Object.fromEntries(
    job.envelopes.map((e) => {
      const { entities } = (e.event["data"] ?? {}) as {
        entities?: { entityId?: string }[];
      };
      return [String(e.projectId), entities?.map((x) => x.entityId ?? x)];
    }),
  );
}

describe("ftrack.update", () => {
  it.each<[title: string, event: object, expected: unknown]>([
    ["one project", update(task("1", "p"), task("2", "p")), { p: ["1", "2"] }],
    [
      "two projects, each with its own",
      update(task("1", "p"), task("2", "q"), task("3", "p")),
      { p: ["1", "3"], q: ["2"] },
    ],
    [
      "a project itself",
      update({ ...show("p"), action: "update", keys: ["fullname"] }),
      { p: ["p"] },
    ],
    [
      "roles on projects, given and taken",
      update(
        role("1", { old: null, new: "p" }),
        role("2", { old: "q", new: null }),
        role("3", { old: null, new: 7 }),
      ),
      { p: ["1"], q: ["2"], null: ["3"] },
    ],
    [
      "the project is found wherever it stands in the chain",
      update(
        task("1", null, {
          parents: [show("p"), { entityId: "1", entityType: "task" }],
        }),
      ),
      { p: ["1"] },
    ],
    [
      "the project's id as a list of one",
      update(task("1", null, { parents: [{ ...show("p"), entityId: ["p"] }] })),
      { p: ["1"] },
    ],
    [
      "capitals in the type",
      update(
        task("1", null, { parents: [{ ...show("p"), entityType: "Show" }] }),
      ),
      { p: ["1"] },
    ],
    [
      "no parents at all",
      update(task("1", null, { parents: null })),
      { null: ["1"] },
    ],
    [
      "without a project: goes with the only one",
      update(task("1", null), task("2", "p")),
      { p: ["1", "2"] },
    ],
    [
      "without a project, next to two: goes to none",
      update(task("1", null), task("2", "p"), task("3", "q")),
      { null: ["1"], p: ["2"], q: ["3"] },
    ],
    [
      "what is no entity is kept, for the parser to name",
      update("odd", task("2", "p")),
      { p: ["odd", "2"] },
    ],
    [
      "bookkeeping next to something else is kept",
      update(feed("f", "p"), task("1", "p")),
      { p: ["f", "1"] },
    ],
    [
      "bookkeeping of another project is left out",
      update(feed("f", "q"), task("1", "p")),
      { p: ["1"] },
    ],
    [
      "bookkeeping without a project, next to two",
      update(feed("f", null), task("1", "p"), task("2", "q")),
      { p: ["1"], q: ["2"] },
    ],
    [
      "nothing but bookkeeping (feed)",
      update(feed("f", "p")),
      "drop bookkeeping",
    ],
    [
      "nothing but bookkeeping (notification, team)",
      update(
        { ...feed("f", "p"), entityType: "socialnotification" },
        { ...feed("g", null), entityType: "team" },
      ),
      "drop bookkeeping",
    ],
    ["no entities", update(), "drop bookkeeping"],
    [
      "no list of entities",
      { ...update(), data: {} },
      "it has no list of entities",
    ],
    ["no data", { ...update(), data: null }, "it has no list of entities"],
  ])("%s", (_title, event, expected) => {
    expect(brief(toJob(event, AT))).toEqual(expected);
  });

  it("an event of one project is passed on whole and untouched", () => {
    const event = update(task("1", "p"));
    expect(toJob(event, AT)).toEqual({
      kind: "keep",
      envelopes: [
        {
          v: 1,
          id: "ev-1",
          topic: "ftrack.update",
          projectId: "p",
          via: "hub",
          receivedAt: AT,
          event,
        },
      ],
    });
  });
});

describe("other topics", () => {
  const other = (topic: unknown, more: object = {}): object => ({
    id: "ev-1",
    topic,
    data: { a: 1 },
    ...more,
  });

  it.each<[title: string, event: unknown, expected: unknown]>([
    ["subscription", other("ftrack.meta.subscribe"), "drop meta"],
    ["reply", other("ftrack.meta.reply"), "drop meta"],
    ["any canary", other("ayon-ftrack-events.canary"), "drop canary"],
    [
      "message to a web client",
      other("ftrack.action.trigger-user-interface"),
      "drop message",
    ],
    ["an unknown topic is kept", other("studio.custom"), { null: undefined }],
    ["a launch", other("ftrack.action.launch"), { null: undefined }],
    ["no topic", other(undefined), "it has no topic"],
    ["a topic that is no text", other(7), "it has no topic"],
    ["no id", other("studio.custom", { id: null }), "it has no id"],
    ["a text", "text", "not an object"],
    ["a list", [], "not an object"],
    ["null", null, "not an object"],
    ["undefined", undefined, "not an object"],
  ])("%s", (_title, event, expected) => {
    expect(brief(toJob(event, AT))).toEqual(expected);
  });

  it.each([
    ["ftrack.action.discover", true],
    ["ftrack.action.launch", true],
    ["ftrack.dynamic-enumerator", true],
    ["ftrack.location.request-resolve", true],
    ["ftrack.update", false],
    ["ftrack.location.component-added", false],
    ["studio.custom", false],
  ])("%s takes the fast lane: %s", (topic, expected) => {
    expect(isRequest({ topic })).toBe(expected);
  });
});

it("what cannot be read keeps its content and has the same id each time", () => {
  const event = { topic: "x", secret: 1 };
  const [a, b] = [toJob(event, AT), toJob({ ...event }, AT + 1)];
  expect(a).toMatchObject({
    kind: "malformed",
    envelope: { event, topic: "x" },
  });
  expect(
    a.kind === "malformed" && b.kind === "malformed" && a.envelope.id,
  ).toBe(b.kind === "malformed" && b.envelope.id);
});

it("whatever comes: never throws, makes valid envelopes, and no entity is lost or in a wrong project", () => {
  const project = fc.constantFrom("p", "q", null);
  const entity = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(fc.uuid(), project).map(([id, p]) => task(id, p)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.uuid(), project).map(([id, p]) => feed(id, p)),
    },
    { weight: 1, arbitrary: fc.anything() },
  );
  fc.assert(
    fc.property(fc.array(entity, { maxLength: 8 }), (entities) => {
      const job = toJob(update(...entities), AT);
      if (job.kind !== "keep") return;
      for (const e of job.envelopes) {
        envelopeSchema.parse(JSON.parse(JSON.stringify(e)));
        for (const parsed of parseEvent(e).entities) {
          const own = projectOf(parsed);
          if (own !== null) expect(own).toBe(e.projectId);
        }
      }
      const kept = job.envelopes.flatMap(
        (e) => (e.event["data"] as { entities: unknown[] }).entities,
      );
      for (const one of entities) {
        const type: unknown =
          typeof one === "object" && one !== null
            ? Reflect.get(one, "entityType")
            : null;
        if (type !== "socialfeed") expect(kept).toContain(one);
      }
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      const job = toJob(anything, AT);
      if (job.kind === "malformed") envelopeSchema.parse(job.envelope);
    }),
  );
});
