/** The name under which the style sheet finds the words. */
const NAME = "transcript-words";
/** Words that are marked at most; more are not in sight at once. */
const MOST = 500;

/** The words of a search as they are looked for in a text: at least two letters each, so that not everything is marked. */
export function wordsOf(query: string): string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word.length >= 2);
}

/** Where the words stand in a text, in order and without overlaps. */
export function placesOf(text: string, words: readonly string[]): [from: number, to: number][] {
  const lower = text.toLowerCase();
  const places: [number, number][] = [];
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
      places.push([at, at + word.length]);
  }
  places.sort(([a], [b]) => a - b);
  return places.filter(([from], index) => index === 0 || from >= (places[index - 1]?.[1] ?? 0));
}

/** Marks the words within an element without touching it. Does nothing where the browser cannot. */
export function highlightWords(element: HTMLElement | null, query: string): void {
  if (typeof CSS === "undefined" || !("highlights" in CSS)) return;
  CSS.highlights.delete(NAME);
  const words = wordsOf(query);
  if (!element || words.length === 0) return;
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node && ranges.length < MOST; node = texts.nextNode()) {
    for (const [from, to] of placesOf(node.textContent ?? "", words)) {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      ranges.push(range);
    }
  }
  if (ranges.length > 0) CSS.highlights.set(NAME, new Highlight(...ranges));
}
