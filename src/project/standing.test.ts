import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProjectSummary } from "@/api/bindings.ts";
import { SORTS, percentDone, shown, standingOf, toneOf } from "./standing.ts";

const project = (over: Partial<ProjectSummary> = {}): ProjectSummary => ({
  id: 1,
  name: "shop",
  path: "/home/me/shop",
  is_missing: false,
  problem: null,
  counts: { done: 3, total: 10, needs_you: 0, blocked: 0 },
  run: null,
  open_requests: 0,
  has_spec: true,
  is_rehearsal: false,
  opened_at_ms: 0,
  ...over,
});
const counts = (done: number, total: number, needs_you = 0, blocked = 0) => ({ done, total, needs_you, blocked });
const run: ProjectSummary["run"] = {
  run: 4,
  mode: "auto",
  state: "coding",
  words: "Building the basket.",
  is_here: true,
  is_rehearsal: false,
  started_at_ms: 50,
  cost_usd: 1.2,
};

describe("standing", () => {
  it.each([
    ["its directory is gone", project({ is_missing: true, open_requests: 2 }), "missing"],
    ["its records cannot be read", project({ problem: "the database is damaged" }), "unreadable"],
    ["somebody is asked, even while it works", project({ open_requests: 1, run }), "needs_you"],
    ["a card waits for a person", project({ counts: counts(1, 5, 1) }), "needs_you"],
    ["it works here", project({ run }), "working"],
    ["it works in another process", project({ run: { ...run, is_here: false } }), "working_elsewhere"],
    ["everything passes", project({ counts: counts(5, 5) }), "done"],
    ["the rest is parked", project({ counts: counts(4, 5, 0, 1) }), "blocked"],
    ["one is parked and others can go on", project({ counts: counts(3, 5, 0, 1) }), "paused"],
    ["nothing is written yet", project({ counts: counts(0, 0), has_spec: false }), "no_spec"],
    ["it has not begun", project({ counts: counts(0, 0) }), "not_started"],
  ])("when %s", (_, summary, expected) => {
    expect(standingOf(summary)).toBe(expected);
  });

  it("says 100 percent only when nothing is left", () => {
    expect(percentDone(counts(9_999, 10_000))).toBe(99);
    expect(percentDone(counts(10_000, 10_000))).toBe(100);
    expect(percentDone(counts(0, 0)), "nothing is nothing done").toBe(0);
  });

  it("shows first what wants a person", () => {
    const list = [
      project({ id: 1, name: "done", counts: counts(5, 5), opened_at_ms: 9 }),
      project({ id: 2, name: "live", run }),
      project({ id: 3, name: "asked", open_requests: 1 }),
    ];
    expect(shown(list, "", "attention").map((each) => each.name)).toEqual(["asked", "live", "done"]);
    expect(toneOf("needs_you")).toBe("alert");
  });

  it("finds by every word, in names and paths, without regard to case and accents", () => {
    const list = [
      project({ id: 1, name: "Café Kasse", path: "/w/pos" }),
      project({ id: 2, name: "other", path: "/w/x" }),
    ];
    expect(shown(list, "kasse CAFE", "name").map((each) => each.id)).toEqual([1]);
    expect(shown(list, "/w/x", "name").map((each) => each.id)).toEqual([2]);
    expect(shown(list, "kasse nothing", "name")).toEqual([]);
  });

  it("orders every list the same way whatever order it came in, and loses none", () => {
    const summary = fc.record({
      id: fc.nat(),
      name: fc.constantFrom("a", "b", "10", "9"),
      done: fc.nat(5),
      opened: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.uniqueArray(summary, { selector: (each) => each.id }), fc.constantFrom(...SORTS), (list, sort) => {
        const projects = list.map((each) =>
          project({ id: each.id, name: each.name, counts: counts(each.done, 5), opened_at_ms: each.opened }),
        );
        const forwards = shown(projects, "", sort).map((each) => each.id);
        const backwards = shown([...projects].reverse(), "", sort).map((each) => each.id);
        expect(forwards).toEqual(backwards);
        expect(forwards).toHaveLength(projects.length);
      }),
    );
  });
});
