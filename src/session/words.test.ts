import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countdown, endTone, estimate, outcomeTone, outcomeWords } from "./words.ts";

describe("what a person reads of time and ends", () => {
  test("a countdown is read as a clock and is never negative", () => {
    expect([countdown(249_000), countdown(3_720_000), countdown(400), countdown(-5)]).toEqual([
      "4:09",
      "1:02:00",
      "0:01",
      "0:00",
    ]);
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 1_000_000_000 }), (ms) => {
        expect(countdown(ms)).toMatch(/^(\d+:)?\d{1,2}:\d{2}$/);
      }),
    );
  });

  test("an estimate is as exact as it can be, not more", () => {
    const minute = 60_000;
    expect([30_000, 4 * minute, 37 * minute, 70 * minute, 10 * 60 * minute, 60 * 60 * minute].map(estimate)).toEqual([
      "about a minute left",
      "about 4 min left",
      "about 35 min left",
      "about an hour left",
      "about 10 h left",
      "about 3 days left",
    ]);
  });

  test("an end is told with the status that the API gave, when it gave one", () => {
    expect(outcomeWords({ code: "api_unavailable", status: 529 })).toBe("API unavailable (529)");
    expect(outcomeWords({ code: "api_unavailable", status: null })).toBe("API unavailable");
  });

  test("what a person stopped is no failure", () => {
    expect([outcomeTone({ code: "stopped" }), outcomeTone({ code: "crashed", detail: "" }), outcomeTone(null)]).toEqual(
      ["warning", "danger", "accent"],
    );
    expect([endTone({ code: "all_passing" }), endTone({ code: "paused" }), endTone({ code: "crashed" })]).toEqual([
      "success",
      "warning",
      "danger",
    ]);
  });
});
