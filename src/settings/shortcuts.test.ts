import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIONS, ACTION_IDS, keysOf } from "@/ui/actions.ts";
import { conflicts, keyProblem, withKeys, withoutChoice } from "./shortcuts.ts";

describe("shortcuts", () => {
  it("have no conflict from the start", () => {
    expect(conflicts({})).toEqual([]);
  });

  it("refuse keys of an action on the same page, and name it", () => {
    expect(keyProblem("board.edit", "p", {})).toEqual({ why: "taken", by: "board.pin" });
    expect(keyProblem("board.edit", "g", {}), "what works anywhere is taken everywhere").toEqual({
      why: "taken",
      by: "go.graph",
    });
  });

  it("allow the same keys on pages that are never seen together", () => {
    expect(keyProblem("review.comment", "f", {}), "f belongs to the transcript").toBeNull();
  });

  it("count keys that were changed, and not those that were given up", () => {
    expect(keyProblem("board.edit", "p", { "board.pin": "" })).toBeNull();
    expect(keyProblem("board.edit", "q", { "board.pin": "q" })).toEqual({ why: "taken", by: "board.pin" });
  });

  it.each(["mod+w", "mod+t", "f5", "alt+arrowleft", "tab", "enter", "mod+shift+t"])(
    "leave %s to the browser",
    (keys) => {
      expect(keyProblem("board.edit", keys, {})).toEqual({ why: "reserved" });
    },
  );

  it("store only what differs from the start", () => {
    expect(withKeys({ "board.pin": "q" }, "board.pin", ACTIONS["board.pin"].keys)).toEqual({});
    expect(withKeys({}, "board.pin", null)).toEqual({ "board.pin": "" });
    expect(withKeys({}, "app.theme", null), "it had none from the start").toEqual({});
    expect(withoutChoice({ "board.pin": "q", "board.edit": "w" }, "board.pin")).toEqual({ "board.edit": "w" });
  });

  it("stay free of conflicts when only what is allowed is taken over", () => {
    const choice = fc.tuple(
      fc.constantFrom(...ACTION_IDS),
      fc.constantFrom("q", "w", "mod+i", "p", "shift+q", "f5", "g", null),
    );
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 12 }), (choices) => {
        let chosen: Record<string, string> = {};
        for (const [action, keys] of choices) {
          if (keys !== null && keyProblem(action, keys, chosen) !== null) continue;
          chosen = withKeys(chosen, action, keys);
          expect(keysOf(action, chosen)).toBe(keys);
        }
        expect(conflicts(chosen)).toEqual([]);
        for (const group of new Set(ACTION_IDS.map((id) => ACTIONS[id].group))) {
          const keys = ACTION_IDS.filter((id) => ACTIONS[id].group === group).map((id) => keysOf(id, chosen));
          const given = keys.filter((one) => one !== null);
          expect(new Set(given).size, `${group}: no keys do two things`).toBe(given.length);
        }
      }),
    );
  });
});
