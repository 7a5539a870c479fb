import { createHash } from "node:crypto";
import { actorOf, type Actor } from "./actor.ts";
import type { Clock } from "./clock.ts";
import { unauthorized } from "./errors.ts";
import { token } from "./ids.ts";
import { asArray, asNumber, asObject } from "./json.ts";
import type { Database } from "./store/database.ts";
import type { UserRow } from "./store/rows.ts";

/** Credentials a request may carry. */
export interface Credentials {
  readonly apiKey: string | null;
  readonly accessToken: string | null;
}

interface Session {
  readonly user: string;
  readonly isKey: boolean;
  readonly usedAt: number;
}

const KEY_SESSION_MS = 600_000;
const TOKEN_SESSION_MS = 24 * 3600_000;
const INVALID_KEY_MS = 60_000;

export function hashSecret(secret: string): string {
  return createHash("sha256").update(`${secret}::sandbox`).digest("hex");
}

export function keyPreview(key: string): string {
  return `${key.slice(0, 4)}***${key.slice(-4)}`;
}

/**
 * Who is logged in. A valid API key becomes a session whose token is the key itself, so it works as a token on
 * the websocket and in `?token=` once a request with it has been answered. An unknown key is remembered as
 * unknown for a minute, even if a user gets it meanwhile.
 */
export class Sessions {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly sessions = new Map<string, Session>();
  private readonly invalid = new Map<string, number>();

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** @throws ApiError 401 with the server's words. */
  authenticate(credentials: Credentials): Actor {
    const { apiKey, accessToken } = credentials;
    if (apiKey !== null) {
      return actorOf(this.check(apiKey) ?? this.openByKey(apiKey));
    }
    if (accessToken === null) throw unauthorized("Access token is missing");
    const user = this.check(accessToken);
    if (user === null) throw unauthorized("Invalid session");
    return actorOf(user);
  }

  /** The user of a live session; null when there is none. */
  check(sessionToken: string): UserRow | null {
    const invalidSince = this.invalid.get(sessionToken);
    if (invalidSince !== undefined) {
      if (this.clock.now() - invalidSince < INVALID_KEY_MS) {
        throw unauthorized("Invalid session");
      }
      this.invalid.delete(sessionToken);
    }
    const session = this.sessions.get(sessionToken);
    if (session === undefined) return null;
    const ttl = session.isKey ? KEY_SESSION_MS : TOKEN_SESSION_MS;
    const user = this.db.studio.users.get(session.user);
    if (user?.active !== true || this.clock.now() - session.usedAt > ttl) {
      this.sessions.delete(sessionToken);
      return null;
    }
    return user;
  }

  private openByKey(key: string): UserRow {
    const hash = hashSecret(key);
    const user = this.db.studio.users.first("key", hash);
    if (user === undefined || !keyIsLive(user, hash, this.clock.now())) {
      this.invalid.set(key, this.clock.now());
      throw unauthorized("Invalid API key");
    }
    this.sessions.set(key, {
      user: user.id,
      isKey: true,
      usedAt: this.clock.now(),
    });
    return user;
  }

  open(user: UserRow): string {
    const accessToken = token(64);
    this.sessions.set(accessToken, {
      user: user.id,
      isKey: false,
      usedAt: this.clock.now(),
    });
    return accessToken;
  }

  close(sessionToken: string): void {
    this.sessions.delete(sessionToken);
  }

  /** A changed user has to prove its key again. */
  forgetUser(name: string): void {
    for (const [key, session] of this.sessions) {
      if (session.user === name && session.isKey) this.sessions.delete(key);
    }
  }

  clear(): void {
    this.sessions.clear();
    this.invalid.clear();
  }
}

function keyIsLive(user: UserRow, hash: string, nowMs: number): boolean {
  if (user.data["apiKey"] === hash) return true;
  return asArray(user.data["apiKeys"]).some((entry) => {
    const { key, expires } = asObject(entry);
    const until = asNumber(expires);
    return (
      key === hash && (until === null || until === 0 || until * 1000 > nowMs)
    );
  });
}
