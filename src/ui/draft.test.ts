import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Draft, draftOf, heard, isChanged, isInConflict, keepMine, stored, takeTheirs, typed } from "./draft.ts";

const at = (text: string, updatedAtMs = 1) => ({ text, updatedAtMs });

describe("draft", () => {
  it("follows what is stored as long as nothing was typed", () => {
    const draft = heard(draftOf(at("one")), at("two", 2));
    expect(draft.text).toBe("two");
    expect(isChanged(draft)).toBe(false);
  });

  it("keeps what was typed when the stored text changes, and says so", () => {
    const draft = heard(typed(draftOf(at("one")), "mine"), at("theirs", 2));
    expect(draft.text, "nothing typed is lost").toBe("mine");
    expect(isInConflict(draft)).toBe(true);
  });

  it("has no conflict when both wrote the same", () => {
    const draft = heard(typed(draftOf(at("one")), "same"), at("same", 2));
    expect(isInConflict(draft)).toBe(false);
    expect(isChanged(draft)).toBe(false);
  });

  it("loses its conflict when the other change is taken back", () => {
    const draft = heard(heard(typed(draftOf(at("one")), "mine"), at("theirs", 2)), at("one", 3));
    expect(isInConflict(draft)).toBe(false);
    expect(draft.text).toBe("mine");
  });

  it("stays changed by what was typed while it was being saved", () => {
    const sent = typed(draftOf(at("one")), "two");
    const draft = stored(typed(sent, "two and more"), at("two", 2));
    expect(draft.text).toBe("two and more");
    expect(isChanged(draft)).toBe(true);
  });

  it("lets a person choose either side", () => {
    const conflict = heard(typed(draftOf(at("one")), "mine"), at("theirs", 2));
    expect(takeTheirs(conflict).text).toBe("theirs");
    expect(keepMine(conflict)).toEqual({ base: at("theirs", 2), text: "mine", theirs: null });
  });

  it("never replaces a typed text by anything but a person's choice", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("type" as const), text: fc.constantFrom("a", "b", "c") }),
      fc.record({ do: fc.constant("hear" as const), text: fc.constantFrom("a", "b", "c") }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let draft: Draft = draftOf(at("a"));
        for (const { do: what, text } of steps) {
          const before = draft;
          draft = what === "type" ? typed(draft, text) : heard(draft, at(text));
          if (what === "hear" && isChanged(before)) expect(draft.text).toBe(before.text);
          if (isInConflict(draft)) expect(draft.theirs?.text, "the same text is no conflict").not.toBe(draft.text);
        }
      }),
    );
  });
});
