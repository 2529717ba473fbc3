import { PARTS, ROOT, partOf, titleOf } from "./parts.ts";

/** How the parts of a specification are told apart. */
export type Notation = "tags" | "headings" | "prose";

/** One part of a specification, where it stands in the text. */
export type OutlineEntry = {
  /** Its tag, or its heading written like one. */
  readonly tag: string;
  /** As a person says it. */
  readonly title: string;
  /** From 1. */
  readonly line: number;
  /** Where it begins in the text, in UTF-16 units. */
  readonly from: number;
  /** Where it ends, its closing tag included. */
  readonly to: number;
  /** 0 for the outermost parts. */
  readonly depth: number;
  /** Whether nothing but comments stands in it. */
  readonly isEmpty: boolean;
  /** Whether its tag is never closed. */
  readonly isUnclosed: boolean;
};

/** What a specification is made of. */
export type Outline = {
  readonly notation: Notation;
  readonly entries: readonly OutlineEntry[];
};

/** Deeper parts are not listed: an outline is for finding one's way. */
const DEEPEST = 1;
/** Longer than this is no tag but a `<` in a text. */
const LONGEST_TAG = 300;

type Span = {
  name: string;
  from: number;
  inner: number;
  innerEnd: number;
  to: number;
  isUnclosed: boolean;
};

/** The parts of `text` by its tags or, where it has none that are known, by its Markdown headings. Linear in the text. */
export function outlineOf(text: string): Outline {
  const written = withoutComments(text);
  const lineAt = lines(text);
  const spans = tagSpans(written);
  const root = spans.find((span) => span.name === ROOT && !span.isUnclosed);
  const inside = spans.filter(
    (span) => span.name !== ROOT && (!root || (span.from >= root.inner && span.to <= root.to)),
  );
  if (inside.some((span) => PARTS.some((part) => part.tag === span.name))) {
    return { notation: "tags", entries: nested(inside, written, lineAt) };
  }
  const entries = headings(written, lineAt);
  return { notation: entries.length > 0 ? "headings" : root ? "tags" : "prose", entries };
}

/** The part that holds the position, the innermost one listed; none before the first. */
export function entryAt(outline: Outline, position: number): OutlineEntry | undefined {
  return outline.entries.findLast((entry) => entry.from <= position && position < entry.to);
}

/** The text with comments blanked out by spaces, so that positions and lines stay. */
export function withoutComments(text: string): string {
  let kept = "";
  let from = 0;
  for (;;) {
    const begin = text.indexOf("<!--", from);
    const end = begin === -1 ? -1 : text.indexOf("-->", begin + 4);
    if (end === -1) return kept + text.slice(from);
    kept += text.slice(from, begin) + text.slice(begin, end + 3).replace(/[^\n]/g, " ");
    from = end + 3;
  }
}

/** A function from a position to its line, from 1. Positions must not decrease from call to call. */
function lines(text: string): (position: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (position) => {
    while (next !== -1 && next < position) {
      line += 1;
      next = text.indexOf("\n", next + 1);
    }
    return line;
  };
}

/** Every opening tag in order, with the closing tag that belongs to it: the innermost is closed first. */
function tagSpans(text: string): Span[] {
  const spans: Span[] = [];
  const open = new Map<string, Span[]>();
  const tag = new RegExp(`<(/?)([A-Za-z][A-Za-z0-9_-]*)(\\s[^<>]{0,${LONGEST_TAG}})?>`, "g");
  for (const match of text.matchAll(tag)) {
    const [whole, slash, rawName, attributes] = match;
    if (attributes?.trimEnd().endsWith("/")) continue;
    const name = (rawName ?? "").toLowerCase();
    const end = match.index + whole.length;
    if (slash) {
      const opening = open.get(name)?.pop();
      if (opening) Object.assign(opening, { innerEnd: match.index, to: end, isUnclosed: false });
      continue;
    }
    const span = { name, from: match.index, inner: end, innerEnd: end, to: end, isUnclosed: true };
    spans.push(span);
    const same = open.get(name);
    if (same) same.push(span);
    else open.set(name, [span]);
  }
  return spans;
}

/** The outermost spans and one level within them; unclosed ones only where the check would ask for them. */
function nested(spans: readonly Span[], text: string, lineAt: (position: number) => number): OutlineEntry[] {
  const entries: OutlineEntry[] = [];
  const around: number[] = [];
  for (const span of spans) {
    if (span.isUnclosed && !partOf(span.name)) continue;
    while ((around.at(-1) ?? Infinity) <= span.from) around.pop();
    const depth = around.length;
    if (!span.isUnclosed) around.push(span.to);
    if (depth > DEEPEST) continue;
    entries.push({
      tag: span.name,
      title: titleOf(span.name),
      line: lineAt(span.from),
      from: span.from,
      to: span.to,
      depth,
      isEmpty: text.slice(span.inner, span.innerEnd).trim() === "",
      isUnclosed: span.isUnclosed,
    });
  }
  return entries;
}

/** The parts under Markdown headings; code blocks are not searched. */
function headings(text: string, lineAt: (position: number) => number): OutlineEntry[] {
  const found: { title: string; level: number; from: number; inner: number }[] = [];
  let isCode = false;
  let from = 0;
  for (const line of text.split("\n")) {
    const inner = from + line.length;
    if (line.trimStart().startsWith("```")) isCode = !isCode;
    const heading = isCode ? null : /^(#{1,6}) (.*)$/.exec(line.trimEnd());
    if (heading) found.push({ title: (heading[2] ?? "").trim(), level: (heading[1] ?? "").length, from, inner });
    from = inner + 1;
  }
  const top = Math.min(...found.map((heading) => heading.level));
  return found
    .map((heading, at) => {
      const next = found[at + 1];
      const to = next?.from ?? text.length;
      const holdsOthers = next !== undefined && next.level > heading.level;
      return {
        tag: asTag(heading.title),
        title: heading.title.replace(/^[\d.)\s]+/, "") || heading.title,
        line: lineAt(heading.from),
        from: heading.from,
        to,
        depth: Math.min(heading.level - top, DEEPEST),
        isEmpty: !holdsOthers && text.slice(heading.inner, to).trim() === "",
        isUnclosed: false,
      };
    })
    .filter((entry) => entry.title !== "");
}

/** `2. Technology Stack` becomes `technology_stack`. */
function asTag(heading: string): string {
  const words = heading.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const first = words.findIndex((word) => !/^\p{N}+$/u.test(word));
  return words
    .slice(first === -1 ? words.length : first)
    .join("_")
    .toLowerCase();
}
