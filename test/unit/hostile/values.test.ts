import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../../sandbox/ftrack/query/parser.ts";
import { route } from "../../../src/ayon/route.ts";
import { RejectedError } from "../../../src/core/errors.ts";
import { inList, is, quote, select } from "../../../src/core/query.ts";
import { z } from "zod";
import { hostileText } from "../../support/hostile.ts";

describe("hostile values", () => {
  it("stay one literal of a query", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { expression } = select({
          ...{ type: "Task", fields: ["id"], row: z.unknown() },
          where: is("name", text),
        });
        expect(expression).toBe(
          `select id from Task where name is ${quote(text)} order by id`,
        );
        expect(JSON.stringify(parseQuery(expression))).toContain(
          JSON.stringify(text),
        );
      }),
    );
  });

  it("stay as many literals of a list as there are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostileText, { minLength: 1 }), (texts) => {
        const { expression } = select({
          ...{ type: "Task", fields: ["id"], row: z.unknown() },
          where: inList("name", texts),
        });
        const parsed = JSON.stringify(parseQuery(expression));
        for (const text of texts)
          expect(parsed).toContain(JSON.stringify(text));
      }),
    );
  });

  it("stay one segment of a path, or are refused", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        let path;
        try {
          path = route`projects/${text}/folders`;
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RejectedError);
          expect([".", ".."]).toContain(text);
          return;
        }
        const url = new URL(`http://ayon/api/${path}`);
        expect([url.search, url.hash, url.host]).toEqual(["", "", "ayon"]);
        const [, api, projects, name, folders] = url.pathname.split("/");
        expect([api, projects, folders]).toEqual([
          "api",
          "projects",
          "folders",
        ]);
        expect(decodeURIComponent(name ?? "")).toBe(
          Buffer.from(text).toString(),
        );
      }),
    );
  });
});
