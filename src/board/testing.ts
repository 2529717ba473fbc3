import fc from "fast-check";
import type { FeatureCard, Kind, Status } from "@/api/bindings.ts";
import { PROGRESS_OF } from "@/api/fake/cards.ts";

/** A card with only what a test is about. */
export function card(change: Partial<FeatureCard> & { id: number }): FeatureCard {
  const status = change.status ?? "pending";
  return {
    kind: "feature",
    status,
    progress: PROGRESS_OF[status],
    name: `Card ${change.id}`,
    category: "api",
    layer: 4,
    priority: change.id,
    is_pinned: false,
    source_spec: "main",
    parent: null,
    dependencies: [],
    blocked_by: [],
    attempts: 0,
    note: null,
    evidence: null,
    cost_usd: 0,
    session: null,
    open_request: null,
    updated_at_ms: change.id,
    ...change,
  };
}

const STATUSES: Readonly<Record<"bug" | "other", readonly Status[]>> = {
  bug: ["open", "analyzing", "fixing", "resolved", "needs_input", "blocked"],
  other: ["pending", "in_progress", "passing", "failing", "needs_input", "blocked"],
};

/** Any board that a host could send, up to forty cards. */
export const anyCards: fc.Arbitrary<FeatureCard[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Kind>("feature", "bug", "fix", "redesign"),
      status: fc.nat(5),
      layer: fc.nat(8),
      category: fc.constantFrom("api", "forms", "setup"),
      is_pinned: fc.boolean(),
      isHeld: fc.boolean(),
      parent: fc.nat(39),
    }),
    { maxLength: 40 },
  )
  .map((plans) =>
    plans.map(({ kind, status: at, isHeld, parent, ...rest }, index) => {
      const status = STATUSES[kind === "bug" ? "bug" : "other"][at] ?? "pending";
      const session = isHeld && PROGRESS_OF[status] === "in_progress" ? "session" : null;
      return card({ id: index + 1, kind, status, session, parent: kind === "fix" ? parent + 1 : null, ...rest });
    }),
  );
