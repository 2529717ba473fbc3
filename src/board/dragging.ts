import {
  type ClientRect,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
  closestCenter,
  pointerWithin,
} from "@dnd-kit/core";
import type { Progress } from "@/api/bindings.ts";

/** Only columns are places to dnd-kit: ten thousand cards need no registering, and few of them exist at a time. */
export const collisionDetection: CollisionDetection = (args) =>
  args.pointerCoordinates ? pointerWithin(args) : closestCenter(args);

/** Where something is from top to bottom, in pixels of the window. */
export type Span = { id: number; top: number; bottom: number };

/** Beside which of the cards, from top to bottom, something at `y` comes to stand; none when there are no cards. */
export function besideAt(cards: readonly Span[], y: number): { id: number; side: "before" | "after" } | null {
  const below = cards.find(({ top, bottom }) => y < (top + bottom) / 2);
  if (below) return { id: below.id, side: "before" };
  const last = cards.at(-1);
  return last ? { id: last.id, side: "after" } : null;
}

/** The cards of a column that are drawn, from top to bottom. */
export function spansOf(within: Element, column: Progress): Span[] {
  const cards = [...within.querySelectorAll<HTMLElement>(`[data-column="${column}"] [data-card]`)];
  const spans = cards.map((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return { id: Number(card.dataset.card), top, bottom };
  });
  return spans.sort((a, b) => a.top - b.top);
}

const DIRECTIONS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
};

/** How far below a column's top an empty column is aimed at, in pixels. */
const BELOW_TOP_PX = 60;

type Middle = { x: number; y: number };

/** The middle of the nearest place in a direction; a step aside costs more than a step ahead. */
export function nextPlace(places: readonly Middle[], from: Middle, direction: Middle): Middle | null {
  let best: { cost: number; place: Middle } | null = null;
  for (const place of places) {
    const ahead = (place.x - from.x) * direction.x + (place.y - from.y) * direction.y;
    if (ahead < 8) continue;
    const aside = Math.abs((place.x - from.x) * direction.y) + Math.abs((place.y - from.y) * direction.x);
    const cost = ahead + aside * 3;
    if (!best || cost < best.cost) best = { cost, place };
  }
  return best?.place ?? null;
}

function middlesOf(elements: Iterable<HTMLElement>, middleOf: (box: DOMRect) => number): Middle[] {
  return [...elements].map((element) => {
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: middleOf(box) };
  });
}

/** Moves a card that is carried by keys to the next card or column in the direction of the arrow. */
export const keyboardCoordinates: KeyboardCoordinateGetter = (event, { context }) => {
  const direction = DIRECTIONS[event.code];
  const from: ClientRect | null = context.collisionRect;
  if (!direction || !from) return undefined;
  event.preventDefault();
  const places = [
    ...middlesOf(
      document.querySelectorAll<HTMLElement>("[data-column] [data-card]"),
      (box) => box.top + box.height / 2,
    ),
    ...middlesOf(document.querySelectorAll<HTMLElement>("[data-column]"), (box) => box.top + BELOW_TOP_PX),
  ];
  const place = nextPlace(places, { x: from.left + from.width / 2, y: from.top + from.height / 2 }, direction);
  return place ? { x: place.x - from.width / 2, y: place.y - from.height / 2 } : undefined;
};
