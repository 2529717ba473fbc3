import { outlineOf } from "./outline.ts";
import { PARTS, ROOT, type SpecPart, skeletonInTags, skeletonUnderHeading, partOf, wholeSkeleton } from "./parts.ts";

/** One edit of a text: what to put where, and what is selected afterwards. */
export type Insertion = {
  readonly at: number;
  readonly text: string;
  /** From and to in the text after the edit: the hint, so that typing replaces it. */
  readonly selection: readonly [number, number];
};

/**
 * Where the skeleton of the part `tag` goes: behind the last part that is usually written before it, in the notation the
 * text already uses. None for a part that the check does not know.
 */
export function insertionOf(text: string, tag: string): Insertion | undefined {
  const part = partOf(tag);
  if (!part) return undefined;
  if (text.trim() === "") return selecting({ at: text.length, text: wholeSkeleton() }, part);

  const { notation, entries } = outlineOf(text);
  const isTagged = notation === "tags";
  const earlier = new Set(PARTS.slice(0, PARTS.indexOf(part)));
  const known = entries.filter((entry) => !entry.isUnclosed && (!isTagged || entry.depth === 0));
  const before = known.findLast((entry) => isAmong(earlier, partOf(entry.tag)));
  // A heading's part ends where the next one of its level begins; what stands below deeper headings belongs to it.
  const next = before && known.find((entry) => entry.from > before.from && entry.depth <= before.depth);
  const at = (isTagged ? before?.to : next?.from) ?? endOf(text);
  const skeleton = isTagged ? skeletonInTags(part) : skeletonUnderHeading(part);
  const lead = "\n".repeat(Math.max(0, 2 - newlinesBefore(text, at)));
  const trail = "\n".repeat(Math.max(0, 2 - newlinesAfter(text, at)));
  return selecting({ at, text: `${lead}${skeleton}${trail}` }, part);
}

function isAmong(parts: ReadonlySet<SpecPart>, part: SpecPart | undefined): boolean {
  return part !== undefined && parts.has(part);
}

/** Before the closing tag of the whole, or at the end. */
function endOf(text: string): number {
  const closing = text.toLowerCase().lastIndexOf(`</${ROOT}>`);
  if (closing === -1) return text.trimEnd().length;
  return text.slice(0, closing).trimEnd().length;
}

function newlinesBefore(text: string, at: number): number {
  if (at === 0) return 2;
  return /\n*$/.exec(text.slice(Math.max(0, at - 2), at))?.[0].length ?? 0;
}

function newlinesAfter(text: string, at: number): number {
  return /^\n*/.exec(text.slice(at, at + 2))?.[0].length ?? 0;
}

function selecting(edit: { at: number; text: string }, part: SpecPart): Insertion {
  const hint = `<!-- ${part.hint} -->`;
  const from = edit.at + edit.text.indexOf(hint);
  return { ...edit, selection: [from, from + hint.length] };
}

/** The text after the edit. */
export function applied(text: string, { at, text: added }: Insertion): string {
  return text.slice(0, at) + added + text.slice(at);
}
