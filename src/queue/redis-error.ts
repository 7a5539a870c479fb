import type { Redis } from "ioredis";
import {
  AuthError,
  ContractError,
  ServiceError,
  toError,
  UnavailableError,
} from "../core/errors.ts";

const UNAVAILABLE: readonly (readonly [RegExp, string])[] = [
  [/^(OOM|MISCONF)\b/, "E_REDIS_FULL"],
  [/^(READONLY|NOREPLICAS)\b/, "E_REDIS_READONLY"],
  [/^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/, "E_REDIS_UNAVAILABLE"],
  [/Command timed out/, "E_REDIS_TIMEOUT"],
];
const REFUSED = /^(NOAUTH|WRONGPASS|NOPERM)\b/;

/**
 * What a failed command means for the caller: Redis does not do its part (UnavailableError), does not let us
 * (AuthError), or does not understand us (ContractError: our bug, or a wrong type under a key).
 */
export function redisError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const error = toError(thrown);
  // Before Redis 7 the error of a command inside a script stood at the end of a longer one.
  const text = error.message.replace(
    /^ERR Error running script.*: -?(?=[A-Z]+ )/,
    "",
  );
  const details = { system: "redis", cause: error } as const;
  if (REFUSED.test(text)) {
    return new AuthError(`Redis: ${text}`, {
      code: "E_REDIS_AUTH",
      ...details,
    });
  }
  const code = UNAVAILABLE.find(([pattern]) => pattern.test(text))?.[1];
  if (code === undefined && error.name === "ReplyError") {
    return new ContractError(`Redis: ${text}`, {
      code: "E_REDIS_REPLY",
      ...details,
    });
  }
  return new UnavailableError(`Redis: ${text}`, {
    code: code ?? "E_REDIS_UNAVAILABLE",
    ...details,
  });
}

/** Awaits commands; a failure becomes a ServiceError. */
export async function guard<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw redisError(thrown);
  }
}

/** As `guard`, for work that has no time limit of its own; what comes later is ignored. */
export async function guardWithin<T>(
  work: Promise<T>,
  timeoutMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("Command timed out"));
    }, timeoutMs);
  });
  try {
    return await guard(Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined /* it lost the race, and the caller knows */);
  }
}

type Pipeline = ReturnType<Redis["pipeline"]>;

/** Runs a pipeline; its results without their error slots. Throws the first error of any of them. */
export async function execute(pipeline: Pipeline): Promise<unknown[]> {
  const replies = await guard(pipeline.exec());
  return (replies ?? []).map(([error, value]) => {
    if (error !== null) throw redisError(error);
    return value;
  });
}
