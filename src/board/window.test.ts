import fc from "fast-check";
import { expect, test } from "vitest";
import { offsetsOf, revealed, rowAt, windowOf } from "./window.ts";

const anyHeights = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 200 });

test("what is drawn covers the whole view, wherever it is scrolled to", () => {
  fc.assert(
    fc.property(
      anyHeights,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 900 }),
      (heights, share, view) => {
        const offsets = offsetsOf(heights.length, (row) => heights[row] ?? 0, 8);
        const whole = offsets[heights.length] ?? 0;
        const top = share * Math.max(0, whole - view);
        const { first, end } = windowOf(offsets, top, view);
        expect(offsets[first], "no gap above").toBeLessThanOrEqual(top);
        expect(offsets[end], "no gap below").toBeGreaterThanOrEqual(Math.min(whole, top + view));
        expect(end - first, "and not much more than that").toBeLessThanOrEqual(view / 9 + 10);
      },
    ),
  );
});

test("the row at a point is found as looking through all of them would find it", () => {
  fc.assert(
    fc.property(anyHeights, fc.integer({ min: 0, max: 50_000 }), (heights, y) => {
      const offsets = offsetsOf(heights.length, (row) => heights[row] ?? 0, 8);
      const naive = heights.findLastIndex((_height, row) => (offsets[row] ?? 0) <= y);
      expect(rowAt(offsets, y)).toBe(naive);
    }),
  );
});

test("a row that is in view moves nothing, and any other is in view afterwards", () => {
  fc.assert(
    fc.property(anyHeights, fc.nat(199), fc.nat(5000), (heights, wanted, top) => {
      const row = wanted % heights.length;
      const offsets = offsetsOf(heights.length, (row) => heights[row] ?? 0, 8);
      const moved = revealed(offsets, row, top, 400);
      expect(revealed(offsets, row, moved, 400), "once in view it stays").toBe(moved);
      expect(offsets[row]).toBeGreaterThanOrEqual(moved - 0.001);
    }),
  );
});

test("an empty column draws nothing", () => {
  expect(
    windowOf(
      offsetsOf(0, () => 100, 8),
      0,
      500,
    ),
  ).toEqual({ first: 0, end: 0 });
});
