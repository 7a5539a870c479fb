import { describe, expect, it } from "vitest";
import {
  compileExpression,
  ExpressionError,
} from "../../../../sandbox/ftrack/hub/expression.ts";

const event = {
  topic: "ftrack.update",
  data: { k: "v", n: 5, list: [1], nothing: null },
  source: { user: { username: "anna@studio.test" } },
};

describe("a subscription", () => {
  it.each<[string, boolean]>([
    ["", true],
    ["topic=ftrack.update", true],
    ["topic = ftrack.update", true],
    ['topic="ftrack.update"', true],
    ["topic='ftrack.update'", true],
    ["topic=ftrack.*", true],
    ["topic=*", true],
    ["topic=ftrack", false],
    ["topic=update*", false],
    ["topic=ftrack.update and data.k=v", true],
    ["topic=ftrack.update and data.k=w", false],
    ["topic=x or data.k=v", true],
    ["not topic=x", true],
    ["not (topic=ftrack.update and data.k=v)", false],
    ['source.user.username != "bot"', true],
    ["source.user.username=anna@studio.test", true],
    ["source.user.id != 5", false],
    ["data.missing.deeper=1", false],
    ["data.nothing != 1", false],
    ["data.n > 4", true],
    ["data.n >= 5 and data.n <= 5", true],
    ["data.n < 10", true],
    ["data.k > u", true],
    ["data.constructor != x", false],
    ["data.__proto__.x != x", false],
  ])("%s is %s", (expression, matches) => {
    expect(compileExpression(expression)(event)).toBe(matches);
  });

  it.each([
    "topic",
    "topic=",
    "=x",
    "topic=x and",
    "(topic=x",
    "topic=x)",
    "topic==x",
    "topic=x y=z",
    "topic=ü",
  ])("%s is none", (expression) => {
    expect(() => compileExpression(expression)).toThrow(ExpressionError);
  });
});
