import { createHash } from "node:crypto";

/** A uuid that is always the same for the same words. */
export function idOf(...words: readonly (string | number)[]): string {
  const hex = createHash("md5").update(words.join("/")).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/** Ids that a default installation of Ftrack has. */
export const objectTypes = {
  Task: "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c",
  Shot: "bad911de-3bd6-47b9-8b46-3476e237cb36",
  Sequence: "e5139355-61da-4c8f-9db4-3abc870166bc",
  Episode: "22139355-61da-4c8f-9db4-3abc870166bc",
  Folder: "3c133785-51cb-11e3-980a-20c9d0831e59",
  Milestone: "01decdd1-51cb-11e3-9d5b-20c9d0831e59",
  AssetBuild: "4be63b64-5010-42fb-bf1f-428af9d638f0",
} as const;

export const states = {
  NOT_STARTED: "cea0ba04-acb5-11e1-8668-f23c91df1211",
  IN_PROGRESS: "cea0efc4-acb5-11e1-8668-f23c91df1211",
  DONE: "cea116d4-acb5-11e1-8668-f23c91df1211",
  BLOCKED: "5709c04e-2f4b-11e2-b663-0019bb4983d8",
} as const;

export const statuses = {
  "Not started": "44dd9fb2-4164-11df-9218-0019bb4983d8",
  "Ready to start": "9078de1a-40ce-11ed-a028-8e70b81a65da",
  "In progress": "44ddd0fe-4164-11df-9218-0019bb4983d8",
  "Pending Review": "44dded64-4164-11df-9218-0019bb4983d8",
  Revise: "2286947e-a2d4-11e9-825d-d27cf242b68b",
  Approved: "44de097a-4164-11df-9218-0019bb4983d8",
  "Client approved": "d5d6d8ca-ebb2-11e2-aef9-f23c91dfaa16",
  Completed: "9bb65936-88e7-11e3-9264-04011030cf01",
  "On Hold": "a0bc2444-15e2-11e1-b21a-0019bb4983d8",
  Omitted: "a0bc3f24-15e2-11e1-b21a-0019bb4983d8",
} as const;

export const types = {
  Modeling: "44dc53c8-4164-11df-9218-0019bb4983d8",
  Rigging: "44dd5868-4164-11df-9218-0019bb4983d8",
  Lookdev: "44dc8cd0-4164-11df-9218-0019bb4983d8",
  Layout: "ffaebf7a-9dca-11e9-8346-d27cf242b68b",
  Animation: "44dc3636-4164-11df-9218-0019bb4983d8",
  FX: "44dcea86-4164-11df-9218-0019bb4983d8",
  Lighting: "44dd08fe-4164-11df-9218-0019bb4983d8",
  Rotoscoping: "c3bcfdb4-ad7d-11e1-a444-f23c91df1211",
  Compositing: "44dd23b6-4164-11df-9218-0019bb4983d8",
  Editing: "cc46c4c6-13d2-11e3-8915-f23c91dfaa16",
  Deliverable: "ae1e2480-f24e-11e2-bd1f-f23c91dfaa16",
  Production: "b628a004-ad7d-11e1-896c-f23c91df1211",
  Character: "66d145f0-13c6-11e3-abf2-f23c91dfaa16",
  Prop: "66d1aedc-13c6-11e3-abf2-f23c91dfaa16",
  Environment: "66d1daba-13c6-11e3-abf2-f23c91dfaa16",
} as const;

export const priorities = {
  Urgent: "847fb90e-ead3-11e2-846c-f23c91dfaa16",
  High: "847f9cda-ead3-11e2-846c-f23c91dfaa16",
  Medium: "847f8146-ead3-11e2-846c-f23c91dfaa16",
  Low: "847f663e-ead3-11e2-846c-f23c91dfaa16",
  None: "9661b320-3a0c-11e2-81c1-0800200c9a66",
} as const;

export const locations = {
  "ftrack.origin": "ce9b348f-8809-11e3-821c-20c9d081909b",
  "ftrack.unmanaged": "cb268ecc-8809-11e3-a7e2-20c9d081909b",
  "ftrack.review": "cd41be70-8809-11e3-b98a-20c9d081909b",
  "ftrack.connect": "07b82a97-8cf9-11e3-9383-20c9d081909b",
  "ftrack.server": "3a372bde-05bc-11e4-8908-20c9d081909b",
} as const;

/** The project schema of every seeded show. */
export const PROJECT_SCHEMA = idOf("project schema", "VFX");
