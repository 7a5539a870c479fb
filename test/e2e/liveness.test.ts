import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFtrackSession } from "../../src/ftrack/session.ts";
import { ADMINISTRATOR } from "../../sandbox/ftrack/index.ts";
import { type AshStudio, startAshStudio } from "../support/ash-studio.ts";
import { memoryLog } from "../support/memory-log.ts";
import { eventually, startRedis } from "../support/redis.ts";

const LEECHER = "live-leecher";
const PROCESSOR = "live-processor";
const BOTH = [LEECHER, PROCESSOR];
/** Each of the two kinds of outage of AYON; OUTAGE_S=60 makes it the two minutes of a real restart. */
const OUTAGE_MS = Number(process.env["OUTAGE_S"] ?? "3") * 1_000;

/** Both services stay the same processes through all of it. */
describe(
  "what comes and goes around the services",
  { timeout: 120_000 + 2 * OUTAGE_MS },
  () => {
    let studio: AshStudio;

    beforeAll(async () => {
      studio = await startAshStudio();
      await studio.secret("ftrack_user", studio.ftrack.apiUser);
      await studio.secret("ftrack_key", studio.ftrack.apiKey);
      await studio.secret("redis", studio.redis.url);
      await studio.settings({
        ftrack_server: studio.ftrack.url,
        service_settings: {
          username: "ftrack_user",
          api_key: "ftrack_key",
          redis_url: "redis",
        },
      });
      await studio.spawn(LEECHER, "leecher");
      await studio.spawn(PROCESSOR, "processor");
      await eventually(
        "both are at work",
        () =>
          says(LEECHER, '"status":"live"') && says(PROCESSOR, "Taking work"),
        60_000,
      );
    }, 120_000);
    afterAll(async () => {
      await studio.stop();
    });

    function says(name: string, text: string): boolean {
      return studio.ash.running(name)?.output().includes(text) === true;
    }

    async function arrives(name: string): Promise<void> {
      await eventually(
        `${name} is in AYON`,
        () => studio.hasFolder(`/${name}`),
        90_000,
      );
    }

    function expectNoRestart(): void {
      expect(studio.ash.started.map(({ name }) => name).sort()).toEqual(BOTH);
    }

    it("AYON restarts: pages of its proxy, then no answer, then it is back", async () => {
      const { control } = studio.ayon.sandbox;
      control.addFault({ kind: "error", status: 502 });
      await studio.shot("during_502");
      await sleep(OUTAGE_MS);
      control.clearFaults();
      control.addFault({ kind: "reset" });
      await studio.shot("during_reset");
      await sleep(OUTAGE_MS);
      control.clearFaults();
      await arrives("during_502");
      await arrives("during_reset");
      expect(says(PROCESSOR, '"cause":"outage"')).toBe(true);
      expect(says(PROCESSOR, "project held")).toBe(true);
      expectNoRestart();
    });

    it("Ftrack answers with HTML: its events are read as soon as it is back", async () => {
      await studio.shot("before_html");
      await arrives("before_html");
      await studio.ftrack.control.faults({
        everywhere: true,
        badGateway: "all",
      });
      await studio.ftrack.control.dropSockets({ how: "cut" });
      await eventually("it is noticed", () =>
        says(LEECHER, "the event hub connection was lost"),
      );
      await sleep(2_000);
      await studio.ftrack.control.clearFaults();
      await studio.shot("after_html");
      await arrives("after_html");
      expectNoRestart();
    });

    it("names that have broken programs hold nobody up", async () => {
      const names = [
        ...['sh "quoted"', "it's", "back\\", "100%", "{x}", "../../up", "a/b"],
        ...["__proto__", "constructor", "場面 🎬", "\u202etxet", "' or 1=1 --"],
        "x".repeat(10_000),
      ];
      for (const name of names) await studio.shot(name);
      await studio.shot("after_all_of_them");
      await arrives("after_all_of_them");
      // What can be made a name of AYON is one.
      for (const name of ["sh_quoted", "its", "back", "100", "x"])
        await arrives(name);
      expectNoRestart();
    });

    it("the key is rotated: told to administrators, and the new one is taken from its secret", async () => {
      const admin = createFtrackSession({
        credentials: {
          serverUrl: studio.ftrack.url,
          apiUser: ADMINISTRATOR,
          apiKey: await studio.ftrack.control.apiKey(ADMINISTRATOR),
        },
        log: memoryLog(),
      });
      const key = await rotateKey(admin, studio.ftrack.apiUser);
      await studio.ftrack.control.dropSockets({ how: "cut" });
      await studio.shot("while_refused");
      await eventually(
        "administrators are told",
        async () =>
          (await studio.logErrors()).some(({ description }) =>
            description.includes("refuses the user"),
          ),
        60_000,
      );
      await studio.secret("ftrack_key", key);
      await arrives("while_refused");
      await studio.shot("afterwards");
      await arrives("afterwards");
      expectNoRestart();
      for (const name of BOTH) {
        const output = studio.ash.running(name)?.output() ?? "";
        expect(output).not.toContain(key);
        expect(output).not.toContain(studio.ftrack.apiKey);
        expect(output).not.toContain(studio.ayon.sandbox.apiKey);
      }
    });

    it("another Redis is set: both end to be started anew, and work on the new one", async () => {
      const other = await startRedis({ appendonly: true });
      try {
        const before = BOTH.map((name) => studio.ash.running(name));
        await studio.secret("redis", other.url);
        const endings = await Promise.all(
          before.map(
            (one) => one?.ended ?? Promise.reject(new Error("none runs")),
          ),
        );
        // "Temporary failure": whoever started it shall start it again.
        expect(endings).toMatchObject([
          { code: 75, wasKilled: false },
          { code: 75, wasKilled: false },
        ]);
        for (const one of before)
          expect(one?.output()).toContain("another address of Redis is set");
        await eventually(
          "both are at work again",
          () =>
            says(LEECHER, '"status":"live"') && says(PROCESSOR, "Taking work"),
          60_000,
        );
        await studio.shot("on_the_new_one");
        await arrives("on_the_new_one");
        const [found] = await other.client.keys(
          `${studio.redis.prefix}:*:seen`,
        );
        expect(found).toBeDefined();
      } finally {
        for (const name of BOTH) await studio.switch(name, false);
        await eventually("both have ended", () =>
          BOTH.every((name) => studio.ash.running(name) === undefined),
        );
        await other.stop();
      }
    });
  },
);

/** The old key ends at once. */
async function rotateKey(
  admin: ReturnType<typeof createFtrackSession>,
  username: string,
): Promise<string> {
  const [users] = await admin.call(
    [
      {
        action: "query",
        expression: `select id from User where username is "${username}"`,
      },
    ],
    { purpose: "query" },
  );
  const { data } = users as { data: { id: string }[] };
  const [answer] = await admin.call(
    [
      {
        action: "reset_remote",
        reset_type: "api_key",
        entity_type: "User",
        entity_key: data[0]?.id,
      },
    ],
    { purpose: "write" },
  );
  return (answer as { data: { api_key: string } }).data.api_key;
}
