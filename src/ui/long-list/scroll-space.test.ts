import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScrollSpace, TALLEST } from "./scroll-space.ts";

const SCREEN = 800;
const totals = fc.integer({ min: 1, max: 90_000_000 });

function space(total: number): ScrollSpace {
  const made = new ScrollSpace();
  made.resize(total, SCREEN);
  return made;
}

/** What a browser does with the bar that it is given. */
function clamped(bar: number, of: ScrollSpace): number {
  return Math.min(Math.max(0, bar), Math.max(0, of.height - SCREEN));
}

describe("the scrollbar of a list taller than a browser can lay out", () => {
  test("never asks for more than a browser can lay out", () => {
    fc.assert(
      fc.property(totals, (total) => {
        expect(space(total).height).toBe(Math.min(total, TALLEST));
      }),
    );
  });

  test("small steps move the content by exactly as much, wherever one is", () => {
    fc.assert(
      fc.property(
        totals,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.integer({ min: -900, max: 900 }), { maxLength: 50 }),
        (total, part, steps) => {
          const at = space(total);
          at.moveTo(part * at.last);
          for (const step of steps) {
            const before = at.top;
            const bar = clamped(at.bar + step, at);
            const moved = bar - at.bar;
            at.scrolledTo(bar);
            expect(at.top).toBeCloseTo(Math.min(Math.max(0, before + moved), at.last), 3);
            expect(at.bar, "the browser can show the bar where it is put").toBeCloseTo(clamped(at.bar, at), 3);
          }
        },
      ),
    );
  });

  test("a person with a wheel reaches both ends, and the bar is at its end then", () => {
    for (const total of [500, 20_000, 9_000_000, 56_000_000]) {
      const at = space(total);
      at.moveTo(at.last - Math.min(900_000, at.last / 2));
      for (let step = 0; step < 3000; step += 1) at.scrolledTo(clamped(at.bar + 700, at));
      expect(at.top).toBe(at.last);
      expect(at.bar).toBeCloseTo(Math.max(0, at.height - SCREEN), 3);
      at.moveTo(Math.min(900_000, at.last / 2));
      for (let step = 0; step < 3000; step += 1) at.scrolledTo(clamped(at.bar - 700, at));
      expect([at.top, at.bar]).toEqual([0, 0]);
    }
  });

  test("dragging the bar to its half shows the half, to its end the end", () => {
    const at = space(56_000_000);
    const end = at.height - SCREEN;
    at.scrolledTo(end / 2);
    expect(at.top / at.last).toBeCloseTo(0.5, 3);
    at.scrolledTo(end);
    expect(at.top).toBe(at.last);
    at.scrolledTo(0);
    expect(at.top).toBe(0);
  });

  test("what is at the top is laid out at the top of the screen", () => {
    fc.assert(
      fc.property(totals, fc.double({ min: 0, max: 1, noNaN: true }), (total, part) => {
        const at = space(total);
        at.moveTo(part * at.last);
        expect(at.place(at.top)).toBeCloseTo(at.bar, 3);
      }),
    );
  });

  test("height that comes in above moves the content out of its way, not what is seen", () => {
    const at = space(40_000);
    at.moveTo(10_000);
    at.resize(40_500, SCREEN);
    at.shift(500);
    expect([at.top, at.bar]).toEqual([10_500, 10_500]);
  });
});
