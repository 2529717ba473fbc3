import { useEffect, useState } from "react";
import { languageOf } from "./languages.ts";

/** A part of a line that has one colour. */
export type Token = { text: string; scope: string | null };
export type TokenLine = readonly Token[];

/** Texts longer than this stay without colours: working them out would hold up the screen. */
const LONGEST = 100_000;
/** Files whose colours are kept. */
const MOST_KEPT = 30;

const kept = new Map<string, Promise<readonly TokenLine[] | null>>();

/** The lines of a text with their colours; nothing when the language is not known or the text is too long. */
export function highlight(text: string, path: string): Promise<readonly TokenLine[] | null> {
  const language = languageOf(path);
  if (!language || text.length > LONGEST) return Promise.resolve(null);
  const key = `${language.name}\0${text}`;
  const known = kept.get(key);
  if (known) return known;
  const made = (async () => {
    const [{ default: engine }, { default: grammar }] = await Promise.all([
      import("highlight.js/lib/core"),
      language.load(),
    ]);
    if (!engine.getLanguage(language.name)) engine.registerLanguage(language.name, grammar);
    return linesOf(engine.highlight(text, { language: language.name, ignoreIllegals: true }).value);
  })().catch(() => null);
  kept.set(key, made);
  if (kept.size > MOST_KEPT) kept.delete([...kept.keys()][0] ?? "");
  return made;
}

/** The same for a component; nothing until they are worked out. */
export function useHighlight(text: string | null, path: string): readonly TokenLine[] | null {
  const [found, setFound] = useState<{ text: string; path: string; lines: readonly TokenLine[] | null } | null>(null);
  useEffect(() => {
    if (text === null) return;
    let isWanted = true;
    void highlight(text, path).then((lines) => {
      if (isWanted) setFound({ text, path, lines });
    });
    return () => {
      isWanted = false;
    };
  }, [text, path]);
  return found && found.text === text && found.path === path ? found.lines : null;
}

/** Reads the marked-up text that the engine makes. It is parsed apart from the page and only its words are used. */
function linesOf(markup: string): TokenLine[] {
  const parsed = new DOMParser().parseFromString(markup, "text/html");
  const lines: Token[][] = [[]];
  const walk = (node: Node, scope: string | null) => {
    if (node.nodeType === Node.TEXT_NODE) {
      (node.textContent ?? "").split("\n").forEach((text, at) => {
        if (at > 0) lines.push([]);
        if (text !== "") lines.at(-1)?.push({ text, scope });
      });
      return;
    }
    const own = node instanceof Element ? scopeOf(node.className) : null;
    for (const child of node.childNodes) walk(child, own ?? scope);
  };
  walk(parsed.body, null);
  return lines;
}

/** The few colours that there are, by the engine's many names. */
const SCOPES: Readonly<Record<string, string>> = {
  keyword: "keyword",
  built_in: "type",
  type: "type",
  class: "type",
  literal: "number",
  number: "number",
  string: "string",
  regexp: "string",
  char: "string",
  symbol: "string",
  comment: "comment",
  quote: "comment",
  doctag: "comment",
  meta: "comment",
  title: "title",
  function: "title",
  section: "title",
  attr: "attr",
  attribute: "attr",
  property: "attr",
  name: "keyword",
  tag: "attr",
  variable: "attr",
  "selector-tag": "keyword",
  "selector-class": "title",
  "selector-id": "title",
};

function scopeOf(className: string): string | null {
  const [first = ""] = className.split(" ");
  return SCOPES[first.replace(/^hljs-/, "")] ?? null;
}
