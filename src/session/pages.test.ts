import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outline } from "./outline.ts";
import { PAGE_ROWS, Pages, type Window } from "./pages.ts";

/** What a host would answer: the row's name tells where it belongs. */
function fetched({ session, from, limit }: Window, rowsOf: (session: string) => number): string[] {
  const until = Math.min(from + limit, rowsOf(session));
  return Array.from({ length: Math.max(0, until - from) }, (_, at) => `${session}/${from + at}`);
}

describe("the part of a transcript that is at hand", () => {
  test("after what was missing was fetched, every row in sight is there and is the right one", () => {
    const run = fc.array(fc.nat(450), { minLength: 1, maxLength: 6 });
    const looks = fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(run, looks, (sizes, seen) => {
        const outline = Outline.of(sizes.map((rows, at) => ({ session: `s${at}`, rows })));
        const pages = new Pages<string>(12);
        for (const [first, count] of seen) {
          const last = Math.min(first + count, outline.total - 1);
          for (const window of pages.missing(outline, first, last)) {
            expect(window.limit).toBeLessThanOrEqual(PAGE_ROWS);
            pages.put(
              window.session,
              window.from,
              fetched(window, (session) => outline.rowsOf(session)),
            );
          }
          for (let position = first; position <= last; position += 1) {
            const spot = outline.locate(position);
            expect(spot && pages.at(spot)).toBe(`${spot?.session}/${spot?.ordinal}`);
          }
          expect(pages.missing(outline, first, last), "nothing is fetched twice").toEqual([]);
          expect(pages.size).toBeLessThanOrEqual(12);
        }
      }),
    );
  });

  test("a page that was not full is completed when the session has grown, not fetched anew", () => {
    const pages = new Pages<string>();
    pages.put("a", 0, ["a/0", "a/1"]);
    const outline = Outline.of([{ session: "a", rows: 5 }]);
    expect(pages.missing(outline, 0, 4)).toEqual([{ session: "a", from: 2, limit: 3 }]);
  });

  test("answers that overlap or come late neither repeat nor tear a row", () => {
    const pages = new Pages<string>();
    pages.put("a", 0, ["a/0", "a/1", "a/2"]);
    expect(pages.put("a", 1, ["a/1", "a/2", "a/3"])).toBe(true);
    expect(pages.put("a", 0, ["a/0", "a/1"])).toBe(false);
    expect(pages.put("a", 9, ["a/9"]), "a hole would make rows take each other's place").toBe(false);
    expect([0, 1, 2, 3, 4, 9].map((ordinal) => pages.at({ session: "a", ordinal }))).toEqual([
      "a/0",
      "a/1",
      "a/2",
      "a/3",
      undefined,
      undefined,
    ]);
  });

  test("what is looked at stays, what was looked at long ago goes", () => {
    const outline = Outline.of([{ session: "a", rows: 100 * PAGE_ROWS }]);
    const pages = new Pages<string>(3);
    const look = (page: number) => {
      for (const window of pages.missing(outline, page * PAGE_ROWS, page * PAGE_ROWS))
        pages.put(
          "a",
          window.from,
          fetched(window, () => 100 * PAGE_ROWS),
        );
    };
    [0, 1, 2, 0, 3].forEach(look);
    const has = (page: number) => pages.at({ session: "a", ordinal: page * PAGE_ROWS }) !== undefined;
    expect([0, 1, 2, 3].map(has)).toEqual([true, false, true, true]);
  });

  test("the end comes first, because that is where a person who follows looks", () => {
    const outline = Outline.of([{ session: "a", rows: 3 * PAGE_ROWS }]);
    const from = new Pages<string>().missing(outline, 0, 3 * PAGE_ROWS - 1).map((window) => window.from);
    expect(from).toEqual([2 * PAGE_ROWS, PAGE_ROWS, 0]);
  });
});
