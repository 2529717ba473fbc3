import { describe, expect, test, vi } from "vitest";
import { isWanted } from "./arrange.ts";
import type { Entry } from "./entry.ts";
import { Outline } from "./outline.ts";
import { type Found, NOTHING_FOUND, scan } from "./scan.ts";

const isTrouble = (entry: Entry) => isWanted(entry, new Set(["trouble"] as const));

/** Every tenth row of a session is a refusal. */
function fetch(_session: string, from: number, limit: number): Promise<Entry[]> {
  return Promise.resolve(
    Array.from({ length: limit }, (_, at): Entry => {
      const ordinal = from + at;
      const block = { type: "refused" as const, tool: "Bash", subject: "", rule: "r", reason: "" };
      return {
        ordinal,
        at_ms: 0,
        kind: "",
        parent_call: null,
        body: [ordinal % 10 === 0 ? block : { type: "text", text: "" }],
      };
    }),
  );
}

async function last(found: AsyncGenerator<Found>): Promise<Found> {
  let latest = NOTHING_FOUND;
  for await (const one of found) latest = one;
  return latest;
}

describe("looking through a run for certain rows", () => {
  const outline = Outline.of([
    { session: "a", rows: 2500 },
    { session: "b", rows: 0 },
    { session: "c", rows: 30 },
  ]);

  test("finds all of them, in order, across sessions", async () => {
    const found = await last(scan(() => outline, isTrouble, fetch));
    expect(found.looked).toBe(2530);
    expect(found.positions.length).toBe(250 + 3);
    expect(found.positions.slice(-3)).toEqual([2500, 2510, 2520]);
  });

  test("goes on where it ended when the run has grown", async () => {
    const before = await last(scan(() => outline, isTrouble, fetch));
    const after = await last(scan(() => outline.grown("c", 41), isTrouble, fetch, before));
    expect(after.positions.length - before.positions.length).toBe(2);
  });

  test("finds all of them also where a host sends fewer rows at once than it was asked for", async () => {
    const few = (session: string, from: number, limit: number) => fetch(session, from, Math.min(limit, 37));
    const found = await last(scan(() => outline, isTrouble, few));
    expect([found.looked, found.positions.length]).toEqual([2530, 253]);
  });

  test("goes no further than it is asked to", async () => {
    const asked = vi.fn(fetch);
    for await (const found of scan(() => outline, isTrouble, asked)) {
      if (found.looked >= 1000) break;
    }
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test("a host that sends nothing is not asked for ever", async () => {
    const found = await last(
      scan(
        () => outline,
        isTrouble,
        () => Promise.resolve([]),
      ),
    );
    expect(found).toEqual({ positions: [], looked: 2530 });
  });
});
