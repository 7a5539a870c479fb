import { keyOf, type Reader, type Row } from "../store/row.ts";

/** The types of custom attributes, by the ids every installation has. */
export const attributeTypes = {
  text: "6268aef0-381c-11e0-acff-0019bb49847a",
  number: "92009b00-381c-11e0-acff-0019bb49847a",
  date: "79968e9e-381c-11e0-acff-0019bb49847a",
  boolean: "ad1034d8-15e2-11e1-b21a-0019bb4983d8",
  enumerator: "6ff9c812-ead3-11e2-846c-f23c91dfaa16",
  "dynamic enumerator": "882e4aee-fae6-11e3-b623-20c9d0831e59",
  expression: "d2e6a530-357f-11e2-bd73-0019bb4985b8",
  url: "ec616dcd-56e2-4147-99f8-7e4a4f040cf9",
} as const;
export type AttributeType = keyof typeof attributeTypes;

const byId = new Map<string, AttributeType>(
  (Object.keys(attributeTypes) as AttributeType[]).map((name) => [
    attributeTypes[name],
    name,
  ]),
);

/** The type of a configuration; text when it names none. */
export function typeOfConfiguration(configuration: Row): AttributeType {
  return byId.get(keyOf(configuration, "type_id")) ?? "text";
}

/** Whether the variable value of a row (a value, or the default of a configuration) is a date. */
export function isDateAttribute(row: Row, reader: Reader): boolean {
  const configuration =
    row.$type === "CustomAttributeConfiguration"
      ? row
      : reader.get("CustomConfigurationBase", keyOf(row, "configuration_id"));
  return (
    configuration !== undefined && typeOfConfiguration(configuration) === "date"
  );
}
