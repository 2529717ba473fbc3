import type { FeatureCard, Progress } from "@/api/bindings.ts";
import { laneOf, turnOf } from "@/api/queue.ts";
import { layerName, text } from "./messages.ts";

/** Where a card is dropped: on a column as a whole, or beside another card. */
export type Target = { column: Progress } | { beside: FeatureCard; side: "before" | "after" };

/** What dropping it there does. */
export type Verdict =
  | { kind: "move"; before: number | null; after: number | null }
  | { kind: "retry" }
  | { kind: "reopen" }
  | { kind: "stay" }
  | { kind: "refused"; why: string };

const refused = (why: string): Verdict => ({ kind: "refused", why });

/** Whether a session holds the card, so that nobody else may change where it stands. */
export function isHeld(card: FeatureCard): boolean {
  return card.session !== null;
}

/** Why the card cannot be given another try; none when it can. */
export function whyNotRetry(card: FeatureCard): string | null {
  if (isHeld(card)) return text.refusals.atWork;
  const mayRetry = card.status === "blocked" || card.status === "needs_input" || card.status === "failing";
  return mayRetry ? null : card.progress === "passing" ? text.refusals.done : text.refusals.notWaiting;
}

/** Why the card cannot be reopened; none when it can. */
export function whyNotReopen(card: FeatureCard): string | null {
  return card.progress === "passing" ? null : text.refusals.notDone;
}

/** Why the card cannot be deleted now; none when it can. */
export function whyNotRemove(card: FeatureCard): string | null {
  return isHeld(card) ? text.refusals.atWork : null;
}

/** Why the two cannot stand beside each other in this order; none when they can. */
function whyNotBeside(card: FeatureCard, other: FeatureCard): string | null {
  if (laneOf(card) === laneOf(other)) return null;
  if (card.is_pinned !== other.is_pinned) return text.refusals.pinnedFirst;
  if (turnOf(card) !== turnOf(other)) return text.refusals.bugsFirst;
  return text.refusals.otherLayer(layerName(card.layer), layerName(other.layer));
}

/** What happens when a person drops `card` at `target`. The host decides in the end; this only spares vain tries. */
export function verdictOf(card: FeatureCard, target: Target): Verdict {
  const to = "column" in target ? target.column : target.beside.progress;
  if (isHeld(card)) return to === card.progress ? { kind: "stay" } : refused(text.refusals.atWork);
  if (to !== card.progress) return verdictAcross(card, to);
  if ("column" in target || target.beside.id === card.id) return { kind: "stay" };
  if (to !== "pending") return refused(text.refusals.notOpen);
  const why = whyNotBeside(card, target.beside);
  if (why) return refused(why);
  const { id } = target.beside;
  return { kind: "move", before: target.side === "before" ? id : null, after: target.side === "after" ? id : null };
}

function verdictAcross(card: FeatureCard, to: Progress): Verdict {
  if (to === "in_progress") return refused(text.refusals.toInProgress);
  if (to === "passing") return refused(text.refusals.toDone);
  if (to === "needs_input") return refused(text.refusals.toNeedsYou);
  if (to === "blocked") return refused(text.refusals.toBlocked);
  if (card.progress === "passing") return { kind: "reopen" };
  const why = whyNotRetry(card);
  return why ? refused(why) : { kind: "retry" };
}

/** The neighbours of a card among the waiting cards of its lane, in queue order. */
export type Neighbours = { first: number | null; previous: number | null; next: number | null; last: number | null };

export function neighboursOf(card: FeatureCard, cards: readonly FeatureCard[]): Neighbours {
  const lane = laneOf(card);
  const found: Neighbours = { first: null, previous: null, next: null, last: null };
  let isPast = false;
  for (const one of cards) {
    if (one.progress !== "pending" || laneOf(one) !== lane) continue;
    if (one.id === card.id) {
      isPast = true;
      continue;
    }
    found.first ??= one.id;
    found.last = one.id;
    if (!isPast) found.previous = one.id;
    else found.next ??= one.id;
  }
  return found;
}
