import { type RawSearch, defined, textOf } from "@/ui/search.ts";

/** The section of a settings page that is shown. */
export type SettingsSearch = { section?: string };

export function settingsSearch(raw: RawSearch): SettingsSearch {
  return defined({ section: textOf(raw, "section") });
}
