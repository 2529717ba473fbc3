import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SpecCoverage } from "@/api/bindings.ts";
import { REACHES, bySpec, reachOf } from "./coverage.ts";

const part = (over: Partial<SpecCoverage> = {}): SpecCoverage => ({
  spec: "main",
  section: "core_features",
  text: "Add to the basket",
  features: [],
  is_covered: false,
  is_done: false,
  ...over,
});
const card = (is_proven: boolean | null) => ({ id: 1, name: "Basket", status: "passing" as const, is_proven });

describe("coverage", () => {
  it("says how far a part is, and proven only when every card has proof", () => {
    expect(reachOf(part())).toBe("uncovered");
    expect(reachOf(part({ is_covered: true, features: [card(null)] }))).toBe("planned");
    expect(reachOf(part({ is_covered: true, is_done: true, features: [card(true), card(null)] }))).toBe("done");
    expect(reachOf(part({ is_covered: true, is_done: true, features: [card(true), card(true)] }))).toBe("proven");
  });

  it("keeps every part once, in its specification and in its order", () => {
    const parts = fc.array(
      fc.record({
        spec: fc.constantFrom("main", "frontend"),
        section: fc.string(),
        is_covered: fc.boolean(),
        is_done: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(parts, (made) => {
        const coverage = made.map((each) => part(each));
        const specs = bySpec(coverage);
        for (const { spec, parts, tally } of specs) {
          expect(parts).toEqual(coverage.filter((each) => each.spec === spec));
          expect(REACHES.reduce((sum, reach) => sum + tally[reach], 0)).toBe(parts.length);
        }
        expect(specs.flatMap(({ parts }) => parts)).toHaveLength(coverage.length);
      }),
    );
  });
});
