import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Event, FeatureCard } from "./bindings.ts";
import { createClient } from "./client.ts";
import { FakeHost } from "./fake/host.ts";
import { query } from "./queries.ts";
import { Refetcher, cardsOf, ownRefetching } from "./refetch.ts";

let host: FakeHost;
let queries: QueryClient;
let leave: () => void;

/** Reads the board as an open page would, and forgets how it came. */
async function openBoard(cards: number) {
  host = new FakeHost({ projects: [{ name: "ledger", cards }] });
  queries = new QueryClient();
  const client = createClient(host);
  const refetcher = new Refetcher(queries, client);
  const stop = host.subscribe({ connection: () => undefined, frame: (frame) => refetcher.frame(frame) });
  const observers = [
    new QueryObserver(queries, query(client, "feature_list", { project: 1 })).subscribe(() => undefined),
    new QueryObserver(queries, query(client, "project_list", null)).subscribe(() => undefined),
  ];
  leave = () => {
    for (const close of [...observers, stop]) close();
    refetcher.stop();
    queries.clear();
  };
  await vi.waitFor(() => expect(queries.isFetching()).toBe(0), { timeout: 20_000 });
  host.calls.length = 0;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  leave();
  vi.useRealTimers();
});

const listed = () => queries.getQueryData<FeatureCard[]>(["feature_list", { project: 1 }]) ?? [];
const called = (procedure: string) => host.calls.filter((call) => call.procedure === procedure);

test("a thousand events in a moment cause one read of each query that they touch", async () => {
  await openBoard(20);
  for (let event = 0; event < 1000; event += 1) host.emit(1, { event: "features_edited", features: [1 + (event % 3)] });
  await vi.advanceTimersByTimeAsync(200);
  expect(called("feature_cards").length, "events are gathered before anything is read").toBe(1);
  expect(called("feature_list").length, "the whole board is not read for three cards").toBe(0);
});

test("of a board only the changed cards are read, and those that wait for them", async () => {
  await openBoard(40);
  const waiting = listed().find((card) => card.dependencies.length > 0);
  const need = waiting?.dependencies[0] ?? 0;
  host.emit(1, { event: "features_edited", features: [need] });
  await vi.advanceTimersByTimeAsync(200);
  const [read] = called("feature_cards");
  const ids: unknown = expect.arrayContaining([need, waiting?.id]);
  expect(read?.input, "whether they still wait may have changed").toEqual({ project: 1, ids });
});

test("a card that is deleted elsewhere goes from the board", async () => {
  await openBoard(20);
  await host.call("feature_remove", { project: 1, features: [20] });
  await vi.advanceTimersByTimeAsync(200);
  expect(listed().some(({ id }) => id === 20)).toBe(false);
});

test("an event of another project reads nothing of this one", async () => {
  await openBoard(20);
  host.emit(2, { event: "features_edited", features: [1] });
  await vi.advanceTimersByTimeAsync(200);
  expect(called("feature_list").length + called("feature_cards").length).toBe(0);
});

test("an event that may be about any card reads the whole board", async () => {
  await openBoard(20);
  host.emit(1, { event: "changed_elsewhere" });
  await vi.advanceTimersByTimeAsync(200);
  expect(called("feature_list").length).toBe(1);
});

test("when events were missed everything on the screen is read again", async () => {
  await openBoard(20);
  host.cut(true);
  host.emit(1, { event: "features_edited", features: [1] });
  host.cut(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(called("feature_list").length, "the board").toBe(1);
  expect(called("project_list").length, "and the projects").toBe(1);
});

test("an event this version does not know changes nothing", async () => {
  await openBoard(20);
  host.emit(1, { event: "from_the_future" } as unknown as Event);
  await vi.advanceTimersByTimeAsync(200);
  expect(host.calls).toEqual([]);
});

test("a checkpoint that is restored may change any card", () => {
  expect(cardsOf({ event: "checkpoint_restored", checkpoint: 1, undo_with: 2 })).toBeNull();
  expect(
    cardsOf({ event: "committed", feature: null, commit: "a", subject: "b" }),
    "a commit for no card changes none",
  ).toEqual([]);
});

test("a late answer does not put an older card over a newer one", async () => {
  await openBoard(20);
  let release: (() => void) | undefined;
  let reads = 0;
  host.answer("feature_cards", async ({ ids }) => {
    reads += 1;
    const isFirst = reads === 1;
    const now = ids.flatMap((id) => host.project().cards.get(id) ?? []);
    if (isFirst) await new Promise<void>((resolve) => (release = resolve));
    return now;
  });
  const rename = (name: string) => {
    const card = host.project().cards.get(20);
    if (card) host.project().cards.set(20, { ...card, name });
    host.emit(1, { event: "features_edited", features: [20] });
  };
  rename("older");
  await vi.advanceTimersByTimeAsync(100);
  rename("newer");
  await vi.advanceTimersByTimeAsync(100);
  release?.();
  await vi.advanceTimersByTimeAsync(100);
  expect(listed().find(({ id }) => id === 20)?.name).toBe("newer");
});

test("an event that comes while the board is read for the first time is not lost", async () => {
  await openBoard(20);
  queries.removeQueries({ queryKey: ["feature_list", { project: 1 }] });
  let release: (() => void) | undefined;
  let reads = 0;
  host.answer("feature_list", async () => {
    reads += 1;
    const isFirst = reads === 1;
    const now = [...host.project().cards.values()];
    if (isFirst) await new Promise<void>((resolve) => (release = resolve));
    return now;
  });
  const observer = new QueryObserver(queries, query(createClient(host), "feature_list", { project: 1 }));
  const close = observer.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
  const card = host.project().cards.get(20);
  if (card) host.project().cards.set(20, { ...card, name: "newer" });
  host.emit(1, { event: "features_edited", features: [20] });
  await vi.advanceTimersByTimeAsync(100);
  release?.();
  await vi.advanceTimersByTimeAsync(100);
  close();
  expect(listed().find(({ id }) => id === 20)?.name, "the first answer was read before the event").toBe("newer");
});

test("what a person does shows also while no event gets through, and is read once while they do", async () => {
  const queries = new QueryClient();
  let told: (state: "live" | "lost") => void = () => undefined;
  const transport = ownRefetching(
    {
      call: () => Promise.resolve(null),
      subscribe: (listener) => {
        told = listener.connection;
        return () => undefined;
      },
    },
    queries,
  );
  transport.subscribe({ frame: () => undefined, connection: () => undefined });
  const isStale = () => queries.getQueryState(["project_list", null])?.isInvalidated;
  queries.setQueryData(["project_list", null], []);
  told("live");
  await transport.call("project_demo", {});
  expect(isStale(), "the event will say so").toBe(false);
  told("lost");
  await transport.call("project_get", { project: 1 });
  expect(isStale(), "reading changes nothing").toBe(false);
  await transport.call("project_demo", {});
  expect(isStale()).toBe(true);
});
