import { diffWordsWithSpace } from "diff";

/** A part of a line, by its first and the one after its last character. */
export type Mark = readonly [from: number, to: number];

/** Lines longer than this are not compared word by word: they are data, and it would take too long. */
const LONGEST = 1000;
/** Lines that have less in common than this are different lines; marks would only be noise. */
const ALIKE = 0.3;

/** What differs between two lines, on each side. Empty when they have too little in common for it to help. */
export function marksOf(removed: string, added: string): { removed: Mark[]; added: Mark[] } {
  const none = { removed: [], added: [] };
  if (removed === added || removed.length > LONGEST || added.length > LONGEST) return none;
  const left: Mark[] = [];
  const right: Mark[] = [];
  let oldAt = 0;
  let newAt = 0;
  let same = 0;
  for (const part of diffWordsWithSpace(removed, added)) {
    const { length } = part.value;
    if (part.added) right.push([newAt, (newAt += length)]);
    else if (part.removed) left.push([oldAt, (oldAt += length)]);
    else {
      same += part.value.trim().length;
      oldAt += length;
      newAt += length;
    }
  }
  const shorter = Math.min(removed.trim().length, added.trim().length);
  return same >= shorter * ALIKE ? { removed: left, added: right } : none;
}
