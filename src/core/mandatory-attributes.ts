/** The Ftrack attributes without which this service cannot work. */

export interface MandatoryAttribute {
  readonly key: string;
  readonly label: string;
  /** Name of the Ftrack attribute type. */
  readonly type: "text" | "boolean" | "enumerator";
  readonly isHierarchical: boolean;
  /** Ftrack wants one for hierarchical attributes too, and takes `show`. */
  readonly entityType: "show" | "list";
  readonly default: string | boolean | readonly string[];
  /** JSON, as Ftrack keeps it; the options of an enumerator are JSON inside it. */
  readonly config: string;
}

/** Name of the group they are shown in. */
export const MANDATORY_GROUP = "ayon";

const TEXT = JSON.stringify({ markdown: false });
const LIST_TYPES = ["folder", "task", "version"] as const;

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export const MANDATORY_ATTRIBUTES = {
  ayon_id: {
    key: "ayon_id",
    label: "AYON ID",
    type: "text",
    isHierarchical: true,
    entityType: "show",
    default: "",
    config: TEXT,
  },
  ayon_path: {
    key: "ayon_path",
    label: "AYON path",
    type: "text",
    isHierarchical: true,
    entityType: "show",
    default: "",
    config: TEXT,
  },
  ayon_sync_failed: {
    key: "ayon_sync_failed",
    label: "AYON sync failed",
    type: "boolean",
    isHierarchical: true,
    entityType: "show",
    default: false,
    config: "{}",
  },
  auto_sync_enabled: {
    key: "auto_sync_enabled",
    label: "AYON auto-sync",
    type: "boolean",
    isHierarchical: false,
    entityType: "show",
    default: false,
    config: "{}",
  },
  ayon_list_type: {
    key: "ayon_list_type",
    label: "AYON list type",
    type: "enumerator",
    isHierarchical: false,
    entityType: "list",
    default: ["folder"],
    config: JSON.stringify({
      multiSelect: false,
      data: JSON.stringify(
        LIST_TYPES.map((value) => ({ menu: titled(value), value })),
      ),
    }),
  },
} as const satisfies Record<string, MandatoryAttribute>;

export type MandatoryKey = keyof typeof MANDATORY_ATTRIBUTES;
