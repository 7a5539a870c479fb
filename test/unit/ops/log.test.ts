import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RejectedError, UnavailableError } from "../../../src/core/errors.ts";
import { makeLog, type LogOptions } from "../../../src/ops/log.ts";

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const made = makeLog({
    service: "processor",
    level: "debug",
    format: "json",
    destination: { write: (line) => void lines.push(line) },
    ...options,
  });
  const last = (): Record<string, unknown> =>
    JSON.parse(lines.at(-1)!) as Record<string, unknown>;
  return { ...made, lines, last };
}

describe("a line of the log", () => {
  it("is JSON with level, time, service, fields and message", () => {
    const { log, last } = logged();
    log.child({ project: "p" }).info({ n: 1 }, "done");
    expect(last()).toMatchObject({
      ...{ level: "info", service: "processor", project: "p", n: 1 },
      msg: "done",
    });
    expect(Date.parse(String(last()["time"]))).toBeGreaterThan(0);
  });

  it("below the level is not written", () => {
    const { log, lines } = logged({ level: "warn" });
    log.info({}, "quiet");
    log.warn({}, "loud");
    expect(lines).toHaveLength(1);
  });

  it("shows an error with code, subject and causes, and nothing else it drags along", () => {
    const { log, last } = logged();
    const request = Object.assign(new Error("connect ECONNREFUSED"), {
      code: "ECONNREFUSED",
      config: { headers: { "x-api-key": "topsecret" } },
    });
    const error = new UnavailableError("AYON does not answer", {
      ...{ code: "E_AYON_UNAVAILABLE", system: "ayon" },
      ...{ subject: { project: "p" }, cause: request },
    });
    log.error({ err: error, other: new TypeError("x") }, "failed");
    const { err, other } = last() as Record<string, Record<string, unknown>>;
    expect(err).toMatchObject({
      ...{ type: "UnavailableError", code: "E_AYON_UNAVAILABLE" },
      ...{ message: "AYON does not answer", subject: { project: "p" } },
      cause: { message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    });
    expect(err!["stack"]).toContain("log.test.ts");
    expect(JSON.stringify(err)).not.toContain("config");
    expect(other).toMatchObject({ type: "TypeError", message: "x" });
  });

  it("shows the parts of an AggregateError, and causes that are no errors", () => {
    const { log, last } = logged();
    const parts = [new Error("a"), "b"];
    log.error({ err: new AggregateError(parts, "both") }, "x");
    const { err } = last() as Record<string, { errors: { message: string }[] }>;
    expect(err!.errors.map((e) => e.message)).toEqual(["a", "b"]);
    log.error({ err: new Error("c", { cause: { deep: { x: 1 } } }) }, "x");
    expect(last()).toMatchObject({ err: { cause: expect.any(String) } });
  });

  it("ends for causes that go round in circles", () => {
    const { log, last } = logged();
    const a = new Error("a");
    a.cause = new Error("b", { cause: a });
    log.error({ err: a }, "x");
    expect(last()).toMatchObject({ err: { cause: { message: "b" } } });
  });

  it("is for people when pretty", () => {
    const { log, lines } = logged({ format: "pretty", secrets: ["topsecret"] });
    log.warn({ n: 1, key: "topsecret" }, "careful");
    expect(lines[0]).toMatch(/WARN.*careful.*"n":1/);
    expect(lines[0]).not.toContain("topsecret");
  });
});

describe("secrets", () => {
  it.each<[string, object, string]>([
    ["in a field", { key: "topsecret" }, "x"],
    ["deep in a field", { a: [{ b: "see topsecret here" }] }, "x"],
    ["in the message", {}, "key topsecret"],
    ["in an error", { err: new Error("bad key topsecret") }, "x"],
    [
      "in the cause of an error",
      {
        err: new RejectedError("no", {
          code: "E",
          cause: new Error("https://f/api?apiKey=topsecret"),
        }),
      },
      "x",
    ],
    ["of others, in a URL", { url: "wss://f/?apiKey=othersecret&x=1" }, "x"],
    [
      "of others, in a header",
      { h: { Authorization: "Bearer othersecret" } },
      "x",
    ],
    ["of others, in a Redis URL", { url: "redis://u:othersecret@h:1" }, "x"],
    ["of others, in JSON text", { body: '{"password":"othersecret"}' }, "x"],
  ])("%s are not written", (_, fields, message) => {
    const { log, lines } = logged({ secrets: ["topsecret"] });
    log.child({ from: "topsecret" }).info(fields, message);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/topsecret|othersecret/);
    expect(lines[0]).toContain("***");
    expect(() => JSON.parse(lines[0]!) as unknown).not.toThrow();
  });

  it("that become known later are hidden from then on", () => {
    const { log, lines, scrub, ...made } = logged();
    made.hide("latecomer");
    made.hide("latecomer");
    log.info({ x: "latecomer" }, "latecomer");
    expect(lines[0]).not.toContain("latecomer");
    expect(scrub("a latecomer")).toBe("a ***");
  });

  it("of any form are in no line", () => {
    const secret = fc
      .string({ minLength: 6, unit: "binary-ascii" })
      .filter((s) => /[a-z]{3}/i.test(s) && !"processor".includes(s));
    fc.assert(
      fc.property(secret, (value) => {
        const { log, lines } = logged({ secrets: [value] });
        log.info(
          {
            plain: value,
            url: `https://f?x=${encodeURIComponent(value)}`,
            json: JSON.stringify({ deep: value }),
          },
          "m",
        );
        const { time, ...rest } = JSON.parse(lines[0]!) as Record<
          string,
          string
        >;
        expect(time).toBeDefined();
        for (const text of Object.values(rest)) {
          fc.pre(!"***".includes(value));
          expect(text).not.toContain(value);
        }
      }),
    );
  });
});
