import type { CheckpointCard } from "../bindings.ts";

/** Checkpoints as a project in the middle of its work has them. */
export function makeCheckpoints(now_ms: number): CheckpointCard[] {
  const kinds = ["before_session", "after_pass", "before_session", "manual", "after_pass", "before_session"] as const;
  return kinds.map((kind, at) => ({
    id: kinds.length - at,
    name:
      kind === "manual"
        ? "before the new payment form"
        : kind === "after_pass"
          ? `#${30 - at} passed`
          : `before session ${6 - at}`,
    kind,
    feature: kind === "after_pass" ? 30 - at : null,
    run: 1,
    is_pinned: kind === "manual",
    created_at_ms: now_ms - at * 1_500_000,
    branch: "main",
    head: "3f9c2ab41d07c9e51b6a8f7d0e2c4b6a8d0f1e23",
    files: 214 - at,
    cards_done: 33 - at,
    cards_total: 60,
    left_out: at === 1 ? [{ path: "data/sample.sqlite", why: "it is larger than 50 MiB" }] : [],
    remarks: [],
    is_undo: false,
  }));
}
