/** One session of a run, as far as its place in the run's transcript goes. */
export type Stretch = { session: string; rows: number };

/** A row by its session and its ordinal there (the first is 0). */
export type Spot = { session: string; ordinal: number };

/**
 * The rows of a run: those of its sessions one after the other, each with a global position from 0.
 *
 * Immutable. Looking up a position costs O(log sessions), growth of the newest session copies one array of numbers.
 */
export class Outline {
  readonly stretches: readonly Stretch[];
  readonly total: number;
  readonly #starts: Float64Array;
  readonly #index: ReadonlyMap<string, number>;

  private constructor(
    stretches: readonly Stretch[],
    starts: Float64Array,
    total: number,
    index: ReadonlyMap<string, number>,
  ) {
    this.stretches = stretches;
    this.#starts = starts;
    this.total = total;
    this.#index = index;
  }

  static of(stretches: readonly Stretch[]): Outline {
    const starts = new Float64Array(stretches.length);
    const index = new Map<string, number>();
    let total = 0;
    stretches.forEach(({ session, rows }, at) => {
      starts[at] = total;
      index.set(session, at);
      total += Math.max(0, rows);
    });
    return new Outline(stretches, starts, total, index);
  }

  /** The session and ordinal at a global position; nothing outside of the run. */
  locate(position: number): Spot | null {
    if (!Number.isInteger(position) || position < 0 || position >= this.total) return null;
    let low = 0;
    let high = this.stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    // Of sessions without rows that begin at the same place, the last one holds the row.
    const stretch = this.stretches[low];
    return stretch ? { session: stretch.session, ordinal: position - (this.#starts[low] ?? 0) } : null;
  }

  /** The global position of a row; nothing for a session of another run or a row that does not exist. */
  positionOf(spot: Spot): number | null {
    const at = this.#index.get(spot.session);
    const stretch = at === undefined ? undefined : this.stretches[at];
    if (at === undefined || !stretch || spot.ordinal < 0 || spot.ordinal >= stretch.rows) return null;
    return (this.#starts[at] ?? 0) + spot.ordinal;
  }

  /** Where a session begins; nothing for one that is not in this run. */
  startOf(session: string): number | null {
    const at = this.#index.get(session);
    return at === undefined ? null : (this.#starts[at] ?? 0);
  }

  rowsOf(session: string): number {
    const at = this.#index.get(session);
    return at === undefined ? 0 : (this.stretches[at]?.rows ?? 0);
  }

  /** The outline with a session grown to `rows`. The same outline for a session it does not know, or fewer rows than before. */
  grown(session: string, rows: number): Outline {
    const at = this.#index.get(session);
    const stretch = at === undefined ? undefined : this.stretches[at];
    if (at === undefined || !stretch || rows <= stretch.rows) return this;
    const more = rows - stretch.rows;
    const stretches = this.stretches.slice();
    stretches[at] = { session, rows };
    const starts = this.#starts.slice();
    for (let later = at + 1; later < starts.length; later += 1) starts[later] = (starts[later] ?? 0) + more;
    return new Outline(stretches, starts, this.total + more, this.#index);
  }
}
