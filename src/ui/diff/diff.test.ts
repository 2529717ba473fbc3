import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHunks, fromTexts, linesOf, type DiffLine, type FileDiff } from "./hunks.ts";
import { marksOf } from "./marks.ts";
import { rowsOf, type DiffLayout, type Opened } from "./rows.ts";

function countOf(diff: FileDiff): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const hunk of diff.hunks) {
    for (const line of hunk.lines) {
      if (line.kind === "added") added += 1;
      else if (line.kind === "removed") removed += 1;
    }
  }
  return { added, removed };
}

const line = fc.constantFrom("a", "b", "c", "  d", "e = 1;", "");
const text = fc.array(line, { maxLength: 60 }).map((lines) => lines.map((one) => `${one}\n`).join(""));
const layouts: DiffLayout[] = ["unified", "split"];

/** Everything opened, so that both texts can be read off the rows. */
const everything: Opened = new Map(Array.from({ length: 100 }, (_, gap) => [gap, { top: 1e9, bottom: 0 }]));

function sides(diff: FileDiff, layout: DiffLayout): { old: string[]; new: string[] } {
  const lines: { old: string[]; new: string[] } = { old: [], new: [] };
  const take = (side: "old" | "new", at: DiffLine | null) => {
    const number = side === "old" ? at?.oldNumber : at?.newNumber;
    if (!at || number === null) return;
    lines[side].push(at.text);
    expect(number, "line numbers run without gaps").toBe(lines[side].length);
  };
  for (const row of rowsOf(diff, layout, everything).rows) {
    if (row.type === "line") {
      if (row.line.kind !== "added") take("old", row.line);
      if (row.line.kind !== "removed") take("new", row.line);
    } else if (row.type === "pair") {
      take("old", row.left);
      take("new", row.right);
    }
  }
  return lines;
}

describe("a diff as rows", () => {
  test("with all gaps open, both layouts hold both texts, line by line and numbered", () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom(...layouts), fc.nat(4), (before, after, layout, context) => {
        fc.pre(before !== after);
        const diff = fromTexts(before, after, context);
        expect(sides(diff, layout)).toEqual({ old: linesOf(before), new: linesOf(after) });
      }),
    );
  });

  test("opening a gap moves lines from hidden to shown and never loses or repeats one", () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom(...layouts),
        fc.array(fc.tuple(fc.nat(6), fc.nat(30), fc.nat(30))),
        (before, after, layout, clicks) => {
          const diff = fromTexts(before, after, 1);
          const opened = new Map(clicks.map(([gap, top, bottom]) => [gap, { top, bottom }]));
          const shown = (rows: ReturnType<typeof rowsOf>) =>
            rows.rows.reduce((sum, row) => sum + (row.type === "gap" ? row.count : 1), 0);
          expect(shown(rowsOf(diff, layout, opened))).toBe(shown(rowsOf(diff, layout, new Map())));
        },
      ),
    );
  });

  test("texts that are equal have no rows", () => {
    expect(rowsOf(fromTexts("a\nb\n", "a\nb\n"), "unified", new Map()).rows).toEqual([]);
  });

  test("a new and a removed file are all added and all removed", () => {
    expect(countOf(fromTexts("", "a\nb\n"))).toEqual({ added: 2, removed: 0 });
    expect(countOf(fromTexts("a\nb\n", ""))).toEqual({ added: 0, removed: 2 });
    expect(fromTexts("", "a\n").hunks[0]?.lines[0]?.newNumber, "lines count from 1").toBe(1);
  });

  test("each change has one beginning, also where two stand close together", () => {
    const diff = fromTexts("a\nb\nc\nd\ne\n", "A\nb\nC\nD\ne\n");
    for (const layout of layouts) {
      const { rows, starts } = rowsOf(diff, layout, new Map());
      expect(starts.length, layout).toBe(2);
      const shown = starts
        .map((at) => rows[at])
        .map((row) => (row?.type === "pair" ? row.left?.text : row?.type === "line" ? row.line.text : ""));
      expect(shown, "the first line of each").toEqual(["a", "c"]);
    }
  });

  test("a remark about the last line break is no line", () => {
    const [hunk] = fromTexts("a\nb", "a\nc").hunks;
    expect(hunk?.lines.map((one) => [one.kind, one.text])).toEqual([
      ["same", "a"],
      ["removed", "b"],
      ["added", "c"],
    ]);
  });

  test("hunks of the host are numbered on both sides", () => {
    const lines = [
      { kind: "same" as const, text: "a" },
      { kind: "removed" as const, text: "b" },
      { kind: "added" as const, text: "c" },
    ];
    const diff = fromHunks([{ old_start: 4, new_start: 6, lines }], null);
    expect(diff.hunks[0]?.lines.map((one) => [one.oldNumber, one.newNumber])).toEqual([
      [4, 6],
      [5, null],
      [null, 7],
    ]);
  });

  test("a file of 50,000 lines is bounded in rows and time, and says what it leaves out", () => {
    const before = Array.from({ length: 50_000 }, (_, at) => `line ${at}`).join("\n");
    const start = performance.now();
    const added = fromTexts("", before);
    const { rows, leftOut } = rowsOf(added, "split", new Map());
    expect([rows.length, leftOut]).toEqual([20_000, 30_000]);
    const rewritten = fromTexts(before, before.replaceAll("line", "LINE"));
    expect(countOf(rewritten), "beyond the limit everything counts as replaced").toEqual({
      added: 50_000,
      removed: 50_000,
    });
    const one = fromTexts(before, before.replace("line 25000\n", "changed\n"));
    expect(rowsOf(one, "unified", new Map()).rows.length).toBe(10);
    expect(performance.now() - start, "it must not hold up the screen for long").toBeLessThan(1500);
  });
});

describe("what differs within a line", () => {
  test("the marked parts are all that differs", () => {
    const words = fc
      .array(fc.constantFrom("let", " ", "x", "=", "1", ";", "y", "(", ")"), { maxLength: 20 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(words, words, (removed, added) => {
        const marks = marksOf(removed, added);
        if (marks.removed.length + marks.added.length === 0) return;
        const without = (whole: string, cut: readonly (readonly [number, number])[]) =>
          [...cut].reverse().reduce((rest, [from, to]) => rest.slice(0, from) + rest.slice(to), whole);
        expect(without(removed, marks.removed)).toBe(without(added, marks.added));
      }),
    );
  });

  test("lines with nothing in common, and very long ones, are not marked", () => {
    expect(marksOf("alpha beta", "one two")).toEqual({ removed: [], added: [] });
    const long = "x ".repeat(2000);
    expect(marksOf(long, `${long}y`)).toEqual({ removed: [], added: [] });
  });

  test("a renamed variable is marked, not the line", () => {
    expect(marksOf("const total = price;", "const sum = price;")).toEqual({ removed: [[6, 11]], added: [[6, 9]] });
  });
});
