import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  drainDedupId,
  makeKeys,
  partitionName,
  safe,
} from "../../../src/queue/keys.ts";
import { parseRedisUrl } from "../../../src/queue/redis.ts";

describe("keys", () => {
  it("of a project lie in one slot, whatever its id is", () => {
    const keys = makeKeys("pre");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (id) => {
        const partition = partitionName(id);
        for (const key of Object.values(keys.project(partition))) {
          const tag = /^pre:\{([^{}]+)\}:[a-z]+$/.exec(String(key));
          expect(tag?.[1]).toBe(partition);
        }
        // BullMQ refuses colons; a name must be made of itself.
        expect(drainDedupId(partition)).not.toContain(":");
        expect(partitionName(partition)).toBe(partition);
        expect(safe(safe(id))).toBe(safe(id));
      }),
    );
  });

  it("have a partition for events without a project", () => {
    expect(partitionName(null)).toBe("none");
    expect(partitionName("")).toBe("none");
    expect(partitionName("5671dcb0-66de")).toBe("5671dcb0-66de");
  });

  it("all carry the prefix", () => {
    const keys = makeKeys("pre");
    const made = [
      keys.sent("b"),
      keys.ownWrites("e"),
      keys.reportById("r"),
      keys.value("v"),
    ];
    const plain = Object.values(keys).filter((k) => typeof k === "string");
    for (const key of [...plain, ...made]) expect(key).toMatch(/^\{?pre/);
    expect(makeKeys().bull).toBe("{aff-q}");
    expect(() => makeKeys("a{b}")).toThrow(TypeError);
  });
});

describe("the Redis URL", () => {
  it.each<[string, object]>([
    ["redis://host:7000/3", { host: "host", port: 7000, db: 3 }],
    ["redis://host", { host: "host", port: 6379, db: 0 }],
    [
      "rediss://me:p%40ss@host:1",
      {
        host: "host",
        port: 1,
        db: 0,
        username: "me",
        password: "p@ss",
        tls: {},
      },
    ],
    ["redis://[::1]:5", { host: "::1", port: 5, db: 0 }],
    ["redis://:pw@h:5", { host: "h", port: 5, db: 0, password: "pw" }],
    ["unix:///run/redis.sock", { path: "/run/redis.sock" }],
  ])("%s", (url, options) => {
    expect(parseRedisUrl(url)).toEqual(options);
  });

  it.each(["", "host:6379", "http://host", "redis://u:topsecret@h/x"])(
    "%j is refused without being repeated",
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow(
        expect.objectContaining({ code: "E_REDIS_URL" }),
      );
      try {
        parseRedisUrl(url);
      } catch (error) {
        expect(String(error)).not.toContain("topsecret");
      }
    },
  );
});
