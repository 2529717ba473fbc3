import { describe, expect, test } from "vitest";
import { toolName } from "@/ui/format.ts";
import { type Block, changes, editOf, type Entry, groupOf, plainText, subjectOf } from "./entry.ts";
import { findChange, wordsOfPath } from "./find-change.ts";

const call = (name: string, input: unknown): Extract<Block, { type: "tool_call" }> => ({
  type: "tool_call",
  id: "c",
  name,
  input,
});
const row = (ordinal: number, ...body: Block[]): Entry => ({
  ordinal,
  at_ms: 0,
  kind: "assistant",
  parent_call: null,
  body,
});

describe("what a row says", () => {
  test("a call that changes a file is told with what it replaces", () => {
    expect(editOf(call("Edit", { file_path: "/p/src/a.ts", old_string: "1", new_string: "2" }))).toEqual({
      path: "/p/src/a.ts",
      replacements: [{ before: "1", after: "2" }],
    });
    expect(editOf(call("Write", { file_path: "a", content: "x" }))?.replacements).toEqual([{ before: "", after: "x" }]);
    const several = {
      file_path: "a",
      edits: [
        { old_string: "1", new_string: "2" },
        { old_string: "3", new_string: "4" },
      ],
    };
    expect(editOf(call("MultiEdit", several))?.replacements.length).toBe(2);
  });

  test("input of any other shape is no edit, and no error", () => {
    for (const input of [null, 3, "x", [], {}, { file_path: 3 }, { edits: [1] }])
      expect(editOf(call("Edit", input))).toBeNull();
    expect(editOf(call("Bash", { file_path: "a" }))).toBeNull();
    expect(editOf(call("Edit", { file_path: "a", old_string: 3 }))?.replacements).toEqual([{ before: "", after: "" }]);
  });

  test("the sort of a block is the one a person looks for", () => {
    expect(groupOf(call("Bash", {}))).toBe("tools");
    expect(groupOf(call("Write", {}))).toBe("edits");
    expect(groupOf({ type: "tool_result", id: "c", is_error: true, text: "", is_cut: false })).toBe("trouble");
    expect(groupOf({ type: "refused", tool: "Bash", subject: "", rule: "", reason: "" })).toBe("trouble");
    expect(groupOf({ type: "checkpoint", checkpoint: 1, name: "" })).toBe("host");
  });

  test("the subject of a call is one short line", () => {
    expect(subjectOf({ input: { description: "List", command: "ls -la\n  src" } })).toBe("ls -la src");
    expect(subjectOf({ input: { feature_id: 12 } })).toBe("12");
    expect(subjectOf({ input: {} })).toBe("");
    expect(subjectOf({ input: { command: "x".repeat(10_000) } }).length).toBe(200);
  });

  test("tools of a server are called by their own name", () => {
    expect([toolName("mcp__features__feature_get_next"), toolName("Bash"), toolName("mcp__x")]).toEqual([
      "feature get next",
      "Bash",
      "mcp__x",
    ]);
  });

  test("a row is copied with everything in it", () => {
    const text = plainText(row(0, { type: "text", text: "Now" }, call("Bash", { command: "ls" })));
    expect(text).toBe('Now\n\nBash {\n  "command": "ls"\n}');
  });
});

describe("the call that changed a file", () => {
  test("a path of the project is found in the absolute path of a call, but not in a longer name", () => {
    const edit = call("Edit", { file_path: "/home/ada/shop/src/cart.ts", old_string: "", new_string: "" });
    expect([changes(edit, "src/cart.ts"), changes(edit, "cart.ts"), changes(edit, "art.ts")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(changes(call("Read", { file_path: "src/cart.ts" }), "src/cart.ts"), "reading changes nothing").toBe(false);
  });

  test("of all rows that speak of the file, the newest that changed it is found", async () => {
    const rows = new Map([
      [9, row(9, { type: "text", text: "src/cart.ts is done" })],
      [7, row(7, call("Edit", { file_path: "/p/src/cart.ts", old_string: "a", new_string: "b" }))],
      [3, row(3, call("Write", { file_path: "/p/src/cart.ts", content: "a" }))],
    ]);
    const fetch = (_session: string, from: number) =>
      Promise.resolve([rows.get(from)].filter((one) => one !== undefined));
    const hits = [9, 8, 7, 3].map((ordinal) => ({ session: "s", ordinal }));
    expect(await findChange("src/cart.ts", hits, fetch)).toEqual({ session: "s", ordinal: 7 });
    expect(await findChange("src/other.ts", hits, fetch)).toBeNull();
  });

  test("a search for a path is a search for words", () => {
    expect(wordsOfPath("src/shop/cart-view.test.ts")).toBe("shop cart view test ts");
  });
});
