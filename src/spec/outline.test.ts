import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applied, insertionOf } from "./insertion.ts";
import { entryAt, outlineOf, withoutComments } from "./outline.ts";
import { PARTS, wholeSkeleton } from "./parts.ts";

const TAGGED = `<project_specification>
<project_name>Shop</project_name>

<overview>
Sell things. 1 < 2, Vec<String>.
<!-- <core_features>not this</core_features> -->
</overview>
<core_features>
<basket>Add and remove.</basket>
</core_features>
</project_specification>
`;
const HEADED =
  "# Shop\n\nSell things.\n\n## 2. Technology Stack\n\nRust\n\n```\n# no heading\n```\n\n## Features\n\n### Basket\n\nAdd\n";

describe("outline", () => {
  it("lists tagged parts with their lines, and leaves comments out", () => {
    const { notation, entries } = outlineOf(TAGGED);
    expect(notation).toBe("tags");
    expect(entries.map(({ tag, line, depth }) => [tag, line, depth])).toEqual([
      ["project_name", 2, 0],
      ["overview", 4, 0],
      ["core_features", 8, 0],
      ["basket", 9, 1],
    ]);
  });

  it("lists Markdown headings and does not look into code", () => {
    const { notation, entries } = outlineOf(HEADED);
    expect(notation).toBe("headings");
    expect(entries.map(({ tag, title, line, depth }) => [tag, title, line, depth])).toEqual([
      ["shop", "Shop", 1, 0],
      ["technology_stack", "Technology Stack", 5, 1],
      ["features", "Features", 13, 1],
      ["basket", "Basket", 15, 1],
    ]);
  });

  it("marks a part that is never closed and one that has nothing in it", () => {
    const { entries } = outlineOf(
      "<project_name>Shop</project_name>\n<overview>\n<!-- hint -->\n</overview>\n<core_features>\nlost",
    );
    expect(entries.map(({ tag, isEmpty, isUnclosed }) => [tag, isEmpty, isUnclosed])).toEqual([
      ["project_name", false, false],
      ["overview", true, false],
      ["core_features", true, true],
    ]);
    const headed = outlineOf("# Shop\n\n## Overview\n\n## Features\nBasket\n").entries;
    expect(
      headed.map(({ isEmpty }) => isEmpty),
      "a title above parts is not empty",
    ).toEqual([false, true, false]);
  });

  it("finds the innermost part at a position", () => {
    const outline = outlineOf(TAGGED);
    expect(entryAt(outline, TAGGED.indexOf("Add"))?.tag).toBe("basket");
    expect(entryAt(outline, TAGGED.indexOf("Sell"))?.tag).toBe("overview");
    expect(entryAt(outline, 0), "nothing listed begins there").toBeUndefined();
  });

  it("holds for any text: positions lie in it, lines are those of the positions, the order is the text's", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "<overview>",
        "</overview>",
        "<core_features>",
        "</core_features>",
        "<!--",
        "-->",
        "\n",
        "## A\n",
        "```\n",
        "<a/>",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const { entries } = outlineOf(text);
        let last = -1;
        for (const entry of entries) {
          expect(entry.from).toBeGreaterThan(last);
          last = entry.from;
          expect(entry.to).toBeLessThanOrEqual(text.length);
          expect(entry.line).toBe(text.slice(0, entry.from).split("\n").length);
        }
        expect(withoutComments(text)).toHaveLength(text.length);
      }),
    );
  });

  it("reads a text of a megabyte of unfinished comments and tags in a moment", () => {
    const text = "<!--<overview><".repeat(70_000);
    const began = performance.now();
    outlineOf(text);
    expect(performance.now() - began, "milliseconds; it has to be linear").toBeLessThan(5_000);
  });
});

describe("insertion", () => {
  it("puts the whole skeleton into an empty text, and selects the hint of the part that was asked for", () => {
    const edit = insertionOf("", "overview");
    expect(edit && applied("", edit)).toBe(wholeSkeleton());
    expect(edit && applied("", edit).slice(...edit.selection)).toMatch(/^<!-- What the program is for.* -->$/);
  });

  it("puts a tagged part behind the one that usually precedes it", () => {
    const edit = insertionOf(TAGGED, "technology_stack");
    expect(edit && outlineOf(applied(TAGGED, edit)).entries.map((entry) => entry.tag)).toEqual([
      "project_name",
      "overview",
      "technology_stack",
      "core_features",
      "basket",
    ]);
  });

  it("writes a heading where the text has headings, behind the subheadings of the part before", () => {
    const text = "## Overview\n\n### Who\n\nPeople\n\n## Features\n\nBasket\n";
    const edit = insertionOf(text, "technology_stack");
    expect(edit && outlineOf(applied(text, edit)).entries.map((entry) => entry.title)).toEqual([
      "Overview",
      "Who",
      "Technology stack",
      "Features",
    ]);
  });

  it("does not raise what is written: the hint is a comment", () => {
    for (const part of PARTS) {
      const edit = insertionOf(TAGGED, part.tag);
      expect(edit, part.tag).toBeDefined();
      if (edit)
        expect(
          withoutComments(edit.text)
            .replace(/<[^>]*>/g, "")
            .trim(),
          part.tag,
        ).toBe("");
    }
  });

  it("knows nothing of a part that the check does not look for", () => {
    expect(insertionOf(TAGGED, "colours")).toBeUndefined();
  });

  it("keeps every character that was there, and the part is found afterwards", () => {
    const texts = fc.array(
      fc.constantFrom(
        "<overview>a</overview>\n",
        "<project_name>x</project_name>",
        "## Overview\n",
        "words\n",
        "\n\n",
        "### Deep\n",
      ),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(...PARTS), (pieces, part) => {
        const text = pieces.join("");
        const edit = insertionOf(text, part.tag);
        if (!edit) throw new Error(`${part.tag} is known`);
        const after = applied(text, edit);
        expect(after.slice(0, edit.at) + after.slice(edit.at + edit.text.length)).toBe(text);
        expect(after.slice(...edit.selection)).toBe(`<!-- ${part.hint} -->`);
        expect(outlineOf(after).entries.map((entry) => entry.tag)).toContain(
          outlineOf(after).notation === "tags" ? part.tag : part.title.toLowerCase().replaceAll(" ", "_"),
        );
      }),
    );
  });
});
