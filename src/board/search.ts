import type { Kind, Progress } from "@/api/bindings.ts";
import { type RawSearch, defined, numberOf, textOf, wordOf } from "@/ui/search.ts";

export const KINDS: readonly Kind[] = ["feature", "bug", "fix", "redesign"];
export const COLUMNS: readonly Progress[] = ["pending", "in_progress", "needs_input", "blocked", "passing"];

export type AddForm = "feature" | "bug" | "several";
export const ADD_FORMS: readonly AddForm[] = ["feature", "bug", "several"];

/** What the board shows. Everything in the URL, so that Back, a reload and a copied link lead to the same cards. */
export type BoardSearch = {
  q?: string;
  category?: string;
  spec?: string;
  kind?: Kind;
  state?: Progress;
  /** The form that is open for new cards. */
  add?: AddForm;
  /** The card whose form is open. */
  edit?: number;
};

export function boardSearch(raw: RawSearch): BoardSearch {
  return defined({
    q: textOf(raw, "q"),
    category: textOf(raw, "category"),
    spec: textOf(raw, "spec"),
    kind: wordOf(raw, "kind", KINDS),
    state: wordOf(raw, "state", COLUMNS),
    add: wordOf(raw, "add", ADD_FORMS),
    edit: numberOf(raw, "edit"),
  });
}
