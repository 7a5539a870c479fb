import { describe, expect, it } from "vitest";
import {
  pythonJson,
  schemaHash,
} from "../../../../sandbox/ftrack/schema/hash.ts";

describe("JSON text as Python writes it", () => {
  it.each([
    [{ b: 1, a: [1, 2] }, '{"a": [1, 2], "b": 1}'],
    [{ Z: null, _: true, a: false }, '{"Z": null, "_": true, "a": false}'],
    ["é", '"\\u00e9"'],
    ["\u007f", '"\\u007f"'],
    ["😀", '"\\ud83d\\ude00"'],
    ['quote " and \\ and \n', '"quote \\" and \\\\ and \\n"'],
    [{ "\u{1F600}": 1, "\uFFFD": 2 }, '{"\\ufffd": 2, "\\ud83d\\ude00": 1}'],
    [[], "[]"],
    [{}, "{}"],
    [1.5, "1.5"],
  ])("%j", (value, text) => {
    expect(pythonJson(value)).toBe(text);
  });

  it("hashes as Python's hashlib does over json.dumps(…, sort_keys=True)", () => {
    const schemas = [
      { id: "Task", properties: { name: { type: "string", default: "é" } } },
    ];
    expect(schemaHash(schemas)).toBe("750684dd8c1269cd0ac72d2b69f97b07");
  });
});
