import { type RawSearch, defined, textOf } from "@/ui/search.ts";

/** The step of the wizard, so that Back goes one step back. */
export type NewProjectSearch = { step?: string };

export function newProjectSearch(raw: RawSearch): NewProjectSearch {
  return defined({ step: textOf(raw, "step") });
}

/** What the list of projects is searched for, and its order. */
export type HomeSearch = { q?: string; sort?: string };

export function homeSearch(raw: RawSearch): HomeSearch {
  return defined({ q: textOf(raw, "q"), sort: textOf(raw, "sort") });
}
