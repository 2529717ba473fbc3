import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Entry } from "./entry.ts";
import { TranscriptSource } from "./source.ts";

const entry = (ordinal: number): Entry => ({
  ordinal,
  at_ms: 0,
  kind: "assistant",
  parent_call: null,
  body: [{ type: "text", text: `row ${ordinal}` }],
});

/** A host that has `rows` rows in every session, and notes what it is asked for. */
function host(rows: () => number) {
  return vi.fn(async (_session: string, from: number, limit: number) =>
    Array.from({ length: Math.max(0, Math.min(limit, rows() - from)) }, (_, at) => entry(from + at)),
  );
}

const settled = () => vi.advanceTimersByTimeAsync(500);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a transcript that is fetched where it is looked at", () => {
  test("a million rows cost as much as what is in sight", async () => {
    const fetch = host(() => 1_000_000);
    const source = new TranscriptSource(fetch);
    source.setOutline([{ session: "a", rows: 1_000_000 }]);
    source.want(500_020, 500_060);
    await settled();
    expect(source.rowAt(500_040)?.ordinal).toBe(500_040);
    expect(fetch.mock.calls).toEqual([["a", 500_000, 100]]);
  });

  test("a thousand rows a second are told at most ten times a second, and only the end is fetched", async () => {
    let rows = 50_000;
    const fetch = host(() => rows);
    const source = new TranscriptSource(fetch);
    source.setOutline([{ session: "a", rows }]);
    source.follow(true);
    source.want(rows - 20, rows - 1);
    await settled();
    const told = vi.fn();
    source.subscribe(told);
    fetch.mockClear();
    for (let at = 0; at < 1000; at += 1) {
      rows += 1;
      source.grew("a", rows);
      await vi.advanceTimersByTimeAsync(1);
    }
    await settled();
    expect(source.snapshot().outline.total).toBe(51_000);
    expect(told.mock.calls.length).toBeLessThanOrEqual(25);
    expect(fetch.mock.calls.length).toBeLessThanOrEqual(25);
  });

  test("whoever follows never sees a row that is not there yet", async () => {
    let rows = 300;
    const fetch = host(() => rows);
    const source = new TranscriptSource(fetch);
    source.setOutline([{ session: "a", rows }]);
    source.follow(true);
    source.want(280, 299);
    await settled();
    source.subscribe(() => {
      const { total } = source.snapshot().outline;
      expect(source.rowAt(total - 1), `row ${total - 1} is told of`).toBeDefined();
    });
    rows = 620;
    source.grew("a", rows);
    await settled();
    expect(source.snapshot().outline.total).toBe(620);
  });

  test("a failure is told once, nothing more is asked for, and trying again goes on", async () => {
    const fetch = host(() => 100);
    fetch.mockRejectedValueOnce(new Error("gone"));
    const source = new TranscriptSource(fetch);
    source.setOutline([{ session: "a", rows: 100 }]);
    source.want(0, 20);
    await settled();
    expect(source.snapshot().failure?.message).toBe("gone");
    source.want(0, 30);
    await settled();
    expect(fetch).toHaveBeenCalledTimes(1);
    source.retry();
    await settled();
    expect(source.rowAt(30)?.ordinal).toBe(30);
  });

  test("large rows that come in small portions are fetched until all in sight are there", async () => {
    const all = host(() => 100);
    const source = new TranscriptSource((session, from, limit) => all(session, from, Math.min(limit, 7)));
    source.setOutline([{ session: "a", rows: 100 }]);
    source.want(0, 40);
    await settled();
    expect(source.rowAt(40)?.ordinal).toBe(40);
    expect(source.snapshot().failure).toBeNull();
  });

  test("a host that has fewer rows than it told is not asked for ever", async () => {
    const fetch = host(() => 0);
    const source = new TranscriptSource(fetch);
    source.setOutline([{ session: "a", rows: 10 }]);
    source.want(0, 9);
    await settled();
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(source.snapshot().failure).not.toBeNull();
  });

  test("an outline that is older than the news takes no rows away", async () => {
    const source = new TranscriptSource(host(() => 100));
    source.setOutline([{ session: "a", rows: 10 }]);
    source.grew("a", 40);
    await settled();
    source.setOutline([
      { session: "a", rows: 20 },
      { session: "b", rows: 0 },
    ]);
    expect(source.snapshot().outline.total).toBe(40);
  });
});
