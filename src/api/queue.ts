import type { FeatureCard } from "./bindings.ts";

/** Bugs, then what mends something, then what is to be built. As in `harness_domain::schedule`, whose order this is. */
export function turnOf(card: FeatureCard): 0 | 1 | 2 {
  if (card.kind === "bug") return 0;
  return card.kind === "fix" || card.status === "failing" ? 1 : 2;
}

/** Cards of one lane differ in priority alone. Pinned cards have lanes of their own; mending knows no layers. */
export function laneOf(card: FeatureCard): number {
  const turn = turnOf(card);
  return (card.is_pinned ? 0 : 100) + turn * 10 + (turn === 2 ? card.layer : 0);
}

/** The order of the queue, the first card to work on first. */
export function compareInQueue(a: FeatureCard, b: FeatureCard): number {
  return laneOf(a) - laneOf(b) || a.priority - b.priority || a.id - b.id;
}

/** `cards` with those of `wanted` as they are now: `fresh` where they exist, gone where they do not. Keeps queue order. */
export function mergeCards(
  cards: readonly FeatureCard[],
  wanted: ReadonlySet<number>,
  fresh: readonly FeatureCard[],
): FeatureCard[] {
  const left = new Map(fresh.map((card) => [card.id, card]));
  let isSorted = true;
  const merged: FeatureCard[] = [];
  for (const card of cards) {
    if (!wanted.has(card.id)) {
      merged.push(card);
      continue;
    }
    const now = left.get(card.id);
    if (!now) continue;
    left.delete(card.id);
    merged.push(now);
    if (compareInQueue(card, now) !== 0) isSorted = false;
  }
  for (const card of left.values()) {
    merged.push(card);
    isSorted = false;
  }
  return isSorted ? merged : merged.sort(compareInQueue);
}
