import fc from "fast-check";
import { expect, test } from "vitest";
import { type Span, besideAt, nextPlace } from "./dragging.ts";

const column: Span[] = [
  { id: 1, top: 0, bottom: 100 },
  { id: 2, top: 108, bottom: 208 },
];

test("a card comes to stand above the middle of another or below it", () => {
  expect(besideAt(column, 40)).toEqual({ id: 1, side: "before" });
  expect(besideAt(column, 60)).toEqual({ id: 2, side: "before" });
  expect(besideAt(column, 190), "below the last there is still a place").toEqual({ id: 2, side: "after" });
  expect(besideAt([], 10), "an empty column has no card to stand beside").toBeNull();
});

test("wherever it is dropped, it stands between the cards around that place", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 40, max: 160 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -50, max: 2000 }),
      (heights, y) => {
        let top = 0;
        const spans = heights.map((height, id) => {
          const span = { id, top, bottom: top + height };
          top += height + 8;
          return span;
        });
        const at = besideAt(spans, y);
        const index = spans.findIndex(({ id }) => id === at?.id) + (at?.side === "after" ? 1 : 0);
        const middle = (span: Span | undefined) => (span ? (span.top + span.bottom) / 2 : null);
        expect(middle(spans[index - 1]) ?? -Infinity, "everything above is above it").toBeLessThanOrEqual(y);
        expect(middle(spans[index]) ?? Infinity, "and everything below is below it").toBeGreaterThanOrEqual(y);
      },
    ),
  );
});

test("an arrow key leads to the nearest place in its direction, and stays when there is none", () => {
  const places = [
    { x: 0, y: 0 },
    { x: 0, y: 100 },
    { x: 200, y: 40 },
  ];
  expect(nextPlace(places, { x: 0, y: 0 }, { x: 0, y: 1 })).toEqual({ x: 0, y: 100 });
  expect(nextPlace(places, { x: 0, y: 0 }, { x: 1, y: 0 })).toEqual({ x: 200, y: 40 });
  expect(nextPlace(places, { x: 0, y: 0 }, { x: 0, y: -1 })).toBeNull();
});
