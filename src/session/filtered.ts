import type { FilteredEntry, FilteredTranscript, TranscriptSpot } from "@/api/bindings.ts";
import { type Failure, toFailure } from "@/api/failure.ts";
import { type Neighbours, Pairs } from "./arrange.ts";
import type { Group, ToolCall, ToolResult } from "./entry.ts";
import { Outline } from "./outline.ts";
import { PAGE_ROWS, Pages } from "./pages.ts";

/** Which rows of a run are shown: of any of these sorts, calls of this tool, calls that name this file. */
export type Filter = { groups: ReadonlySet<Group>; tool: string | null; file: string | null };

export type AskFiltered = (asked: {
  from?: number;
  near?: TranscriptSpot;
  limit: number;
}) => Promise<FilteredTranscript>;

/** What is known of the rows found. Another object whenever anything of it changed. */
export type FilteredSnapshot = {
  /** Rows found; none until the host has answered. */
  total: number | null;
  /** Rows that the host has looked at, out of all there are. */
  sorted: number;
  rows: number;
  failure: Failure | null;
};

/** Windows that are asked for at once; what is scrolled past meanwhile is not asked for at all. */
const MOST_IN_FLIGHT = 3;
/** Rows around the end that are asked for when it is followed: a page and what may have come in since. */
const TAIL_ROWS = 2 * PAGE_ROWS;
/** The rows found stand in one line, whatever sessions they are of. */
const LINE = "";

export function isFiltering({ groups, tool, file }: Filter): boolean {
  return groups.size > 0 || tool !== null || file !== null;
}

/**
 * The rows of a run that a filter finds, counted by the host and fetched where they are looked at.
 *
 * Rows are known by their place among those found, which never changes: a run only grows at its end.
 */
export class FilteredSource implements Neighbours {
  readonly #ask: AskFiltered;
  readonly #pages = new Pages<FilteredEntry>();
  readonly #pairs = new Pairs();
  readonly #listeners = new Set<() => void>();
  readonly #inFlight = new Set<number>();
  #snapshot: FilteredSnapshot = { total: null, sorted: 0, rows: 0, failure: null };
  #wanted = { first: 0, last: -1 };
  #end: TranscriptSpot | null = null;
  #isFollowed = false;
  #isLooking = false;
  #isLate = false;
  /** Whether more comes in at once than one answer holds. */
  #isFlood = false;

  constructor(ask: AskFiltered) {
    this.#ask = ask;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): FilteredSnapshot => this.#snapshot;

  readonly at = (place: number): FilteredEntry | undefined => this.#pages.at({ session: LINE, ordinal: place });

  /** Rows found stand alone: what is beside them in the run says nothing about them. */
  readonly rowAt = (): undefined => undefined;

  readonly callOf = (id: string): ToolCall | undefined => this.#pairs.callOf(id)?.call;

  readonly resultOf = (id: string): ToolResult | undefined => this.#pairs.resultOf(id);

  /** Whether the end is in sight: then new rows come together with the news of them. */
  follow(isFollowed: boolean): void {
    this.#isFollowed = isFollowed;
  }

  /** The run ends at this row now. */
  grew(end: TranscriptSpot): void {
    this.#end = end;
    void this.#look();
  }

  /** These places are in sight. */
  want(first: number, last: number): void {
    this.#wanted = { first, last };
    this.#load();
  }

  /** The place of a row, or of the first one found after it, with the rows around it. Never fails: a failure is told. */
  async reach(spot: TranscriptSpot, around: number): Promise<number | null> {
    try {
      const { index } = this.#learn(await this.#ask({ near: spot, limit: 0 }));
      await Promise.all(this.#missing(index - around, index + around).map(({ from }) => this.#take(from)));
      this.#publish({});
      return index;
    } catch (thrown) {
      this.#publish({ failure: toFailure(thrown) });
      return null;
    }
  }

  retry(): void {
    this.#publish({ failure: null });
    void this.#look();
    this.#load();
  }

  /** Asks how many rows are found until the host has looked at all there are. */
  async #look(): Promise<void> {
    this.#isLate = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#isLate) {
        this.#isLate = false;
        const { total } = this.#snapshot;
        const answer = await this.#ask(this.#tail(total));
        this.#isLate ||= answer.sorted < answer.rows;
        this.#isFlood = answer.total - (total ?? 0) > TAIL_ROWS;
        this.#learn(answer);
      }
    } catch (thrown) {
      this.#publish({ failure: toFailure(thrown) });
    } finally {
      this.#isLooking = false;
    }
    this.#load();
  }

  /** What to ask for to know how many rows there are, and to have the last ones when they are to be seen at once. */
  #tail(total: number | null): Parameters<AskFiltered>[0] {
    if (!this.#isFollowed || !this.#end) return { limit: 0 };
    if (total === null || this.#isFlood) return { near: this.#end, limit: TAIL_ROWS };
    return { from: total, limit: TAIL_ROWS };
  }

  #load(): void {
    if (this.#snapshot.failure) return;
    for (const { from } of this.#missing(this.#wanted.first, this.#wanted.last)) {
      if (this.#inFlight.size >= MOST_IN_FLIGHT) return;
      if (this.#inFlight.has(from)) continue;
      this.#take(from).then(
        () => {
          this.#publish({});
          this.#load();
        },
        (thrown: unknown) => this.#publish({ failure: toFailure(thrown) }),
      );
    }
  }

  #missing(first: number, last: number) {
    return this.#pages.missing(Outline.of([{ session: LINE, rows: this.#snapshot.total ?? 0 }]), first, last);
  }

  async #take(from: number): Promise<void> {
    if (this.#inFlight.has(from)) return;
    this.#inFlight.add(from);
    try {
      const answer = this.#learn(await this.#ask({ from, limit: PAGE_ROWS - (from % PAGE_ROWS) }));
      // A host that has fewer rows than it told would be asked for ever.
      if (answer.entries.length === 0) throw new Error("The host sent none of the rows it told of.");
    } finally {
      this.#inFlight.delete(from);
    }
  }

  #learn(answer: FilteredTranscript): FilteredTranscript {
    for (const { session, entry } of [...answer.beside, ...answer.entries]) this.#pairs.note(session, [entry]);
    this.#pages.put(LINE, answer.from, answer.entries);
    const { total, sorted, rows } = this.#snapshot;
    // Answers may overtake each other, and rows never get fewer.
    const next = {
      total: Math.max(total ?? 0, answer.total),
      sorted: Math.max(sorted, answer.sorted),
      rows: Math.max(rows, answer.rows),
    };
    if (total !== next.total || sorted !== next.sorted || rows !== next.rows) this.#publish(next);
    return answer;
  }

  #publish(change: Partial<FilteredSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
