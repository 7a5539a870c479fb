import type { Issue } from "../../core/decision.ts";
import type { Apply, HandlerContext } from "../../core/handler.ts";
import { MANDATORY_ATTRIBUTES } from "../../core/mandatory-attributes.ts";
import { throwTransient } from "../../core/results.ts";
import { isSameName } from "../../core/status.ts";
import { gatherDefinitions } from "../../handlers/actions/create-attributes/facts.ts";
import { planAttributes } from "../../handlers/actions/create-attributes/plan.ts";
import { mandatoryAttributes } from "../../handlers/actions/create-attributes/wanted.ts";
import { projectSubject } from "../../handlers/sync/plan/tree.ts";
import { broken } from "../../handlers/sync/rules.ts";
import type { SyncSettings } from "../../handlers/sync/settings.ts";

/** Without these, ids and failures could not be written down. */
const REQUIRED = [
  MANDATORY_ATTRIBUTES.ayon_id,
  MANDATORY_ATTRIBUTES.ayon_path,
  MANDATORY_ATTRIBUTES.ayon_sync_failed,
];

export interface Attributes {
  /** Nothing may be written into AYON. */
  readonly isHindered: boolean;
  readonly issues: readonly Issue[];
}

async function unusable({ reference }: HandlerContext): Promise<string[]> {
  const known = await reference.configurations();
  return REQUIRED.filter(
    (wanted) =>
      !known.some(
        (one) =>
          one.key === wanted.key &&
          one.projectId === null &&
          one.isHierarchical &&
          isSameName(one.type, wanted.type),
      ),
  ).map(({ key }) => key);
}

/**
 * Makes the attributes in Ftrack that the sync needs, and mends those that it could not work with otherwise, by
 * the same rules as the action that creates attributes: nothing is converted, no role is added.
 *
 * @throws UnavailableError when Ftrack did not answer.
 */
export async function ensureAttributes(
  ctx: HandlerContext,
  settings: Pick<SyncSettings, "mandatoryRoles">,
  apply: Apply,
): Promise<Attributes> {
  const subject = projectSubject({ project: ctx.project.ftrack });
  const wanted = mandatoryAttributes({
    mandatory_attributes: settings.mandatoryRoles,
  });
  const facts = await gatherDefinitions(ctx.ftrack);
  const { changes, problems } = planAttributes(wanted, facts);
  const results =
    changes.length === 0 ? [] : await apply({ changes, skips: [], issues: [] });
  throwTransient(results);
  const words = [
    ...problems,
    ...new Set(results.flatMap(({ error }) => error?.message ?? [])),
  ];
  let missing = changes.length > 0 ? [] : await unusable(ctx);
  // What is remembered may be older than what was just read.
  if (changes.length > 0 || missing.length > 0) {
    ctx.reference.refresh("configurations");
    missing = await unusable(ctx);
  }
  if (missing.length > 0)
    return {
      isHindered: true,
      issues: [
        broken(
          "attributes-not-made",
          subject,
          `The service cannot work without the attributes ${missing.join(", ")}: ${words.join(" ")}`,
        ),
      ],
    };
  return {
    isHindered: false,
    issues: words.map((detail) => broken("attribute-left", subject, detail)),
  };
}
