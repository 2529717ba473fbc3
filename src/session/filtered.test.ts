import { waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import type { FilteredTranscript, TranscriptEntry } from "@/api/bindings.ts";
import { type AskFiltered, FilteredSource } from "./filtered.ts";

const row = (ordinal: number): TranscriptEntry => ({
  ordinal,
  at_ms: 0,
  kind: "assistant",
  parent_call: null,
  body: [{ type: "tool_call", id: `c${ordinal}`, name: "Edit", input: {} }],
});

/** A host of one session where every tenth row is found; `sorted` of the rows are looked at. */
class Host {
  rows = 100_000;
  sorted = 100_000;
  fails = false;
  readonly ask = vi.fn<AskFiltered>(({ from = 0, near, limit }): Promise<FilteredTranscript> => {
    if (this.fails) return Promise.reject(new Error("The host does not answer."));
    const total = Math.ceil(this.sorted / 10);
    const index = near ? Math.min(total, Math.ceil(near.ordinal / 10)) : from;
    const first = near ? Math.max(0, index - limit / 2) : from;
    const length = Math.max(0, Math.min(limit, total - first));
    const entries = Array.from({ length }, (_, at) => ({ session: "s", entry: row((first + at) * 10) }));
    const answered = entries.map(({ entry }) => ({
      session: "s",
      entry: {
        ...row(entry.ordinal + 1),
        body: [{ type: "tool_result" as const, id: `c${entry.ordinal}`, is_error: false, text: "told", is_cut: false }],
      },
    }));
    return Promise.resolve({
      total,
      from: first,
      index,
      sorted: this.sorted,
      rows: this.rows,
      entries,
      beside: answered,
    });
  });
}

const end = (host: Host) => ({ session: "s", ordinal: host.rows - 1 });

describe("the rows that a filter finds", () => {
  test("are counted by the host, and only those in sight are fetched", async () => {
    const host = new Host();
    const source = new FilteredSource(host.ask);
    source.grew(end(host));
    await waitFor(() => expect(source.snapshot().total).toBe(10_000));
    source.want(5000, 5020);
    await waitFor(() => expect(source.at(5020)?.entry.ordinal).toBe(50_200));
    expect(source.at(4000), "nobody looks at it").toBeUndefined();
    expect(host.ask.mock.calls.length, "once for the count, once for the window").toBe(2);
    expect(source.resultOf("c50200")?.text, "an answer that was not found comes beside its call").toBe("told");
  });

  test("are there together with the news of them when the end is followed", async () => {
    const host = new Host();
    const source = new FilteredSource(host.ask);
    source.follow(true);
    const seen: (number | null)[] = [];
    source.subscribe(() => {
      const { total } = source.snapshot();
      if (total !== null && !source.at(total - 1)) seen.push(total);
    });
    source.grew(end(host));
    await waitFor(() => expect(source.snapshot().total).toBe(10_000));
    host.rows = host.sorted = 100_050;
    source.grew(end(host));
    await waitFor(() => expect(source.snapshot().total).toBe(10_005));
    expect(seen, "a row is never told of before it can be shown").toEqual([]);
  });

  test("grow while the host still looks through rows of before, until it is done", async () => {
    const host = new Host();
    host.sorted = 20_000;
    const source = new FilteredSource(async (asked) => {
      const answer = await host.ask(asked);
      host.sorted = Math.min(host.rows, host.sorted + 20_000);
      return answer;
    });
    const looked = new Set<number>();
    source.subscribe(() => looked.add(source.snapshot().sorted));
    source.grew(end(host));
    await waitFor(() => expect(source.snapshot().total).toBe(10_000));
    expect([...looked], "a person sees how far it is").toEqual([20_000, 40_000, 60_000, 80_000, 100_000]);
    await Promise.resolve();
    expect(host.ask, "and then it stops").toHaveBeenCalledTimes(5);
  });

  test("can be reached from any row, found or not, with the rows around it", async () => {
    const host = new Host();
    const source = new FilteredSource(host.ask);
    expect(await source.reach({ session: "s", ordinal: 50_001 }, 15)).toBe(5001);
    expect(source.at(5001)?.entry.ordinal).toBe(50_010);
    expect(source.at(4990)?.entry.ordinal).toBe(49_900);
  });

  test("that cannot be had are told of, and trying again has them", async () => {
    const host = new Host();
    host.fails = true;
    const source = new FilteredSource(host.ask);
    source.grew(end(host));
    await waitFor(() => expect(source.snapshot().failure?.message).toBe("The host does not answer."));
    expect(await source.reach({ session: "s", ordinal: 1 }, 15)).toBeNull();
    host.fails = false;
    source.retry();
    await waitFor(() => expect(source.snapshot()).toMatchObject({ total: 10_000, failure: null }));
  });

  test("that a host told of and does not send are not asked for ever", async () => {
    const host = new Host();
    const source = new FilteredSource((asked) =>
      host.ask(asked).then((answer) => ({ ...answer, entries: asked.from === undefined ? answer.entries : [] })),
    );
    source.grew(end(host));
    await waitFor(() => expect(source.snapshot().total).toBe(10_000));
    source.want(0, 20);
    await waitFor(() => expect(source.snapshot().failure).not.toBeNull());
    expect(host.ask.mock.calls.length).toBeLessThan(5);
  });
});
