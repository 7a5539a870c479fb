import { expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import { webLink } from "../../../src/core/web-link.ts";

it.each<[string, string, "task" | "assetversion", string]>([
  [
    "a task",
    "t1",
    "task",
    "slideEntityId=t1&slideEntityType=task&view=tasks&itemId=projects&entityId=p1&entityType=show",
  ],
  [
    "a version",
    "v1",
    "assetversion",
    "slideEntityId=v1&slideEntityType=assetversion&view=versions_v1&itemId=projects&entityId=p1&entityType=show",
  ],
  [
    "an odd id, which stays a value",
    "a&b=c d",
    "task",
    "slideEntityId=a%26b%3Dc+d&slideEntityType=task&view=tasks&itemId=projects&entityId=p1&entityType=show",
  ],
])("links to %s", (_title, id, kind, place) => {
  const url = "https://studio.test/";
  expect(webLink(url, ftrackId("p1"), ftrackId(id), kind)).toBe(
    `https://studio.test/#${place}`,
  );
});
