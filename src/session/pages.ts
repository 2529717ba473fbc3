import type { Outline, Spot } from "./outline.ts";

/** Rows that are fetched together. */
export const PAGE_ROWS = 100;
/** Pages that are kept: enough to scroll back and forth, little enough that a long run does not fill the memory. */
const KEPT_PAGES = 80;

/** A stretch of rows to fetch. `from` is an ordinal; the first is 0. */
export type Window = { session: string; from: number; limit: number };

type Page<Row> = { rows: Row[] };

/**
 * The part of a transcript that is at hand, in pages of a session; the pages used longest ago go first.
 *
 * Rows of a page are always a beginning of it: transcripts only grow, so a page that was not full yet is completed.
 */
export class Pages<Row> {
  readonly #kept: number;
  /** A map keeps the order of insertion: the first key was used longest ago. */
  readonly #pages = new Map<string, Page<Row>>();

  constructor(kept = KEPT_PAGES) {
    this.#kept = kept;
  }

  get size(): number {
    return this.#pages.size;
  }

  at(spot: Spot): Row | undefined {
    const page = this.#pages.get(key(spot.session, pageOf(spot.ordinal)));
    return page?.rows[spot.ordinal % PAGE_ROWS];
  }

  /**
   * Takes in fetched rows that begin at `from`. Returns whether anything was new.
   *
   * Rows that would leave a hole in a page are left out: they are fetched again when they are looked at.
   */
  put(session: string, from: number, rows: readonly Row[]): boolean {
    let isNew = false;
    for (let taken = 0; taken < rows.length;) {
      const ordinal = from + taken;
      const index = ordinal % PAGE_ROWS;
      const part = rows.slice(taken, taken + PAGE_ROWS - index);
      taken += part.length;
      const name = key(session, pageOf(ordinal));
      const page = this.#pages.get(name) ?? { rows: [] };
      if (page.rows.length < index) continue;
      const added = part.slice(page.rows.length - index);
      if (added.length > 0) {
        page.rows = page.rows.concat(added);
        isNew = true;
      }
      this.#touch(name, page);
    }
    this.#evict();
    return isNew;
  }

  /** What is missing to show the positions from `first` to `last`, nearest the end first, in windows of at most a page. */
  missing(outline: Outline, first: number, last: number): Window[] {
    const windows: Window[] = [];
    let position = Math.max(0, first);
    const end = Math.min(last, outline.total - 1);
    while (position <= end) {
      const spot = outline.locate(position);
      if (!spot) break;
      const page = pageOf(spot.ordinal);
      const pageStart = page * PAGE_ROWS;
      const pageEnd = Math.min(pageStart + PAGE_ROWS, outline.rowsOf(spot.session)) - 1;
      const name = key(spot.session, page);
      const known = this.#pages.get(name);
      const have = known?.rows.length ?? 0;
      const lastWanted = Math.min(pageEnd, spot.ordinal + (end - position));
      if (pageStart + have - 1 < lastWanted) {
        windows.push({ session: spot.session, from: pageStart + have, limit: pageEnd - pageStart - have + 1 });
      } else if (known) {
        this.#touch(name, known);
      }
      position += pageEnd - spot.ordinal + 1;
    }
    return windows.reverse();
  }

  #touch(name: string, page: Page<Row>): void {
    this.#pages.delete(name);
    this.#pages.set(name, page);
  }

  #evict(): void {
    for (const name of this.#pages.keys()) {
      if (this.#pages.size <= this.#kept) return;
      this.#pages.delete(name);
    }
  }
}

function pageOf(ordinal: number): number {
  return Math.floor(ordinal / PAGE_ROWS);
}

function key(session: string, page: number): string {
  return `${page}:${session}`;
}
