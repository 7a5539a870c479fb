/** How this server decides what the protocol leaves open. Switchable while it runs. */
export interface Behaviour {
  /** Whether `ftrack.update` goes out before or after the HTTP answer. */
  eventOrder: "before" | "after";
  /** What `link` calls typed contexts. */
  linkTypes: "TypedContext" | "concrete";
  /** Refuses statuses and types that the project schema does not offer. */
  strictMembership: boolean;
  /** Sparse custom attribute values: create and update both upsert. */
  tolerantAttributeValues: boolean;
  /** Refuses a second context of one object type with the same name under a parent. */
  uniqueNames: boolean;
  /** Adds the rows of status changes to the entities of `ftrack.update`. */
  secondaryItems: boolean;
  /** Chains of parents carry `entity_type`; old servers leave it out. */
  typedParents: boolean;
  /** Allows `in (select …)`. */
  nestedSubqueries: boolean;
  /** Strict clients get HTTP statuses with their errors. */
  strictStatuses: boolean;
  /** Milliseconds between heartbeats of the hub; clients give up after 15 s. */
  heartbeatMs: number;
  /** Milliseconds the server's clock is ahead. */
  clockSkewMs: number;
}

export const defaultBehaviour: Behaviour = {
  eventOrder: "after",
  linkTypes: "TypedContext",
  strictMembership: false,
  tolerantAttributeValues: false,
  uniqueNames: true,
  secondaryItems: false,
  typedParents: true,
  nestedSubqueries: false,
  strictStatuses: true,
  heartbeatMs: 5000,
  clockSkewMs: 0,
};
