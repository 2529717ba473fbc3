import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pieces } from "./CodeLine.tsx";
import { highlight } from "./highlight.ts";
import { languageOf } from "./languages.ts";

describe("code in colours", () => {
  test("colours change no character of the text", async () => {
    const text = 'const a = "<b>&amp;</b>"; // x\n\nfunction f() {\n  return `1\n2`;\n}\n';
    const lines = await highlight(text, "src/a.ts");
    expect(lines?.map((line) => line.map((token) => token.text).join("")).join("\n")).toBe(text);
    expect(lines?.[0]?.[0]).toEqual({ text: "const", scope: "keyword" });
  });

  test("markup in code is text, never markup of the page", async () => {
    const text = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const lines = await highlight(text, "a.html");
    expect(
      lines
        ?.flat()
        .map((token) => token.text)
        .join(""),
    ).toBe(text);
  });

  test("a language nobody knows, and a text too long to work on, stay plain", async () => {
    expect(await highlight("x", "a.unknown")).toBeNull();
    expect(await highlight("x".repeat(100_001), "a.ts")).toBeNull();
    expect([languageOf("Dockerfile")?.name, languageOf("constructor"), languageOf("x/y.TSX")?.name]).toEqual([
      "dockerfile",
      null,
      "tsx",
    ]);
  });

  test("cut at colours and marks, a line is still the same line", () => {
    const words = fc.array(fc.constantFrom("let", " ", "x", "=", "42"), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(words, fc.array(fc.tuple(fc.nat(30), fc.nat(8)), { maxLength: 4 }), (parts, cuts) => {
        const text = parts.join("");
        let end = 0;
        const marks = cuts.map(([skip, length]) => [(end += skip), (end += length + 1)] as const);
        const made = pieces(
          text,
          parts.map((part) => ({ text: part, scope: null })),
          marks,
        );
        expect(made.map((piece) => piece.text).join("")).toBe(text);
        for (const piece of made) {
          const isMarked = marks.some(([from, to]) => from <= piece.at && piece.at < to);
          expect(piece.isMarked).toBe(isMarked);
        }
      }),
    );
  });

  test("colours that belong to another text are not used", () => {
    expect(pieces("abc", [{ text: "xyz", scope: "keyword" }], [])).toEqual([
      { text: "abc", scope: null, isMarked: false, at: 0 },
    ]);
  });
});
