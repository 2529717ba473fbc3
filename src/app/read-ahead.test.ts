import { expect, test, vi } from "vitest";
import type { Transport } from "@/api/transport.ts";
import { createQueryClient } from "./Providers.tsx";
import { readAhead } from "./read-ahead.ts";

function answering(call: Transport["call"]) {
  const transport: Transport = { call: vi.fn<Transport["call"]>(call), subscribe: () => () => undefined };
  return transport;
}

test("the cards of the board that opens are there before it is drawn", async () => {
  const queries = createQueryClient();
  const transport = answering(async () => []);
  await readAhead(transport, queries, "/p/7/board");
  expect(transport.call, "they are asked for").toHaveBeenCalledWith("feature_list", { project: 7 });
  expect(transport.call, "with what surrounds them, and nothing twice").toHaveBeenCalledTimes(6);
  expect(queries.getQueryData(["feature_list", { project: 7 }]), "where the page looks for them").toEqual([]);
  expect(queries.getQueryData(["project_list", null]), "and the projects beside them").toEqual([]);
});

test("cards that take long do not keep the window empty", async () => {
  vi.useFakeTimers();
  let isOver = false;
  const never = answering(() => new Promise(() => undefined));
  const over = readAhead(never, createQueryClient(), "/p/7/board").then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(50);
  expect(isOver, "it waits a moment for them").toBe(false);
  await vi.advanceTimersByTimeAsync(50);
  await over;
  vi.useRealTimers();
});

test("other pages are drawn at once", async () => {
  const transport = answering(async () => []);
  for (const path of ["/", "/p/7/run", "/p/x/board", "/p/7/board/more"])
    await readAhead(transport, createQueryClient(), path);
  expect(transport.call, "nothing is asked for them").not.toHaveBeenCalled();
});
