import { expect, test } from "vitest";
import { procedures } from "./bindings.ts";
import { createClient } from "./client.ts";
import { Failure, failureTitle, toFailure, unreached } from "./failure.ts";
import { requestOf } from "./http.ts";
import { retryDelay } from "./retry.ts";
import { advance } from "./transport.ts";

test("a read over HTTP has its input in the path and the query", () => {
  const { path, init } = requestOf("transcript_window", { project: 3, session: "a/b", from: 20, limit: 10 });
  expect(path).toBe("/api/projects/3/sessions/a%2Fb/transcript?from=20&limit=10");
  expect([init.method, init.body]).toEqual(["GET", undefined]);
});

test("a change over HTTP has in its body what is not in the path", () => {
  const { path, init } = requestOf("feature_move", { project: 3, feature: 7, before: 9, after: null });
  expect(path).toBe("/api/projects/3/features/7/move");
  expect(JSON.parse(String(init.body))).toEqual({ before: 9, after: null });
});

test("no path keeps a place that was not filled in", () => {
  const at = { project: 1, feature: 1, session: "s", run: 1, request: 1, checkpoint: 1, name: "n" };
  const input = { ...at, user: 1, device: 1, token: 1, image: 1 };
  for (const name of Object.keys(procedures)) expect(requestOf(name, input).path, name).not.toMatch(/[{}]|undefined/);
});

test("a procedure that does not exist is refused by name", () => {
  expect(() => requestOf("feature_explode", null)).toThrow("feature_explode");
});

test("a client gives the procedure's name and input to its transport, and is no promise", async () => {
  const calls: unknown[] = [];
  const client = createClient({
    call: (procedure, input) => {
      calls.push([procedure, input]);
      return Promise.resolve([]);
    },
    subscribe: () => () => undefined,
  });
  await client.project_list();
  await client.feature_list({ project: 2 });
  expect(calls).toEqual([
    ["project_list", null],
    ["feature_list", { project: 2 }],
  ]);
  expect("then" in (await Promise.resolve(client)), "awaiting it must not call a procedure").toBe(false);
});

test("an error of the host keeps its code, and anything else becomes one that can be shown", () => {
  const refused = toFailure({ code: "refused", message: "No.", hint: "Ask.", incident: null });
  expect([refused.code, refused.hint, failureTitle(refused)]).toEqual(["refused", "Ask.", "Refused by a rule"]);
  expect(failureTitle(unreached(new TypeError("failed to fetch")))).toBe("The host cannot be reached");
  const missing = toFailure({ code: "unavailable", message: "git is missing", hint: null, incident: null });
  expect(failureTitle(missing), "it was the host that said so").not.toMatch(/host/);
  expect(toFailure({ code: "made_up", message: "x" }).code, "an unknown code is a fault of ours").toBe("internal");
  expect(toFailure(refused)).toBeInstanceOf(Failure);
});

test("the stream goes on after the last event that was heard, also after a resync", () => {
  const begun = advance(null, { frame: "hello", epoch: "e", seq: 4 });
  expect(begun).toEqual({ epoch: "e", after: 4 });
  expect(advance(begun, { frame: "resync", seq: 9 })).toEqual({ epoch: "e", after: 9 });
});

test("a host that stays away is asked less and less often, and at least every eight seconds", () => {
  expect([0, 1, 2, 50].map(retryDelay)).toEqual([250, 500, 1000, 8000]);
});
