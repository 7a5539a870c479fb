import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AshStudio,
  PROJECT,
  startAshStudio,
} from "../support/ash-studio.ts";
import { eventually } from "../support/redis.ts";

/** From the zip to a change that arrives, on a host for services; each step builds on those before it. */
describe(
  "both services under AYON's service host",
  { timeout: 120_000 },
  () => {
    const LEECHER = "fes-leecher";
    const PROCESSORS = ["fes-processor-a", "fes-processor-b"];
    const ALL = [LEECHER, ...PROCESSORS];
    let studio: AshStudio;

    beforeAll(async () => {
      studio = await startAshStudio();
    });
    afterAll(async () => {
      await studio.stop();
    });

    function startedOnce(): readonly string[] {
      return studio.ash.started
        .map(({ name }) => name)
        .filter((name) => ALL.includes(name));
    }

    /** Names of the services that reported something of this kind, as often as they did. */
    async function whoReported(pattern: RegExp): Promise<readonly string[]> {
      const errors = await studio.logErrors();
      return errors
        .filter(({ description }) => pattern.test(description))
        .map(({ sender }) => sender)
        .sort();
    }

    async function untilReported(
      pattern: RegExp,
      names: readonly string[],
    ): Promise<void> {
      await eventually(
        `${String(pattern)} is reported`,
        async () => (await whoReported(pattern)).length >= names.length,
        60_000,
      );
      expect(await whoReported(pattern)).toEqual(names);
    }

    it("wait without credentials and say so once", async () => {
      await studio.spawn(LEECHER, "leecher");
      for (const name of PROCESSORS) await studio.spawn(name, "processor");
      await untilReported(/credentials are not complete/, ALL);
      await sleep(1_500);
      expect(studio.ash.started.map(({ name }) => name)).toEqual(ALL);
    });

    it("sit out a wrong variable, which only another start can mend", async () => {
      const name = "fes-typo";
      await studio.spawn(name, "leecher", { AYON_FTRACK_SPOOL_MAX_MB: "big" });
      const isSaid = () =>
        studio.ash
          .running(name)
          ?.output()
          .includes("AYON_FTRACK_SPOOL_MAX_MB") === true;
      await eventually("it says what is wrong", isSaid, 30_000);
      await sleep(2_500);
      await studio.switch(name, false);
      await studio.ash.beat();
      expect(
        studio.ash.started.filter((one) => one.name === name),
      ).toHaveLength(1);
    });

    it("wait with a refused key and without Redis, and say so once", async () => {
      await studio.secret("ftrack_user", studio.ftrack.apiUser);
      await studio.secret("ftrack_key", "not the key");
      await studio.settings({
        ftrack_server: studio.ftrack.url,
        service_settings: { username: "ftrack_user", api_key: "ftrack_key" },
      });
      await untilReported(/refuses the user/, PROCESSORS);
      await untilReported(/No Redis: set REDIS_URL/, [LEECHER]);
    });

    it("go on when Redis and key are there, without a restart", async () => {
      await studio.secret("redis", studio.redis.url);
      await studio.settings({
        ftrack_server: studio.ftrack.url,
        service_settings: {
          username: "ftrack_user",
          api_key: "ftrack_key",
          redis_url: "redis",
        },
      });
      await untilReported(/refuses the user/, ALL);
      await studio.secret("ftrack_key", studio.ftrack.apiKey);
      await eventually(
        "all take part",
        () =>
          PROCESSORS.every(
            (name) =>
              studio.ash.running(name)?.output().includes("Taking work") ===
              true,
          ) &&
          studio.ash.running(LEECHER)?.output().includes('"status":"live"') ===
            true,
        60_000,
      );
      expect(startedOnce()).toEqual(ALL);
    });

    it("bring a change made in Ftrack to AYON", async () => {
      await studio.shot("sh010");
      await eventually(
        "the shot is in AYON",
        () => studio.hasFolder("/sh010"),
        30_000,
      );
    });

    it("take a changed setting into account without a restart", async () => {
      // The audit after a first start brings everything over that it reads.
      await eventually(
        "the audit has ended",
        async () => !(await studio.hasLongWork()),
        30_000,
      );
      await studio.settings({ enabled: false }, PROJECT);
      await studio.shot("sh020");
      await eventually(
        "the event was skipped",
        async () =>
          (await studio.skips()).includes(
            `switched-off: The addon is switched off for ${PROJECT}.`,
          ),
        30_000,
      );
      expect(await studio.hasFolder("/sh020")).toBe(false);
      await studio.settings({}, PROJECT);
      await studio.shot("sh030");
      await eventually(
        "the next shot is in AYON",
        () => studio.hasFolder("/sh030"),
        30_000,
      );
      expect(startedOnce()).toEqual(ALL);
    });

    it("end in peace when they are switched off, and say no secret", async () => {
      const running = ALL.map((name) => studio.ash.running(name)!);
      const startedAt = performance.now();
      for (const name of ALL) await studio.switch(name, false);
      await studio.ash.beat();
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      for (const { name, ended, output } of running) {
        expect({ name, ...(await ended) }).toEqual({
          name,
          code: 0,
          signal: null,
          wasKilled: false,
        });
        expect(output()).not.toContain(studio.ftrack.apiKey);
        expect(output()).not.toContain(studio.ayon.sandbox.apiKey);
      }
      expect(startedOnce()).toEqual(ALL);
    });
  },
);
