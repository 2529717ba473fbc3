import { expect, test } from "vitest";
import type { Frame } from "./bindings.ts";
import { askedEarly, joinedEarly } from "./early.ts";
import type { Connection, Listener, Transport } from "./transport.ts";

function stage() {
  const joined: Listener[] = [];
  const left: Listener[] = [];
  const transport: Transport = {
    call: async (procedure, input) => [procedure, input],
    subscribe: (listener) => {
      joined.push(listener);
      return () => left.push(listener);
    },
  };
  return { transport, joined, left };
}

const hello = (seq: number) => ({ frame: "hello", epoch: "one", seq }) as Frame;

function ear() {
  const heard: (Frame | Connection)[] = [];
  const listener: Listener = { frame: (frame) => heard.push(frame), connection: (state) => heard.push(state) };
  return { heard, listener };
}

test("what is heard before somebody listens waits for them, in its order", () => {
  const { transport, joined, left } = stage();
  const early = joinedEarly(transport);
  expect(joined, "the stream is joined before anybody asks for it").toHaveLength(1);
  joined[0]?.connection("live");
  joined[0]?.frame(hello(1));
  const { heard, listener } = ear();
  const leave = early.subscribe(listener);
  joined[0]?.frame(hello(2));
  expect(heard, "nothing is lost, nothing comes twice").toEqual(["live", hello(1), hello(2)]);
  expect(joined, "it is the stream that was joined").toHaveLength(1);
  leave();
  expect(left, "leaving leaves it").toEqual([joined[0]]);
});

test("whoever listens later joins a stream of their own", () => {
  const { transport, joined } = stage();
  const early = joinedEarly(transport);
  early.subscribe(ear().listener);
  const { heard, listener } = ear();
  early.subscribe(listener);
  expect(joined, "a second stream").toHaveLength(2);
  joined[0]?.frame(hello(1));
  expect(heard, "the first one's frames are not theirs").toEqual([]);
});

test("what is asked early is asked once, and whoever asks next asks anew", async () => {
  const { transport } = stage();
  const asked: unknown[] = [];
  const counted: Transport = {
    ...transport,
    call: (procedure, input) => {
      asked.push([procedure, input]);
      return transport.call(procedure, input);
    },
  };
  const early = askedEarly(counted, [["feature_list", { project: 7 }]]);
  expect(asked, "at once").toEqual([["feature_list", { project: 7 }]]);
  expect(await early.call("feature_list", { project: 7 })).toEqual(["feature_list", { project: 7 }]);
  expect(asked, "the answer was on its way").toHaveLength(1);
  await early.call("feature_list", { project: 7 });
  await early.call("feature_list", { project: 8 });
  expect(asked, "an answer is used once, and for what was asked only").toHaveLength(3);
});

test("an early call that fails fails for whoever asks for it", async () => {
  const early = askedEarly({ ...stage().transport, call: () => Promise.reject(new Error("no such project")) }, [
    ["a", 1],
  ]);
  await expect(early.call("a", 1), "and is unheard before").rejects.toThrow("no such project");
});
