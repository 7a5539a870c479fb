import { joinKey, keyOf, type Reader, type Row } from "../store/row.ts";
import { projectIdOf } from "../store/project.ts";

/** What `entity_type` of a configuration calls the owner of values; empty for what cannot have any. */
function ownerKind(owner: Row): string {
  switch (owner.$type) {
    case "Project":
      return "show";
    case "AssetVersion":
      return "assetversion";
    case "Asset":
      return "asset";
    case "TypedContextList":
    case "AssetVersionList":
      return "list";
    case "ListObject":
      return "listobject";
    case "User":
      return "user";
    default:
      return owner["context_type"] === "task" ? "task" : "";
  }
}

const TABLE = "CustomConfigurationBase";
const CONFIGURATION = new Set(["CustomAttributeConfiguration"]);
/** Owners on which hierarchical attributes have values. */
const HIERARCHICAL = new Set(["show", "task", "asset", "assetversion"]);

/** The configurations that apply to an owner. Those of its project come first: they shadow global ones. */
export function applicable(owner: Row, reader: Reader): readonly Row[] {
  const kind = ownerKind(owner);
  if (kind === "") return [];
  const objectType = kind === "task" ? keyOf(owner, "object_type_id") : "";
  const project = projectIdOf(owner, reader);
  return reader.memo(TABLE, `applicable ${kind} ${objectType} ${project}`, () =>
    [...reader.scan(TABLE, CONFIGURATION)]
      .filter((c) => {
        const scope = keyOf(c, "project_id");
        if (scope !== "" && scope !== project) return false;
        if (c["is_hierarchical"] === true) return HIERARCHICAL.has(kind);
        return (
          c["entity_type"] === kind && keyOf(c, "object_type_id") === objectType
        );
      })
      .sort(
        (a, b) =>
          Number(keyOf(a, "project_id") === "") -
          Number(keyOf(b, "project_id") === ""),
      ),
  );
}

/** The dense view of an owner's values. */
export function denseRows(
  view: string,
  owner: Row,
  reader: Reader,
): readonly Row[] {
  return applicable(owner, reader).map((c) => denseRow(view, owner, c, reader));
}

export function denseRow(
  view: string,
  owner: Row,
  configuration: Row,
  reader: Reader,
): Row {
  const configurationId = keyOf(configuration, "id");
  const entityId = keyOf(owner, "id");
  const stored = reader.get(
    "CustomAttributeValue",
    joinKey([configurationId, entityId]),
  );
  return {
    $type: view,
    configuration_id: configurationId,
    entity_id: entityId,
    key: configuration["key"] ?? null,
    value:
      (stored ?? { value: configuration["default"] ?? null })["value"] ?? null,
  };
}
