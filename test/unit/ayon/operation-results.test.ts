import { describe, expect, it } from "vitest";
import { verdictOf } from "../../../src/ayon/operation-results.ts";
import { anOperation } from "../../support/ayon-operations.ts";
import { ayonId } from "../../../src/core/ids.ts";

const entityId = ayonId("6b0731c8e66411f198db02fc00000001");
const create = anOperation("c", { op: "create", entityId });
const update = anOperation("u", { op: "update", entityId });
const remove = anOperation("d", { op: "delete", entityId });

function result(status: number, errorCode: string | null, detail: string) {
  return { id: "0", success: false, status, errorCode, detail };
}

describe("verdictOf", () => {
  it("believes a success", () => {
    const good = { id: "0", success: true, status: 201 };
    expect(verdictOf(create, good)).toEqual({
      changeId: "c",
      status: "applied",
    });
  });

  it.each([
    [
      "a create whose id is there already: an earlier try came through",
      create,
      result(
        409,
        "unique-violation",
        "Folder with id '6b0731c8-e664-11f1-98db-02fc00000001' already exists.",
      ),
    ],
    [
      "a delete of what is gone",
      remove,
      result(404, "not-found", `Entity ${entityId} not found`),
    ],
  ])("unchanged: %s", (_, operation, answer) => {
    expect(verdictOf(operation, answer)).toMatchObject({ status: "unchanged" });
  });

  it.each([
    [
      "the name is taken",
      create,
      result(
        409,
        "unique-violation",
        "Folder with lower(name::text) 'seq01' already exists.",
      ),
      "E_AYON_DUPLICATE",
    ],
    [
      "the id in the complaint is another's",
      create,
      result(
        409,
        "unique-violation",
        "Folder with id '00000000-e664-11f1-98db-02fc00000001' already exists.",
      ),
      "E_AYON_DUPLICATE",
    ],
    [
      "the id of an update cannot be its own earlier try",
      update,
      result(
        409,
        "unique-violation",
        "Folder with id '6b0731c8-e664-11f1-98db-02fc00000001' already exists.",
      ),
      "E_AYON_DUPLICATE",
    ],
    [
      "unknown status",
      create,
      result(
        409,
        "foreign-key-violation",
        `status 'Nope' is not present in table "statuses".`,
      ),
      "E_AYON_REFERENCE",
    ],
    [
      "wrong value",
      update,
      result(
        400,
        "invalid_data",
        "Invalid data provided: 1 validation error for FolderPatchModel\nname\n  string does not match regex",
      ),
      "E_AYON_INVALID",
    ],
    [
      "update of what is gone",
      update,
      result(404, "not-found", "Entity x not found"),
      "E_AYON_NOT_FOUND",
    ],
    [
      "published folder",
      update,
      result(
        403,
        "forbidden",
        "Cannot change name of a folder with published versions",
      ),
      "E_AYON_FORBIDDEN",
    ],
    [
      "folder with products",
      remove,
      result(
        409,
        "delete-folder-with-children",
        "Unable to delete a folder with products or tasks.",
      ),
      "E_AYON_HAS_CHILDREN",
    ],
    [
      "an error nobody has seen",
      update,
      result(500, null, "KeyError: 'x'"),
      "E_AYON_INTERNAL",
    ],
    [
      "an error code nobody has seen",
      update,
      result(418, "teapot", ""),
      "E_AYON_INTERNAL",
    ],
    [
      "a prototype's name as error code",
      update,
      result(500, "constructor", "x"),
      "E_AYON_INTERNAL",
    ],
  ])("failed for good: %s", (_, operation, answer, code) => {
    expect(verdictOf(operation, answer)).toMatchObject({
      status: "failed",
      error: { code, transient: false },
    });
  });

  it.each([
    [
      result(503, "service-unavailable", "Entity is locked"),
      "E_AYON_UNAVAILABLE",
    ],
    [
      result(500, null, "canceling statement due to statement timeout"),
      "E_AYON_INTERNAL",
    ],
    [undefined, "E_AYON_CONTRACT"],
  ])("failed for now: %o", (answer, code) => {
    expect(verdictOf(update, answer)).toMatchObject({
      status: "failed",
      error: { code, transient: true },
    });
  });

  it.each([
    result(503, "database-deadlock-detected", "Database deadlock detected"),
    result(500, null, "'parent_id'"),
  ])("again in a later request: %o", (answer) => {
    expect(verdictOf(update, answer)).toBe("again");
  });

  it("puts the server's words on one line", () => {
    const answer = result(400, "invalid_data", "a\n  b\n\tc");
    expect(verdictOf(update, answer)).toMatchObject({
      error: { message: "a b c" },
    });
  });
});
