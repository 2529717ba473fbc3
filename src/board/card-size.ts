import type { FeatureCard } from "@/api/bindings.ts";

/** How wide a letter of a card's title is on average, in pixels; a little more than it is, so that a guess errs upwards. */
const LETTER_PX = 6.6;
/** What of a card's width is not its title, in pixels. */
const EDGES_PX = 26;
const UNDER_PX = 14;

const PADDING_PX = 18;
const HEAD_PX = 18;
const LINE_PX = 20;
const FACTS_PX = 26;
const NOTE_PX = 40;
const LIVE_PX = 40;

/** Narrower cards than this leave out what is least needed, in pixels. */
const NARROW_PX = 230;

export type Drawing = { lines: 1 | 2; hasNote: boolean; isNarrow: boolean; height: number };

/** How a card of a column is drawn. Known without drawing it, so that ten thousand cards need no measuring. */
export function drawingOf(card: FeatureCard, width: number, isUnder: boolean): Drawing {
  const letters = (width - EDGES_PX - (isUnder ? UNDER_PX : 0)) / LETTER_PX;
  const lines = card.name.length > letters ? 2 : 1;
  const hasNote = card.note !== null && card.progress !== "passing";
  const height =
    PADDING_PX + HEAD_PX + lines * LINE_PX + FACTS_PX + (hasNote ? NOTE_PX : 0) + (card.session === null ? 0 : LIVE_PX);
  return { lines, hasNote, isNarrow: width < NARROW_PX, height };
}
