/** The part of the URL after `?`, before anything is known of it. */
export type RawSearch = Record<string, unknown>;

/** A text of the URL; none when it is absent or empty. */
export function textOf(raw: RawSearch, key: string): string | undefined {
  const value = raw[key];
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
}

/** A whole number of the URL that is not negative. */
export function numberOf(raw: RawSearch, key: string): number | undefined {
  const value = Number(raw[key]);
  return raw[key] !== undefined && raw[key] !== "" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** One of a few words of the URL. */
export function wordOf<Word extends string>(raw: RawSearch, key: string, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === raw[key]);
}

/** The keys that have a value, so that the URL shows no empty ones. */
export function defined<Search extends object>(
  search: Search,
): { [Key in keyof Search]?: Exclude<Search[Key], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as never;
}
