import { type RawSearch, defined, textOf } from "@/ui/search.ts";

/** The step of the wizard, so that Back goes one step back. */
export type NewProjectSearch = { step?: string };

export function newProjectSearch(raw: RawSearch): NewProjectSearch {
  return defined({ step: textOf(raw, "step") });
}
