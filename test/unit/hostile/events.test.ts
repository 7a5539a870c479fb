import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  envelope as envelopeSchema,
  type Envelope,
} from "../../../src/core/envelope.ts";
import { ContractError } from "../../../src/core/errors.ts";
import { parseEvent, projectOf } from "../../../src/core/event.ts";
import { handlers, studioHandlers } from "../../../src/handlers/registry.ts";
import { isRequest, toJob } from "../../../src/leecher/to-job.ts";
import { requestOf } from "../../../src/processor/actions/request.ts";
import { createSeal } from "../../../src/processor/actions/seal.ts";
import { makeKeys, partitionName } from "../../../src/queue/keys.ts";
import {
  hostileJson,
  hostileText,
  isPrototypeClean,
  spoilt,
} from "../../support/hostile.ts";

const UPDATE = {
  id: "5c2a7f0e",
  topic: "ftrack.update",
  source: { id: "s", clientToken: "t", user: { id: "u", username: "jane" } },
  data: {
    entities: [
      {
        action: "update",
        ...{ entityId: "t1", entityType: "task", entity_type: "Task" },
        ...{ objectTypeId: "o", parentId: "s1", keys: ["statusid"] },
        changes: { statusid: { old: "a", new: "b" } },
        parents: [
          { entityId: "t1", entityType: "task", entity_type: "Task" },
          { entityId: "p1", entityType: "show", entity_type: "Project" },
        ],
      },
      {
        ...{ action: "add", entityId: "r", entityType: "userroleproject" },
        changes: { project_id: { old: null, new: "p2" } },
      },
    ],
    user: { userid: "u", name: "Jane" },
    clientToken: "t",
  },
};

const LAUNCH = {
  id: "6d",
  topic: "ftrack.action.launch",
  source: { id: "s", user: { id: "u", username: "jane" } },
  data: {
    actionIdentifier: "sync.to.ayon",
    selection: [{ entityId: "p1", entityType: "show" }],
    values: { ayon_ftrack_state: "abc.def", name: "x" },
  },
};

afterEach(() => {
  expect(isPrototypeClean()).toBe(true);
});

/** The whole way of an event that needs no other system. */
function check(raw: unknown): void {
  const job = toJob(raw, 1);
  if (job.kind === "drop") return;
  const envelopes = job.kind === "keep" ? job.envelopes : [job.envelope];
  for (const one of envelopes) {
    // As it lies in Redis, or on the disk, and comes out of there.
    const envelope = envelopeSchema.parse(JSON.parse(JSON.stringify(one)));
    expect(envelope.id).toBe(one.id);
    const { inbox } = makeKeys("p").project(partitionName(envelope.projectId));
    expect(inbox).toMatch(/^p:\{[A-Za-z0-9_.%-]+\}:inbox$/);
    isRequest(envelope);
    open(envelope);
  }
}

function open(envelope: Envelope): void {
  let event;
  try {
    event = parseEvent(envelope);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ContractError);
    return;
  }
  const items = envelope.event["data"] as { entities?: unknown } | null;
  // Each item is read or set aside with a reason; none is lost.
  if (Array.isArray(items?.entities))
    expect(event.entities.length + event.malformed.length).toBe(
      items.entities.length,
    );
  for (const entity of event.entities) projectOf(entity);
  for (const handler of [...handlers, ...studioHandlers]) handler.wants(event);
  requestOf(event);
}

describe("hostile events", () => {
  it("any JSON at all is kept, dropped or set aside, and throws nowhere", () => {
    fc.assert(fc.property(hostileJson, check), { numRuns: 400 });
  });

  it.each([
    ["an update", UPDATE],
    ["a launch", LAUNCH],
  ])("%s with parts of it replaced", (_title, valid) => {
    fc.assert(fc.property(spoilt(valid), check), { numRuns: 600 });
  });

  it("a state of a form that this service did not sign is nothing", () => {
    const seal = createSeal("secret", () => 0);
    const bond = { action: "a", userId: "u", selected: ["p"] };
    const good = seal.close(bond, "step", { x: 1 });
    fc.assert(
      fc.property(hostileText, hostileText, (a, b) => {
        expect(seal.open(bond, a)).toBeNull();
        expect(seal.open(bond, `${a}.${b}`)).toBeNull();
        const [text = "", signature = ""] = good.split(".");
        expect(seal.open(bond, `${text}${a}x.${signature}`)).toBeNull();
      }),
    );
    expect(seal.open(bond, good)).toMatchObject({ step: "step" });
  });

  it("of thousands of entities and megabytes of text pass in reasonable time", () => {
    const [entity] = UPDATE.data.entities;
    const entities = Array.from({ length: 5_000 }, (_, i) => ({
      ...{ ...entity, entityId: `t${i}` },
      changes: { description: { old: "", new: "y".repeat(1_000) } },
    }));
    check({ ...UPDATE, data: { ...UPDATE.data, entities } });
    check({
      ...UPDATE,
      data: { ...UPDATE.data, note: "z".repeat(5_000_000) },
    });
  });
});
