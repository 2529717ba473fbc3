import {
  type ClientRect,
  type Collision,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
  type Over,
  closestCenter,
  pointerWithin,
} from "@dnd-kit/core";
import type { FeatureCard, Progress } from "@/api/bindings.ts";
import type { Target } from "./moves.ts";

type Dropped = { card?: FeatureCard; column?: Progress };

/** Under the pointer a card goes before its column; without a pointer, the nearest place counts. */
export const collisionDetection: CollisionDetection = (args) => {
  const under = args.pointerCoordinates ? pointerWithin(args) : closestCenter(args);
  const isCard = ({ id }: Collision) => String(id).startsWith("card-");
  return [...under.filter(isCard), ...under.filter((one) => !isCard(one))];
};

/** Where a card is carried over: beside the card there, above or below its middle, or on the column. */
export function targetOf(over: Over | null, carried: ClientRect | null): Target | null {
  const dropped = over?.data.current as Dropped | undefined;
  if (!over || !dropped) return null;
  if (dropped.column) return { column: dropped.column };
  if (!dropped.card) return null;
  const middle = over.rect.top + over.rect.height / 2;
  const isAbove = carried !== null && carried.top + carried.height / 2 < middle;
  return { beside: dropped.card, side: isAbove ? "before" : "after" };
}

const DIRECTIONS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
};

/** The middle of the nearest place in the direction of the arrow key; a step aside costs more than a step ahead. */
export const keyboardCoordinates: KeyboardCoordinateGetter = (event, { context }) => {
  const direction = DIRECTIONS[event.code];
  const from = context.collisionRect;
  if (!direction || !from) return undefined;
  event.preventDefault();
  const middle = { x: from.left + from.width / 2, y: from.top + from.height / 2 };
  let best: { cost: number; rect: ClientRect } | null = null;
  for (const [id, rect] of context.droppableRects) {
    const isColumn = String(id).startsWith("column-");
    const at = { x: rect.left + rect.width / 2, y: isColumn ? rect.top + 60 : rect.top + rect.height / 2 };
    const ahead = (at.x - middle.x) * direction.x + (at.y - middle.y) * direction.y;
    if (ahead < 8) continue;
    const aside = Math.abs((at.x - middle.x) * direction.y) + Math.abs((at.y - middle.y) * direction.x);
    const cost = ahead + aside * 3;
    if (!best || cost < best.cost) best = { cost, rect };
  }
  if (!best) return undefined;
  const { rect } = best;
  return {
    x: rect.left + rect.width / 2 - from.width / 2,
    y: rect.top + Math.min(rect.height, 120) / 2 - from.height / 2,
  };
};
