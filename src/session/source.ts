import { toFailure, type Failure } from "@/api/failure.ts";
import { type Neighbours, Pairs } from "./arrange.ts";
import type { Entry, ToolCall } from "./entry.ts";
import { Outline, type Stretch } from "./outline.ts";
import { Pages, type Window } from "./pages.ts";

export type FetchWindow = (session: string, from: number, limit: number) => Promise<readonly Entry[]>;

/** Windows that are asked for at once; what is scrolled past meanwhile is not asked for at all. */
const MOST_IN_FLIGHT = 3;
/** How long news of growth gathers, in milliseconds; longer when so much comes in that nobody can read it anyway. */
const GATHER_MS = 100;
const FLOOD_GATHER_MS = 250;
/** Rows in one gathering from which on it is a flood. */
const FLOOD_ROWS = 20;
/** Rows at the end that are fetched before a grown transcript is shown to someone who follows it. */
const TAIL_ROWS = 40;

/** What is known of a run's transcript. Another object whenever anything of it changed. */
export type Snapshot = { outline: Outline; failure: Failure | null };

/**
 * The transcript of one run, fetched where it is looked at.
 *
 * Costs as much as what is in sight, however long the run is and however fast it grows.
 */
export class TranscriptSource implements Neighbours {
  readonly #fetch: FetchWindow;
  readonly #pages = new Pages<Entry>();
  readonly #pairs = new Pairs();
  readonly #listeners = new Set<() => void>();
  readonly #inFlight = new Set<string>();
  readonly #grown = new Map<string, number>();
  #snapshot: Snapshot = { outline: Outline.of([]), failure: null };
  #wanted = { first: 0, last: -1 };
  #isGathering = false;
  #isFlood = false;
  #isFollowed = false;

  constructor(fetch: FetchWindow) {
    this.#fetch = fetch;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  readonly rowAt = (position: number): Entry | undefined => {
    const spot = this.#snapshot.outline.locate(position);
    return spot ? this.#pages.at(spot) : undefined;
  };

  readonly callOf = (id: string): ToolCall | undefined => {
    const found = this.#pairs.callOf(id);
    // A call that has been let go of cannot show its answer.
    return found && this.#pages.at(found) ? found.call : undefined;
  };

  /** Where the call with this id stands in the run. */
  callPosition(id: string): number | null {
    const found = this.#pairs.callOf(id);
    return found ? this.#snapshot.outline.positionOf(found) : null;
  }

  readonly resultOf = (id: string) => this.#pairs.resultOf(id);

  setOutline(stretches: readonly Stretch[]): void {
    // An outline that was asked for before news of growth came may be older than the news.
    const known = this.#snapshot.outline;
    const merged = stretches.map(({ session, rows }) => ({ session, rows: Math.max(rows, known.rowsOf(session)) }));
    this.#publish({ outline: Outline.of(merged) });
    this.#load();
  }

  /** A session has `rows` rows now. */
  grew(session: string, rows: number): void {
    this.#grown.set(session, rows);
    if (!this.#isGathering) this.#gather();
  }

  /** Whether the end is in sight: then new rows are shown as soon as they are there, and not before. */
  follow(isFollowed: boolean): void {
    this.#isFollowed = isFollowed;
  }

  /** These positions are in sight. */
  want(first: number, last: number): void {
    this.#wanted = { first, last };
    this.#load();
  }

  /** Fetches these positions before they are looked at. Never fails: what cannot be had is told as a failure. */
  async bring(first: number, last: number): Promise<void> {
    const windows = this.#pages.missing(this.#snapshot.outline, first, last);
    const isNew = await Promise.all(windows.map((window) => this.#take(window)));
    if (isNew.includes(true)) this.#publish({});
  }

  retry(): void {
    this.#publish({ failure: null });
    this.#load();
  }

  #gather(): void {
    this.#isGathering = true;
    setTimeout(() => void this.#takeGrowth(), this.#isFlood ? FLOOD_GATHER_MS : GATHER_MS);
  }

  async #takeGrowth(): Promise<void> {
    let { outline } = this.#snapshot;
    for (const [session, rows] of this.#grown) outline = outline.grown(session, rows);
    this.#grown.clear();
    this.#isFlood = outline.total - this.#snapshot.outline.total >= FLOOD_ROWS;
    if (this.#isFollowed && outline !== this.#snapshot.outline) {
      const windows = this.#pages.missing(outline, outline.total - TAIL_ROWS, outline.total - 1);
      await Promise.all(windows.map((window) => this.#take(window)));
    }
    this.#isGathering = false;
    // Another outline may have come in while the rows were fetched.
    this.#publish({ outline: this.#snapshot.outline.total > outline.total ? this.#snapshot.outline : outline });
    if (this.#grown.size > 0) this.#gather();
    this.#load();
  }

  #load(): void {
    if (this.#snapshot.failure) return;
    const { outline } = this.#snapshot;
    for (const window of this.#pages.missing(outline, this.#wanted.first, this.#wanted.last)) {
      if (this.#inFlight.size >= MOST_IN_FLIGHT) return;
      if (this.#inFlight.has(keyOf(window))) continue;
      void this.#take(window).then((isNew) => {
        if (isNew) this.#publish({});
        this.#load();
      });
    }
  }

  /** Fetches a window. Says whether anything new came of it. */
  async #take(window: Window): Promise<boolean> {
    const key = keyOf(window);
    if (this.#inFlight.has(key)) return false;
    this.#inFlight.add(key);
    try {
      const rows = await this.#fetch(window.session, window.from, window.limit);
      // A host that has fewer rows than it told would be asked for ever.
      if (rows.length === 0) throw new Error("The host sent none of the rows it told of.");
      this.#pairs.note(window.session, rows);
      return this.#pages.put(window.session, window.from, rows);
    } catch (thrown) {
      this.#publish({ failure: toFailure(thrown) });
      return false;
    } finally {
      this.#inFlight.delete(key);
    }
  }

  #publish(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function keyOf({ session, from }: Window): string {
  return `${from}:${session}`;
}
