import type { FeatureCard, Progress } from "@/api/bindings.ts";
import { COLUMNS, type BoardSearch } from "./search.ts";

export type Filter = Pick<BoardSearch, "q" | "category" | "spec" | "kind" | "state">;

/** A card in its place: a fix stands under its bug when both are in the same column. */
export type Row = { card: FeatureCard; isUnder: boolean };
export type Column = { progress: Progress; rows: readonly Row[] };

export type Choices = { categories: readonly string[]; specs: readonly string[] };

/** Lower-case words of a card, made once for each version of it: a filter is typed letter by letter. */
const words = new WeakMap<FeatureCard, string>();

function wordsOf(card: FeatureCard): string {
  let known = words.get(card);
  if (known === undefined) {
    known = `#${card.id} ${card.name} ${card.category} ${card.note ?? ""}`.toLowerCase();
    words.set(card, known);
  }
  return known;
}

export function isFiltered(filter: Filter): boolean {
  return Boolean(filter.q || filter.category || filter.spec || filter.kind || filter.state);
}

/** Whether the card is among those asked for. Every word of the text must be found; `#12` is that card alone. */
export function matches(card: FeatureCard, filter: Filter, sought: readonly string[]): boolean {
  if (filter.category && card.category !== filter.category) return false;
  if (filter.spec && card.source_spec !== filter.spec) return false;
  if (filter.kind && card.kind !== filter.kind) return false;
  if (filter.state && card.progress !== filter.state) return false;
  const number = sought.length === 1 ? /^#(\d+)$/.exec(sought[0] ?? "")?.[1] : undefined;
  if (number !== undefined) return card.id === Number(number);
  return sought.every((word) => wordsOf(card).includes(word));
}

export function filterCards(cards: readonly FeatureCard[], filter: Filter): readonly FeatureCard[] {
  if (!isFiltered(filter)) return cards;
  const sought = (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter((card) => matches(card, filter, sought));
}

/** The columns of a board. `cards` come in queue order and keep it; what is done stands newest first. */
export function columnsOf(cards: readonly FeatureCard[]): readonly Column[] {
  const piles = new Map<Progress, FeatureCard[]>(COLUMNS.map((progress) => [progress, []]));
  for (const card of cards) piles.get(card.progress)?.push(card);
  piles.get("passing")?.sort((a, b) => b.updated_at_ms - a.updated_at_ms || b.id - a.id);
  // What somebody works on right now stands first; the others in this column only have work under way.
  piles.get("in_progress")?.sort((a, b) => Number(b.session !== null) - Number(a.session !== null));
  return COLUMNS.map((progress) => ({ progress, rows: nest(piles.get(progress) ?? []) }));
}

/** Puts fixes right under their bug, where the bug is in the same column; the others stay where they are. */
function nest(cards: readonly FeatureCard[]): Row[] {
  if (!cards.some(({ kind }) => kind === "fix")) return cards.map((card) => ({ card, isUnder: false }));
  const here = new Set<number>();
  for (const card of cards) if (card.kind !== "fix") here.add(card.id);
  const under = new Map<number, FeatureCard[]>();
  for (const card of cards) {
    if (card.kind !== "fix" || card.parent === null || !here.has(card.parent)) continue;
    const fixes = under.get(card.parent);
    if (fixes) fixes.push(card);
    else under.set(card.parent, [card]);
  }
  const rows: Row[] = [];
  for (const card of cards) {
    if (card.kind === "fix" && card.parent !== null && here.has(card.parent)) continue;
    rows.push({ card, isUnder: false });
    for (const fix of under.get(card.id) ?? []) rows.push({ card: fix, isUnder: true });
  }
  return rows;
}

/** What there is to choose from in the filter, in the order of the alphabet. */
export function choicesOf(cards: readonly FeatureCard[]): Choices {
  const categories = new Set<string>();
  const specs = new Set<string>();
  for (const card of cards) {
    categories.add(card.category);
    specs.add(card.source_spec);
  }
  return { categories: [...categories].sort(), specs: [...specs].sort() };
}
