import { type RawSearch, defined, textOf } from "@/ui/search.ts";

/** The specification shown and its tab. */
export type SpecsSearch = { spec?: string; tab?: string };

export function specsSearch(raw: RawSearch): SpecsSearch {
  return defined({ spec: textOf(raw, "spec"), tab: textOf(raw, "tab") });
}
