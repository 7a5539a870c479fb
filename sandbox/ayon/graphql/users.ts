import { ensureManager } from "../actor.ts";
import { badRequest, notFound } from "../errors.ts";
import {
  asObject,
  asString,
  asStrings,
  sortedJson,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import type { UserRow } from "../store/rows.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { GraphContext } from "./context.ts";
import type { Resolvers } from "./resolve.ts";
import * as pick from "./select.ts";
import { selectTasks } from "./select-tasks.ts";

export interface UserNode {
  readonly row: UserRow;
}

export const userNode = (row: UserRow): UserNode => ({ row });

export function selectUsers(
  args: JsonObject,
  { sandbox, actor }: GraphContext,
): Connection<UserNode> {
  ensureManager(actor, "You are not allowed to access list_all_users");
  const names = pick.userNames(args["names"]);
  const emails = pick.list(args["emails"])?.map((e) => e.toLowerCase()) ?? null;
  if (pick.someEmpty(names, emails)) return EMPTY;
  let rows = sandbox.db.studio.users.all();
  rows = pick.byLike(rows, args["name"], (r) => r.id);
  rows = pick.within(rows, names, (r) => r.id);
  rows = pick.within(rows, emails, (r) =>
    asString(r.attrib["email"])?.toLowerCase(),
  );
  const project = asString(args["projectName"]);
  const projects = [
    ...(pick.named(args["projects"]) ?? []),
    ...(project === null ? [] : [project]),
  ];
  if (projects.length > 0) {
    rows = rows.filter((row) => {
      if (row.data["isAdmin"] === true || row.data["isManager"] === true)
        return true;
      const groups = asObject(row.data["accessGroups"]);
      return projects.some((name) => Object.hasOwn(groups, name));
    });
  }
  return paginate(rows, args, { key: (r) => [r.id] }, userNode);
}

export function oneUser(name: unknown, context: GraphContext): UserNode {
  if (typeof name !== "string" || name === "")
    throw badRequest("User name not specified");
  const found = selectUsers({ name }, context).edges[0]?.node;
  if (found === undefined) throw notFound("User not found");
  return found;
}

const flag =
  (key: string) =>
  ({ row }: UserNode) =>
    row.data[key] === true;

const user: Resolvers<UserNode> = {
  name: ({ row }) => row.id,
  accessGroups: ({ row }) => sortedJson(asObject(row.data["accessGroups"])),
  defaultAccessGroups: ({ row }) => asStrings(row.data["defaultAccessGroups"]),
  isAdmin: flag("isAdmin"),
  isManager: flag("isManager"),
  isService: flag("isService"),
  isGuest: flag("isGuest"),
  isDeveloper: flag("isDeveloper"),
  isStagingAllowed: flag("isStagingEnabled"),
  hasPassword: ({ row }) => asString(row.data["password"]) !== null,
  disablePasswordLogin: flag("disablePasswordLogin"),
  userPool: ({ row }) => asString(row.data["userPool"]),
  apiKeyPreview: ({ row }) => asString(row.data["apiKeyPreview"]),
  deleted: () => false,
  allAttrib: ({ row }) => sortedJson(withoutNulls(row.attrib)),
  tasks: ({ row }, args, { sandbox, graph }) => {
    const project = sandbox.project(asString(args["projectName"]) ?? "");
    return selectTasks(graph(project), { assignees: [row.id] });
  },
};

/** `me` tells what the caller may do: a service counts as administrator and manager. */
export function me({ actor }: GraphContext): UserNode {
  const { row, isAdmin, isManager } = actor;
  return userNode({ ...row, data: { ...row.data, isAdmin, isManager } });
}

export const USER_RESOLVERS = { UserNode: user };
