import type { Column } from "./model.ts";

/** Where an arrow key leads from the card the keyboard is on; none where there is nothing. */
export function stepFrom(columns: readonly Column[], focused: number | null, key: string): number | null {
  const at = placeOf(columns, focused);
  if (!at) return columns.find(({ rows }) => rows.length > 0)?.rows[0]?.card.id ?? null;
  const rows = columns[at.column]?.rows ?? [];
  if (key === "ArrowUp") return rows[at.row - 1]?.card.id ?? null;
  if (key === "ArrowDown") return rows[at.row + 1]?.card.id ?? null;
  if (key === "Home") return rows[0]?.card.id ?? null;
  if (key === "End") return rows.at(-1)?.card.id ?? null;
  const step = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
  if (step === 0) return null;
  for (let next = at.column + step; next >= 0 && next < columns.length; next += step) {
    const beside = columns[next]?.rows ?? [];
    if (beside.length > 0) return beside[Math.min(at.row, beside.length - 1)]?.card.id ?? null;
  }
  return null;
}

function placeOf(columns: readonly Column[], focused: number | null): { column: number; row: number } | null {
  if (focused === null) return null;
  for (const [column, { rows }] of columns.entries()) {
    const row = rows.findIndex(({ card }) => card.id === focused);
    if (row >= 0) return { column, row };
  }
  return null;
}

export const STEP_KEYS: ReadonlySet<string> = new Set([
  "ArrowUp",
  "ArrowDown",
  "ArrowLeft",
  "ArrowRight",
  "Home",
  "End",
]);
