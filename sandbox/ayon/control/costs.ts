import type { Operation } from "../entities/operations.ts";

/**
 * About how long a small real server (two cores) takes, in milliseconds. Ratios count, not the numbers: a
 * request is dear, an operation in it cheap; creating folders grows with the project; deleting one is worst.
 */
export function operationsCost(
  operations: readonly Operation[],
  folders: number,
): number {
  let ms = 0;
  const types = new Set(operations.map((operation) => operation.entityType));
  for (const { type, entityType } of operations) {
    if (entityType === "folder") {
      if (type === "create") ms += 6 + folders * 0.0055;
      else ms += type === "update" ? 3.5 : 130;
    } else {
      ms += type === "create" ? 1.7 : 1;
    }
  }
  if (types.has("folder")) ms += 150;
  if (types.has("task")) ms += 100;
  return ms;
}

const ROUTES: readonly (readonly [
  method: string,
  route: RegExp,
  ms: number,
])[] = [
  ["POST", /\/folders\/:id\/thumbnail$/, 190],
  ["POST", /\/(tasks|versions|workfiles)\/:id\/thumbnail$/, 140],
  ["POST", /\/thumbnails$/, 65],
  ["POST", /\/activities$/, 8],
  ["POST", /\/links$/, 5],
  ["POST", /\/folders$/, 200],
  ["PATCH", /\/folders\/:id$/, 200],
  ["DELETE", /\/folders\/:id$/, 280],
  ["POST", /\/tasks$/, 130],
  ["PATCH", /\/tasks\/:id$/, 130],
  ["POST", /^\/api\/events$/, 3],
  ["POST", /^\/api\/enroll$/, 5],
];

/** Milliseconds for an answer of this size from this endpoint; reading costs by what is read. */
export function answerCost(
  method: string,
  route: string,
  bytes: number,
): number {
  if (route === "/graphql") return 5 + bytes / 5000;
  if (route.endsWith("/hierarchy")) return 20 + bytes / 1000;
  if (route.endsWith("/folders") && method === "GET") return 5 + bytes / 40_000;
  return (
    ROUTES.find(([m, pattern]) => m === method && pattern.test(route))?.[2] ?? 2
  );
}
