import { type RawSearch, defined, textOf } from "@/ui/search.ts";

/** The tab in which a specification is talked through. It belongs to the project, not to one specification. */
export const TALK = "talk";

/** The specification shown and its tab. */
export type SpecsSearch = { spec?: string; tab?: string };

export function specsSearch(raw: RawSearch): SpecsSearch {
  return defined({ spec: textOf(raw, "spec"), tab: textOf(raw, "tab") });
}
