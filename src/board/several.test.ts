import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { NewFeature } from "@/api/bindings.ts";
import { type Row, added, changed, emptyRow, featuresOf, moved, nameless, rowOf, without } from "./several.ts";

const BLANK: NewFeature = {
  ...emptyRow({ kind: "feature", category: "forms", source_spec: "main" } as NewFeature).feature,
};
const rowsOf = (names: readonly string[]) => names.map((name) => rowOf({ ...BLANK, name }));
const names = (rows: readonly Row[]) => rows.map(({ feature }) => feature.name);

test("moving a row changes its place and nothing else, and moving it back undoes that", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 1 }),
      fc.nat(),
      fc.constantFrom(-1 as const, 1 as const),
      (all, at, by) => {
        const rows = rowsOf(all);
        const from = at % rows.length;
        const key = rows[from]?.key ?? 0;
        const next = moved(rows, key, by);
        expect([...names(next)].sort(), "no row is lost or doubled").toEqual([...all].sort());
        const to = next.findIndex((row) => row.key === key);
        expect(to).toBe(Math.min(rows.length - 1, Math.max(0, from + by)));
        if (to !== from) expect(moved(next, key, by === 1 ? -1 : 1)).toEqual(rows);
      },
    ),
  );
});

test("rows are put in after one, changed and left out by their key", () => {
  const rows = rowsOf(["a", "b"]);
  const [first] = rows;
  if (!first) throw new Error("there are two");
  const more = added(rows, 0, rowOf({ ...BLANK, name: "new" }));
  expect(names(more)).toEqual(["a", "new", "b"]);
  expect(names(changed(more, first.key, { name: "A" }))).toEqual(["A", "new", "b"]);
  expect(names(without(more, first.key))).toEqual(["new", "b"]);
});

test("what is sent has a title, a category and a description, in the order of the rows", () => {
  const rows = [
    rowOf({ ...BLANK, name: " Sign in ", category: " " }),
    rowOf({ ...BLANK, name: "Export", description: "As CSV" }),
  ];
  expect(nameless(rows)).toBeUndefined();
  expect(featuresOf(rows)).toMatchObject([
    { name: "Sign in", category: "functional", description: "Sign in" },
    { name: "Export", category: "forms", description: "As CSV" },
  ]);
  expect(nameless([...rows, rowOf({ ...BLANK, name: "  " })])).toBeDefined();
});
