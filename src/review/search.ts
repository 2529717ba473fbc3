import { type RawSearch, defined, numberOf, textOf } from "@/ui/search.ts";

/** Whose changes are shown, and which file. Without any of the first four: what is not committed yet. */
export type ReviewSearch = { feature?: number; session?: string; checkpoint?: number; commit?: string; file?: string };

export function reviewSearch(raw: RawSearch): ReviewSearch {
  return defined({
    feature: numberOf(raw, "feature"),
    session: textOf(raw, "session"),
    checkpoint: numberOf(raw, "checkpoint"),
    commit: textOf(raw, "commit"),
    file: textOf(raw, "file"),
  });
}

export type CheckpointsSearch = { checkpoint?: number };

export function checkpointsSearch(raw: RawSearch): CheckpointsSearch {
  return defined({ checkpoint: numberOf(raw, "checkpoint") });
}
