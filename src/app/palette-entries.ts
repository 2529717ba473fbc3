import type { FeatureCard, ProjectSummary } from "@/api/bindings.ts";
import { ACTIONS, ACTION_IDS, type ActionId } from "@/ui/actions.ts";

export type PaletteEntry =
  | { kind: "action"; id: ActionId; title: string }
  | { kind: "project"; id: number; title: string }
  | { kind: "card"; id: number; title: string };

/** Cards offered at once: a palette is for jumping, the board's filter is for looking through. */
const MOST_CARDS = 8;

function matches(words: readonly string[], title: string): boolean {
  const folded = title.toLowerCase();
  return words.every((word) => folded.includes(word));
}

type Known = { live: (id: ActionId) => boolean; projects: readonly ProjectSummary[]; cards: readonly FeatureCard[] };

/** What the palette offers for what was typed. A number is a card's number first of all. */
export function paletteEntries(typed: string, { live, projects, cards }: Known): PaletteEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const number = /^#?(\d+)$/.exec(typed.trim())?.[1];
  const found: PaletteEntry[] = [];
  if (number !== undefined) {
    const card = cards.find((one) => one.id === Number(number));
    if (card) found.push({ kind: "card", id: card.id, title: card.name });
  }
  for (const id of ACTION_IDS) {
    if (id !== "app.palette" && live(id) && matches(words, ACTIONS[id].title))
      found.push({ kind: "action", id, title: ACTIONS[id].title });
  }
  for (const project of projects) {
    if (matches(words, project.name)) found.push({ kind: "project", id: project.id, title: project.name });
  }
  if (words.length > 0 && number === undefined) {
    let left = MOST_CARDS;
    for (const card of cards) {
      if (left === 0) break;
      if (!matches(words, card.name)) continue;
      left -= 1;
      found.push({ kind: "card", id: card.id, title: card.name });
    }
  }
  return found;
}
