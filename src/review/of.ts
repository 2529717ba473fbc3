import type { ChangesOf } from "@/api/bindings.ts";
import { text } from "./messages.ts";
import type { ReviewSearch } from "./search.ts";

/** Whose changes the URL asks for. */
export function ofSearch({ feature, session, checkpoint, commit }: ReviewSearch): ChangesOf {
  if (feature !== undefined) return { feature };
  if (session !== undefined) return { session };
  if (checkpoint !== undefined) return { since_checkpoint: checkpoint };
  if (commit !== undefined) return { commit };
  return "working";
}

/** The URL's part for these changes. */
export function searchOf(of: ChangesOf): ReviewSearch {
  if (of === "working") return {};
  if ("feature" in of) return { feature: of.feature };
  if ("session" in of) return { session: of.session };
  if ("since_checkpoint" in of) return { checkpoint: of.since_checkpoint };
  return { commit: of.commit };
}

/** Whose changes they are, in words. */
export function wordsOf(of: ChangesOf): string {
  if (of === "working") return text.working;
  if ("feature" in of) return text.ofFeature(of.feature);
  if ("session" in of) return text.ofSession(of.session);
  if ("since_checkpoint" in of) return text.ofCheckpoint(of.since_checkpoint);
  return text.ofCommit(of.commit);
}

/** A commit's id as people write it; other words as they are. */
export function shortCommit(words: string): string {
  return /^[0-9a-f]{40}$/.test(words) ? words.slice(0, 10) : words;
}
