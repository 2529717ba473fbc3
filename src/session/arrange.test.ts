import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrange, type Neighbours, Pairs, type Shape } from "./arrange.ts";
import { type Block, type Entry, type Group, GROUPS } from "./entry.ts";

const ALL: Shape = { groups: new Set(), isFiltered: false, opened: new Set() };
const only = (...groups: Group[]): Shape => ({ ...ALL, groups: new Set(groups), isFiltered: true });
const call = (id: string, name = "Bash"): Block => ({ type: "tool_call", id, name, input: {} });
const result = (id: string, is_error = false): Block => ({
  type: "tool_result",
  id,
  is_error,
  text: "",
  is_cut: false,
});
const said = (text = "x"): Block => ({ type: "text", text });

function entry(ordinal: number, parent_call: string | null, ...body: Block[]): Entry {
  return { ordinal, at_ms: 0, kind: "assistant", parent_call, body };
}

/** Rows of one session, all or some of them at hand. */
function near(rows: readonly (Entry | undefined)[]): Neighbours {
  const pairs = new Pairs();
  pairs.note(
    "s",
    rows.filter((row) => row !== undefined),
  );
  return {
    rowAt: (position) => rows[position],
    callOf: (id) => pairs.callOf(id)?.call,
    resultOf: (id) => pairs.resultOf(id),
  };
}

const shown = (rows: readonly (Entry | undefined)[], shape = ALL) => {
  const neighbours = near(rows);
  return rows.map((row, at) => (row ? arrange(at, row, neighbours, shape) : undefined));
};

describe("how rows are shown", () => {
  test("the CLI's notices about itself are left out until their sort is asked for, and what is unknown is not", () => {
    const rows = [
      entry(0, null, { type: "other", json: { type: "system", subtype: "status", status: "requesting" } }),
      entry(1, null, { type: "other", json: { type: "new_thing" } }),
    ];
    expect(shown(rows)[0], "it is no part of what was said and done").toBeNull();
    expect(shown(rows)[1]?.type, "nobody knows what it says, so it is shown").toBe("entry");
    expect(shown(rows, only("host"))[0]?.type).toBe("entry");
  });

  test("an answer is shown in its call, and by itself when its call is not at hand", () => {
    const rows = [
      entry(0, null, call("a"), call("b")),
      entry(1, null, result("a")),
      entry(2, null, result("b"), said()),
    ];
    expect(shown(rows).map((one) => one?.type)).toEqual(["entry", undefined, "entry"]);
    expect(shown(rows)[2]).toMatchObject({ blocks: [{ type: "text" }] });
    expect(shown([undefined, rows[1]])[1]).toMatchObject({ type: "entry", blocks: [{ type: "tool_result" }] });
  });

  test("steps of sub-agents that follow each other are one line, at the first of them", () => {
    const rows = [
      entry(0, null, call("t", "Task")),
      entry(1, "t", said()),
      entry(2, "u", said()),
      entry(3, null, said()),
      entry(4, "t", said()),
    ];
    expect(shown(rows).map((one) => (one?.type === "fold" ? one.steps : (one?.type ?? null)))).toEqual([
      "entry",
      2,
      null,
      "entry",
      1,
    ]);
    expect(shown(rows)[1]).toMatchObject({ parents: ["t", "u"] });
  });

  test("an opened sub-agent shows its steps, the others stay folded", () => {
    const rows = [entry(0, "t", said()), entry(1, "u", said()), entry(2, "t", said())];
    const opened = shown(rows, { ...ALL, opened: new Set(["t"]) });
    expect(opened.map((one) => one?.type)).toEqual(["entry", "fold", "entry"]);
  });

  test("asking for trouble shows the answers that failed, although their calls are not asked for", () => {
    const rows = [
      entry(0, null, call("a")),
      entry(1, null, result("a", true)),
      entry(2, null, call("b")),
      entry(3, null, result("b")),
    ];
    const trouble = shown(rows, only("trouble"));
    expect(trouble.map((one) => one?.type ?? null)).toEqual([null, "entry", null, null]);
    const both = shown(rows, only("trouble", "tools"));
    expect(both.map((one) => one?.type ?? null)).toEqual(["entry", null, "entry", null]);
  });

  test("steps of sub-agents that a filter found are rows of their own", () => {
    const rows = [entry(0, "t", call("a"))];
    expect(shown(rows, { ...ALL, isFiltered: true })[0]?.type).toBe("entry");
  });

  test("whatever is at hand and asked for, nothing is shown twice and nothing is out of reach", () => {
    const block = fc.oneof(
      fc.constantFrom("a", "b", "c").map((id) => call(id)),
      fc.constantFrom("a", "b", "c").map((id) => result(id)),
      fc.constant(said()),
    );
    const rows = fc.array(
      fc.option(fc.tuple(fc.constantFrom(null, "a", "t"), fc.array(block, { minLength: 1, maxLength: 3 })), {
        nil: undefined,
      }),
      {
        maxLength: 25,
      },
    );
    const asked = fc.subarray([...GROUPS]).map((groups) => new Set(groups));
    fc.assert(
      fc.property(rows, asked, fc.subarray(["a", "t"]), (made, groups, opened) => {
        const list = made.map((row, at) => row && entry(at, row[0], ...row[1]));
        const shape = { groups, isFiltered: groups.size > 0, opened: new Set(opened) };
        const arranged = shown(list, shape);
        const folded = arranged.reduce((sum, one) => sum + (one?.type === "fold" ? one.steps : 0), 0);
        const isFolded = (row: Entry | undefined) =>
          groups.size === 0 && row?.parent_call != null && !opened.includes(row.parent_call);
        expect(folded).toBe(list.filter(isFolded).length);
        arranged.forEach((one, at) => {
          const row = list[at];
          if (!row || isFolded(row)) return;
          const visible = one?.type === "entry" ? one.blocks : [];
          const words = row.body.filter((part) => part.type === "text").length;
          const isAsked = groups.size === 0 || groups.has("words");
          expect(visible.filter((part) => part.type === "text").length).toBe(isAsked ? words : 0);
        });
      }),
    );
  });
});

describe("calls and their answers", () => {
  test("only so many are kept, the newest", () => {
    const pairs = new Pairs(2);
    pairs.note("s", [entry(0, null, call("a")), entry(1, null, call("b")), entry(2, null, call("c"), result("c"))]);
    expect([pairs.callOf("a"), pairs.callOf("c")?.ordinal, pairs.resultOf("c")?.id]).toEqual([undefined, 2, "c"]);
  });
});
