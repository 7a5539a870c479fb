import { RejectedError } from "../core/errors.ts";

/**
 * A path of the server with every inserted value escaped as one segment.
 *
 * Values come from events and from other people's data, so nothing reaches a path by plain concatenation.
 *
 * @throws RejectedError `E_AYON_PATH` for a value that means another place in every spelling: `.` and `..`.
 */
export function route(
  parts: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string {
  return parts.reduce(
    (path, part, i) =>
      path + part + (i < values.length ? segment(String(values[i])) : ""),
    "",
  );
}

function segment(value: string): string {
  if (value === "." || value === "..")
    throw new RejectedError(`${value} is no name`, {
      code: "E_AYON_PATH",
      system: "ayon",
    });
  // Half a character, as JSON can carry it, has no place in an address.
  return encodeURIComponent(Buffer.from(value).toString());
}
