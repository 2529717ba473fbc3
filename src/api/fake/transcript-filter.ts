import type {
  FilteredEntry,
  FilteredTranscript,
  FilterTranscript,
  NameCount,
  TranscriptBody,
  TranscriptEntry,
  TranscriptFacets,
  TranscriptSort,
  TranscriptSpot,
} from "../bindings.ts";

/** A session's rows, made when they are asked for. */
export type Rows = { session: string; rows: number; rowAt: (ordinal: number) => TranscriptEntry };

const SORTS: readonly TranscriptSort[] = ["words", "thinking", "tools", "edits", "trouble", "host"];
/** Rows that one answer sorts at most, so that a long run is seen to be looked through. */
const SORTED_AT_ONCE = 100_000;

type Sorted = { masks: Uint8Array; tools: Map<string, number>; files: Map<string, number>; known: number };

/** A row by the place of its session among those of the run. */
type Place = { at: number; ordinal: number };

/** Finds rows as a host does: what rows are of is worked out once, and rows themselves are made for the window alone. */
export class FakeFilter {
  readonly #sorted = new Map<string, Sorted>();
  readonly #found = new Map<string, { places: Place[]; looked: number[] }>();

  answer(sessions: readonly Rows[], asked: FilterTranscript): FilteredTranscript {
    const { near, limit } = asked;
    const sorted = this.#sort(sessions);
    const places = this.#placesOf(sessions, asked);
    const total = places.length;
    const index = near ? firstFrom(places, sessions, near) : (asked.from ?? 0);
    const from = near ? Math.max(0, index - Math.floor(limit / 2)) : index;
    const shown = places.slice(from, from + limit).flatMap(({ at, ordinal }) => {
      const rows = sessions[at];
      return rows ? [{ rows, ordinal }] : [];
    });
    return {
      total,
      from,
      index,
      sorted,
      rows: sessions.reduce((sum, { rows }) => sum + rows, 0),
      entries: shown.map(({ rows, ordinal }) => ({ session: rows.session, entry: rows.rowAt(ordinal) })),
      beside: shown.flatMap(besideOf),
    };
  }

  /** The rows found so far; goes on from where it ended. */
  #placesOf(sessions: readonly Rows[], { sorts, tool, file }: FilterTranscript): readonly Place[] {
    const key = JSON.stringify([sessions[0]?.session, sorts, tool, file]);
    const found = this.#found.get(key) ?? { places: [], looked: [] };
    this.#found.set(key, found);
    const wanted = (sorts ?? []).reduce((mask, sort) => mask | bit(sort), 0);
    const isNamed = ({ body }: TranscriptEntry) => {
      const calls = body.filter((block) => block.type === "tool_call");
      return (
        (!tool || calls.some(({ name }) => name === tool)) &&
        (!file || calls.some(({ input }) => fileOf(input) === file))
      );
    };
    for (const [at, rows] of sessions.entries()) {
      const { masks, known } = this.#of(rows);
      for (let ordinal = found.looked[at] ?? 0; ordinal < known; ordinal += 1) {
        if (wanted !== 0 && ((masks[ordinal] ?? 0) & wanted) === 0) continue;
        if ((tool || file) && !isNamed(rows.rowAt(ordinal))) continue;
        found.places.push({ at, ordinal });
      }
      found.looked[at] = known;
      if (known < rows.rows) break;
    }
    return found.places;
  }

  facets(sessions: readonly Rows[]): TranscriptFacets {
    const sorted = this.#sort(sessions);
    const all = sessions.map((rows) => this.#of(rows));
    const count = (sort: TranscriptSort) =>
      all.reduce((sum, { masks, known }) => {
        let found = 0;
        for (let at = 0; at < known; at += 1) if (((masks[at] ?? 0) & bit(sort)) !== 0) found += 1;
        return sum + found;
      }, 0);
    return {
      sorted,
      rows: sessions.reduce((sum, { rows }) => sum + rows, 0),
      sorts: SORTS.map((sort) => ({ sort, rows: count(sort) })),
      tools: summed(all.map(({ tools }) => tools)),
      files: summed(all.map(({ files }) => files)),
    };
  }

  /** Sorts some more rows. Returns how many are sorted, from the first one on. */
  #sort(sessions: readonly Rows[]): number {
    let left = SORTED_AT_ONCE;
    let known = 0;
    for (const rows of sessions) {
      const sorted = this.#of(rows);
      for (; sorted.known < rows.rows && left > 0; left -= 1, sorted.known += 1) {
        const { body } = rows.rowAt(sorted.known);
        sorted.masks[sorted.known] = body.reduce((mask, block) => mask | bit(sortOf(block)), 0);
        for (const block of body) {
          if (block.type !== "tool_call") continue;
          add(sorted.tools, block.name);
          add(sorted.files, fileOf(block.input));
        }
      }
      known += sorted.known;
      if (sorted.known < rows.rows) break;
    }
    return known;
  }

  #of({ session, rows }: Rows): Sorted {
    const old = this.#sorted.get(session);
    if (old && old.masks.length >= rows) return old;
    const masks = new Uint8Array(Math.max(rows, 2 * (old?.masks.length ?? 0)));
    if (old) masks.set(old.masks);
    const made = { tools: new Map(), files: new Map(), known: 0, ...old, masks };
    this.#sorted.set(session, made);
    return made;
  }
}

/** The place of a row, or of the first one found after it. */
function firstFrom(places: readonly Place[], sessions: readonly Rows[], near: TranscriptSpot): number {
  const goal = sessions.findIndex(({ session }) => session === near.session);
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle];
    const isBefore = place && (place.at < goal || (place.at === goal && place.ordinal < near.ordinal));
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Answers stand right after their calls here. */
function besideOf({ rows, ordinal }: { rows: Rows; ordinal: number }): FilteredEntry[] {
  const [first] = rows.rowAt(ordinal).body;
  const other = first?.type === "tool_call" ? ordinal + 1 : first?.type === "tool_result" ? ordinal - 1 : -1;
  return other >= 0 && other < rows.rows ? [{ session: rows.session, entry: rows.rowAt(other) }] : [];
}

function bit(sort: TranscriptSort): number {
  return 1 << SORTS.indexOf(sort);
}

function sortOf(block: TranscriptBody): TranscriptSort {
  switch (block.type) {
    case "text":
      return "words";
    case "thinking":
      return "thinking";
    case "tool_call":
      return ["Edit", "MultiEdit", "Write", "NotebookEdit"].includes(block.name) ? "edits" : "tools";
    case "tool_result":
      return block.is_error ? "trouble" : "tools";
    case "retry":
    case "refused":
    case "loop":
      return "trouble";
    case "result":
      return block.is_error ? "trouble" : "host";
    default:
      return "host";
  }
}

function fileOf(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("file_path" in input)) return undefined;
  return typeof input.file_path === "string" ? input.file_path : undefined;
}

function add(counts: Map<string, number>, name: string | undefined): void {
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function summed(all: readonly ReadonlyMap<string, number>[]): NameCount[] {
  const sums = new Map<string, number>();
  for (const counts of all) for (const [name, rows] of counts) sums.set(name, (sums.get(name) ?? 0) + rows);
  return [...sums].map(([name, rows]) => ({ name, rows })).toSorted((a, b) => b.rows - a.rows);
}
