const types: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["mp4", "video/mp4"],
  ["webm", "video/webm"],
  ["mov", "video/quicktime"],
  ["txt", "text/plain"],
  ["json", "application/json"],
  ["pdf", "application/pdf"],
]);

/** Media type of a file, by the end of its name. */
export function mediaType(name: string): string {
  const end = /\.?([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return types.get(end) ?? "application/octet-stream";
}

/** The picture of an entity without a thumbnail: one transparent pixel. */
export const NO_THUMBNAIL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
