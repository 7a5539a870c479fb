import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { AyonHttp } from "../../src/ayon/http.ts";
import {
  type ApplyOptions,
  applyOperations,
} from "../../src/ayon/operations.ts";
import type { AyonOperation, ChangeResult } from "../../src/core/change.ts";
import type { AyonId } from "../../src/core/ids.ts";
import { type Ayon, startAyon } from "./ayon.ts";
import { folder, newId } from "./ayon-operations.ts";
import {
  forwardTo,
  type ScriptedHttp,
  type SeenRequest,
  startScriptedHttp,
} from "./scripted-http.ts";

/** An AYON with a door in front of it that counts requests and breaks what a test wants broken. */
export interface AyonRig {
  readonly ayon: Ayon;
  readonly door: ScriptedHttp;
  /** A client that goes through the door. */
  readonly http: AyonHttp;
  /** A folder of its own for each test. */
  readonly root: AyonId;
  apply(
    operations: readonly AyonOperation[],
    options?: ApplyOptions & { readonly through?: AyonHttp },
  ): Promise<readonly ChangeResult[]>;
  /** Requests with operations since the test began. */
  requests(): SeenRequest[];
  /** Names of what lies in `root`. */
  names(): Promise<string[]>;
}

/** Sets the rig up for the tests of a file; what it returns may be used inside tests only. */
export function useAyonRig(): AyonRig {
  let ayon: Ayon;
  let door: ScriptedHttp;
  let http: AyonHttp;
  let root: AyonId;

  beforeAll(async () => {
    ayon = await startAyon();
    door = await startScriptedHttp();
    http = ayon.client({ serverUrl: door.url });
  });
  afterAll(async () => {
    await door[Symbol.asyncDispose]();
    await ayon[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    door.answer(forwardTo(ayon.sandbox.url));
    root = newId();
    const results = await applyOperations(ayon.http, ayon.project, [
      folder("root", root, null),
    ]);
    expect(results[0]).toMatchObject({ status: "applied" });
    door.seen.length = 0;
  });

  return {
    get ayon() {
      return ayon;
    },
    get door() {
      return door;
    },
    get http() {
      return http;
    },
    get root() {
      return root;
    },
    apply: (operations, options = {}) =>
      applyOperations(
        options.through ?? http,
        ayon.project,
        operations,
        options,
      ),
    requests: () => door.seen.filter((r) => r.url.endsWith("/operations")),
    async names() {
      const { folders, tasks } = await ayon.reads.select(ayon.project, {
        folders: [{ parentIds: [root] }],
        tasks: [{ folderIds: [root] }],
      });
      return [...folders, ...tasks].map((e) => e.name).sort();
    },
  };
}
