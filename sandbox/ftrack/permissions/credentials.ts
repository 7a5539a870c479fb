import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { keyOf, type Reader, type Row } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { identityOf, type Identity } from "./identity.ts";

const USER = new Set(["User"]);

export function userNamed(username: string, reader: Reader): Row | undefined {
  const byName = reader.memo(
    "Resource",
    "users by name",
    () =>
      new Map(
        [...reader.scan("Resource", USER)].map((user) => [
          keyOf(user, "username").toLowerCase(),
          keyOf(user, "id"),
        ]),
      ),
  );
  const id = byName.get(username.toLowerCase());
  return id === undefined ? undefined : reader.get("Resource", id);
}

/** Who signs in with this name and key; undefined when they do not fit or the user is not active. */
export function authenticate(
  username: string,
  key: string,
  reader: Reader,
): Identity | undefined {
  const user = userNamed(username, reader);
  if (user?.["is_active"] !== true) return undefined;
  for (const stored of reader.find("ApiKey", "resource_id", keyOf(user, "id")))
    if (same(keyOf(stored, "secret"), key)) return identityOf(user, reader);
  return undefined;
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Gives a user a key, a random one unless it is named. Inside a transaction. */
export function grantKey(
  userId: string,
  store: Store,
  secret = randomBytes(24).toString("base64url"),
): string {
  store.put("ApiKey", {
    $type: "ApiKey",
    id: randomUUID(),
    identifier: "sandbox",
    prefix: secret.slice(0, 4),
    secret,
    resource_id: userId,
  });
  return secret;
}
