import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RowHeights } from "./heights.ts";

/** The same answers, by adding up every row. */
function naive(heights: number[]) {
  return {
    offsetOf: (row: number) => heights.slice(0, row).reduce((sum, height) => sum + height, 0),
    rowAt: (offset: number) => {
      let end = 0;
      const found = heights.findIndex((height) => (end += height) > offset);
      return found === -1 ? heights.length - 1 : found;
    },
  };
}

const changes = fc.array(fc.tuple(fc.nat(899), fc.integer({ min: 0, max: 400 })), { maxLength: 200 });

describe("the heights of very many rows", () => {
  test("offsets and rows are what adding up every row gives, whatever was measured", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        changes,
        fc.double({ min: 0, max: 1.1, noNaN: true }),
        (count, measured, part) => {
          const rows = new RowHeights(count, 40);
          const plain = Array.from({ length: count }, () => 40);
          for (const [row, height] of measured) {
            rows.set(row, height);
            if (row < count) plain[row] = height;
          }
          const total = plain.reduce((sum, height) => sum + height, 0);
          const row = Math.floor(part * count);
          expect(rows.total).toBe(total);
          expect(rows.offsetOf(row)).toBe(naive(plain).offsetOf(Math.min(row, count)));
          expect(rows.rowAt(part * total)).toBe(naive(plain).rowAt(part * total));
        },
      ),
    );
  });

  test("growing keeps what was measured, also across a doubling", () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 5000 }), (measured, more) => {
        const rows = new RowHeights(900, 40);
        for (const [row, height] of measured) rows.set(row, height);
        const before = rows.total;
        rows.grow(900 + more);
        expect(rows.total).toBe(before + more * 40);
        expect(rows.offsetOf(900)).toBe(before);
      }),
    );
  });

  test("a forgotten row has its estimate again", () => {
    const rows = new RowHeights(10, 40);
    rows.set(3, 0);
    expect([rows.total, rows.rowAt(120)]).toEqual([360, 4]);
    rows.forget(3);
    expect([rows.total, rows.rowAt(120), rows.isKnown(3)]).toEqual([400, 3, false]);
  });

  test("rows that do not exist change nothing", () => {
    const rows = new RowHeights(2, 40);
    expect([rows.set(2, 100), rows.set(-1, 100), rows.set(0.5, 100), rows.set(0, Number.NaN)]).toEqual([0, 0, 0, 0]);
    expect(rows.total).toBe(80);
    expect(new RowHeights(0, 40).rowAt(10)).toBe(0);
  });

  test("a million rows answer a thousand questions in a blink", () => {
    const rows = new RowHeights(1_000_000, 56);
    const start = performance.now();
    for (let at = 0; at < 1000; at += 1) {
      rows.set(at * 997, 120);
      rows.rowAt(rows.offsetOf(at * 983));
    }
    expect(performance.now() - start, "each is a few hundred steps, not a million").toBeLessThan(200);
  });
});
