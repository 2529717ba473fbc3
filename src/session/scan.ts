import type { Entry } from "./entry.ts";
import type { Outline } from "./outline.ts";

/** Rows that are looked through at once. */
const STRIDE = 1000;

/** Positions of the rows that are wanted, found so far, in order. */
export type Found = { positions: readonly number[]; looked: number };

export const NOTHING_FOUND: Found = { positions: [], looked: 0 };

type Fetch = (session: string, from: number, limit: number) => Promise<readonly Entry[]>;

/**
 * Looks through the rows of a run from where `found` ends, and tells what it found after each thousand.
 *
 * Keeps positions, never rows, so that a million rows can be looked through. Goes no further than it is asked to.
 */
export async function* scan(
  outline: () => Outline,
  isWanted: (entry: Entry) => boolean,
  fetch: Fetch,
  found: Found = NOTHING_FOUND,
): AsyncGenerator<Found> {
  let { looked } = found;
  const positions = [...found.positions];
  for (;;) {
    const now = outline();
    const spot = now.locate(looked);
    if (!spot) return;
    const limit = Math.min(STRIDE, now.rowsOf(spot.session) - spot.ordinal);
    const rows = await fetch(spot.session, spot.ordinal, limit);
    for (const row of rows) {
      const position = looked + row.ordinal - spot.ordinal;
      if (position < looked + limit && isWanted(row)) positions.push(position);
    }
    // Large rows come in smaller portions; a host that sends nothing would be asked for ever.
    looked += rows.length > 0 ? Math.min(rows.length, limit) : limit;
    yield { positions: positions.slice(), looked };
  }
}
