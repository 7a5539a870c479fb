import type { Logger } from "../../src/core/log.ts";

export interface Line {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly message: string;
  readonly fields: object;
}

/** A logger that keeps what it is given. */
export function memoryLog(): Logger & {
  readonly lines: Line[];
  text(): string;
} {
  const lines: Line[] = [];
  const at =
    (level: Line["level"]) =>
    (fields: object, message: string): void => {
      lines.push({ level, message, fields });
    };
  const log = {
    lines,
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    child: (): Logger => log,
    /** Everything ever logged, errors with their messages and causes. */
    text: () =>
      JSON.stringify(lines, (_key, value: unknown) =>
        value instanceof Error
          ? { name: value.name, text: value.message, cause: value.cause }
          : value,
      ),
  };
  return log;
}
