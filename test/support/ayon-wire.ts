/** What tests of the local AYON server send again and again, as it goes over the wire. */
import { expect } from "vitest";
import { freshId, type AyonUnderTest, type Loose } from "./ayon-sandbox.ts";

export interface WireOperation {
  readonly type: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly data: object;
}

export function create(
  entityType: string,
  data: object,
  entityId = freshId(),
): WireOperation {
  return { type: "create", entityType, entityId, data };
}

export function createFolder(
  name: string,
  more: object = {},
  entityId = freshId(),
): WireOperation {
  return create("folder", { name, ...more }, entityId);
}

export function update(
  entityId: string,
  data: object,
  entityType = "folder",
): WireOperation {
  return { type: "update", entityType, entityId, data };
}

/** Entities of one project, by their own endpoints. */
export interface EntityCalls {
  /** Creates a folder; answers its id. */
  readonly folder: (data: object) => Promise<string>;
  readonly read: (kind: string, id: string) => Promise<Loose>;
}

export function entityCalls(ayon: AyonUnderTest, base: string): EntityCalls {
  return {
    folder: (data) => createdId(ayon, `${base}/folders`, data, 201),
    read: async (kind, id) => (await ayon.get(`${base}/${kind}/${id}`)).body,
  };
}

export interface EventCalls {
  /** Dispatches an event, of `ftrack.leech` unless told otherwise; answers its id. */
  readonly dispatch: (body: object) => Promise<string>;
  readonly read: (id: string) => Promise<Loose>;
}

export function eventCalls(ayon: AyonUnderTest): EventCalls {
  return {
    dispatch: (body) => {
      const event = { topic: "ftrack.leech", ...body };
      return createdId(ayon, "/api/events", event, 200);
    },
    read: async (id) => (await ayon.get(`/api/events/${id}`)).body,
  };
}

async function createdId(
  ayon: AyonUnderTest,
  path: string,
  data: object,
  status: number,
): Promise<string> {
  const reply = await ayon.post(path, data);
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
  return reply.body.id;
}
