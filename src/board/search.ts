import type { Kind, Progress } from "@/api/bindings.ts";
import { type RawSearch, defined, numberOf, textOf, wordOf } from "@/ui/search.ts";

export const KINDS: readonly Kind[] = ["feature", "bug", "fix", "redesign"];
export const COLUMNS: readonly Progress[] = ["pending", "in_progress", "needs_input", "blocked", "passing"];

/** What the board shows. Everything in the URL, so that Back, a reload and a copied link lead to the same cards. */
export type BoardSearch = {
  q?: string;
  category?: string;
  spec?: string;
  kind?: Kind;
  state?: Progress;
  /** The card whose details are open at the side. */
  card?: number;
};

export function boardSearch(raw: RawSearch): BoardSearch {
  return defined({
    q: textOf(raw, "q"),
    category: textOf(raw, "category"),
    spec: textOf(raw, "spec"),
    kind: wordOf(raw, "kind", KINDS),
    state: wordOf(raw, "state", COLUMNS),
    card: numberOf(raw, "card"),
  });
}
