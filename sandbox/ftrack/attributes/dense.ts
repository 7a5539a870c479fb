import type { Attributes } from "../schema/attribute.ts";
import { denseRows } from "./applicable.ts";

/** `custom_attributes` of an owner: one value per attribute that applies to it, set or not. */
export function customAttributes(view: string): Attributes {
  return {
    custom_attributes: {
      kind: "many",
      target: view,
      members: {
        by: "resolver",
        resolve: (row, reader) => denseRows(view, row, reader),
      },
      mapped: true,
      legacy: "custom_attribute_values",
    },
  };
}
