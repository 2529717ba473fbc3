import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inTreeOrder, treeRows, type Placed } from "./tree.ts";

const names = fc.constantFrom("a", "b", "src", "lib", "x10", "x9");
const paths = fc.uniqueArray(
  fc
    .tuple(fc.array(names, { maxLength: 4 }), fc.constantFrom("m.ts", "n.ts", "o.rs"))
    .map(([directories, file]) => [...directories, file].join("/")),
  { maxLength: 40 },
);
const files = paths.map((list) => list.map((path, at): Placed => ({ path, added: at, removed: 1 })));

describe("the tree of changed files", () => {
  test("every file appears once, below the directories of its path", () => {
    fc.assert(
      fc.property(files, (list) => {
        const rows = treeRows(list, new Set());
        expect(
          inTreeOrder(list)
            .map((file) => file.path)
            .sort(),
        ).toEqual(list.map((file) => file.path).sort());
        const above: string[] = [];
        for (const row of rows) {
          above.length = row.depth;
          expect([...above, row.name].join("/")).toBe(row.path);
          if (row.type === "directory") above.push(row.name);
        }
      }),
    );
  });

  test("a directory counts what is below it, open or closed", () => {
    fc.assert(
      fc.property(files, (list) => {
        const all = treeRows(list, new Set());
        const closed = new Set(all.flatMap((row) => (row.type === "directory" && row.depth === 0 ? [row.path] : [])));
        const top = treeRows(list, closed);
        for (const row of top) {
          expect(row.depth, "nothing below a closed directory is shown").toBe(0);
          if (row.type !== "directory") continue;
          const below = list.filter((file) => file.path.startsWith(`${row.path}/`));
          const added = below.reduce((sum, file) => sum + file.added, 0);
          expect([row.files, row.added, row.removed]).toEqual([below.length, added, below.length]);
        }
      }),
    );
  });

  test("directories that hold nothing but one directory are one row", () => {
    const rows = treeRows([{ path: "src/app/main.ts", added: 1, removed: 0 }], new Set());
    expect(rows.map((row) => [row.name, row.depth])).toEqual([
      ["src/app", 0],
      ["main.ts", 1],
    ]);
  });

  test("a person reads directories first and numbers as numbers", () => {
    const list = ["z.ts", "x10.ts", "x9.ts", "lib/a.ts"].map((path) => ({ path, added: 0, removed: 0 }));
    expect(inTreeOrder(list).map((file) => file.path)).toEqual(["lib/a.ts", "x9.ts", "x10.ts", "z.ts"]);
  });

  test("100,000 files are a tree within a moment", () => {
    const list = Array.from({ length: 100_000 }, (_, at) => ({
      path: `d${at % 300}/e${at % 7}/f${at}.ts`,
      added: 1,
      removed: 0,
    }));
    const start = performance.now();
    expect(treeRows(list, new Set()).length).toBeGreaterThan(100_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
