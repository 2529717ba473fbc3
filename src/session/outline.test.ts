import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outline } from "./outline.ts";

const runs = fc
  .array(fc.nat(50), { minLength: 1, maxLength: 40 })
  .map((rows) => rows.map((count, at) => ({ session: `s${at}`, rows: count })));

describe("the rows of a run, session after session", () => {
  test("every position has exactly one row, and every row exactly one position", () => {
    fc.assert(
      fc.property(runs, (stretches) => {
        const outline = Outline.of(stretches);
        const expected = stretches.flatMap(({ session, rows }) =>
          Array.from({ length: rows }, (_, at) => ({ session, ordinal: at })),
        );
        expect(outline.total).toBe(expected.length);
        expected.forEach((spot, position) => {
          expect(outline.locate(position)).toEqual(spot);
          expect(outline.positionOf(spot)).toBe(position);
        });
      }),
    );
  });

  test("growing any session gives what building it anew gives", () => {
    fc.assert(
      fc.property(runs, fc.nat(), fc.integer({ min: 1, max: 30 }), (stretches, which, more) => {
        const at = which % stretches.length;
        const grown = stretches.map((one, index) => (index === at ? { ...one, rows: one.rows + more } : one));
        const outline = Outline.of(stretches).grown(`s${at}`, grown[at]?.rows ?? 0);
        const anew = Outline.of(grown);
        expect(outline.total).toBe(anew.total);
        for (let position = 0; position < anew.total; position += 1)
          expect(outline.locate(position)).toEqual(anew.locate(position));
      }),
    );
  });

  test("what is not there is nothing, not a wrong row", () => {
    const outline = Outline.of([{ session: "a", rows: 2 }]);
    expect([outline.locate(-1), outline.locate(2), outline.locate(0.5)]).toEqual([null, null, null]);
    expect([
      outline.positionOf({ session: "b", ordinal: 0 }),
      outline.positionOf({ session: "a", ordinal: 2 }),
    ]).toEqual([null, null]);
    expect([outline.startOf("a"), outline.startOf("b"), outline.rowsOf("b")]).toEqual([0, null, 0]);
  });

  test("news that is older than what is known changes nothing", () => {
    const outline = Outline.of([{ session: "a", rows: 5 }]);
    expect(outline.grown("a", 4)).toBe(outline);
    expect(outline.grown("b", 4)).toBe(outline);
  });
});
