import { describe, expect, it } from "vitest";
import {
  AuthError,
  ContractError,
  FencedError,
  UnavailableError,
} from "../../../src/core/errors.ts";
import { guardWithin, redisError } from "../../../src/queue/redis-error.ts";

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: "ReplyError" });
}

describe("what a failed command means", () => {
  it.each<[string, Error, string, unknown]>([
    [
      "full",
      reply("OOM command not allowed"),
      "E_REDIS_FULL",
      UnavailableError,
    ],
    [
      "full disk",
      reply("MISCONF cannot persist"),
      "E_REDIS_FULL",
      UnavailableError,
    ],
    [
      "replica",
      reply("READONLY You can't write"),
      "E_REDIS_READONLY",
      UnavailableError,
    ],
    [
      "starting",
      reply("LOADING dataset"),
      "E_REDIS_UNAVAILABLE",
      UnavailableError,
    ],
    [
      "inside a script, old servers",
      reply(
        "ERR Error running script (call to f_1): @user_script:3: @user_script: 3: -OOM command not allowed",
      ),
      "E_REDIS_FULL",
      UnavailableError,
    ],
    [
      "slow",
      new Error("Command timed out"),
      "E_REDIS_TIMEOUT",
      UnavailableError,
    ],
    [
      "gone",
      new Error("connect ECONNREFUSED"),
      "E_REDIS_UNAVAILABLE",
      UnavailableError,
    ],
    [
      "closed",
      new Error("Connection is closed."),
      "E_REDIS_UNAVAILABLE",
      UnavailableError,
    ],
    [
      "no login",
      reply("NOAUTH Authentication required."),
      "E_REDIS_AUTH",
      AuthError,
    ],
    ["wrong login", reply("WRONGPASS invalid"), "E_REDIS_AUTH", AuthError],
    [
      "our bug",
      reply("WRONGTYPE Operation against a key"),
      "E_REDIS_REPLY",
      ContractError,
    ],
  ])("%s", (_, error, code, type) => {
    const meant = redisError(error);
    expect(meant).toBeInstanceOf(type);
    expect(meant).toMatchObject({ code, system: "redis", cause: error });
  });

  it("an error of ours stays itself", () => {
    const ours = new FencedError("x", { code: "E_FENCED" });
    expect(redisError(ours)).toBe(ours);
  });

  it("no answer within the limit is a time-out", async () => {
    const never = new Promise<never>(() => undefined);
    await expect(guardWithin(never, 5)).rejects.toMatchObject({
      code: "E_REDIS_TIMEOUT",
    });
    expect(await guardWithin(Promise.resolve(7), 5)).toBe(7);
  });
});
