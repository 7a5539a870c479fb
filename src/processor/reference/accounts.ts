import { chunk } from "../../core/query.ts";
import type { AyonReads, AyonUserRow } from "../../core/ports.ts";

/** Users asked for at the same time. */
const AT_ONCE = 8;
/** What is known of a user is asked for again after this time, whatever the list says. */
const LONGEST_MS = 12 * 3600_000;

interface Kept {
  readonly updatedAt: string | undefined;
  readonly at: number;
  readonly data: AyonUserRow["data"];
}

/**
 * AYON's users with what AYON remembers of them, such as their Ftrack ids. The list of users leaves that out, and
 * it is told user by user only: each is asked for once, and again when the list says that the user has changed.
 * Services are not asked for.
 *
 * Source: graphql/nodes/user.py and api/users/users.py of ayon-backend: `UserNode` has no `data`; a manager, and so
 * a service, gets it from GET /api/users/\{name\}.
 */
export function createAccounts(
  ayon: Pick<AyonReads, "users" | "user">,
  now: () => number,
): () => Promise<readonly AyonUserRow[]> {
  let kept: ReadonlyMap<string, Kept> = new Map();

  async function dataOf(row: AyonUserRow): Promise<Kept> {
    const { name, updatedAt } = row;
    const known = updatedAt === undefined ? undefined : kept.get(name);
    if (
      known !== undefined &&
      known.updatedAt === updatedAt &&
      now() - known.at <= LONGEST_MS
    )
      return known;
    const user = row.isService ? row : await ayon.user(name);
    return { updatedAt, at: now(), data: (user ?? row).data };
  }

  return async () => {
    const listed = await ayon.users();
    const found = new Map<string, Kept>();
    for (const part of chunk(listed, AT_ONCE)) {
      const answers = await Promise.all(part.map(dataOf));
      for (const [i, row] of part.entries()) {
        const answer = answers[i];
        if (answer !== undefined) found.set(row.name, answer);
      }
      // What was learnt stays, should a later one not answer.
      kept = new Map([...kept, ...found]);
    }
    kept = found;
    return listed.map((row) => ({
      ...row,
      data: found.get(row.name)?.data ?? row.data,
    }));
  };
}
