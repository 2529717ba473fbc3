import "./code.css";
import type { Mark } from "../diff/marks.ts";
import { text as words } from "../diff/messages.ts";
import type { TokenLine } from "./highlight.ts";

type Piece = { text: string; scope: string | null; isMarked: boolean; at: number };

/** Characters of one line that are shown; what is longer is data, not code. */
const LONGEST = 2000;

/** Cuts the coloured parts of a line where marks begin and end. */
export function pieces(text: string, tokens: TokenLine | null, marks: readonly Mark[]): Piece[] {
  const made: Piece[] = [];
  // Colours of another text would put wrong words on the screen.
  const isOwn = tokens?.map((token) => token.text).join("") === text;
  let at = 0;
  for (const token of isOwn && tokens ? tokens : [{ text, scope: null }]) {
    const end = at + token.text.length;
    while (at < end) {
      const mark = marks.find(([from, to]) => from <= at && at < to);
      const next = mark ? mark[1] : Math.min(...marks.map(([from]) => (from > at ? from : end)), end);
      const until = Math.min(end, next);
      made.push({ text: text.slice(at, until), scope: token.scope, isMarked: mark !== undefined, at });
      at = until;
    }
  }
  return made;
}

type Props = { text: string; tokens?: TokenLine | null; marks?: readonly Mark[]; markKind?: "added" | "removed" };

const NO_MARKS: readonly Mark[] = [];

/** One line of code: coloured if its colours are known, marked where it differs, cut when it is endless. */
export function CodeLine({ text, tokens = null, marks = NO_MARKS, markKind = "added" }: Props) {
  if (text.length > LONGEST) {
    return (
      <>
        {text.slice(0, LONGEST)}
        <span className="text-muted">{words.longLine(text.length - LONGEST)}</span>
      </>
    );
  }
  if (!tokens && marks.length === 0) return text;
  return pieces(text, tokens, marks).map((piece) => (
    <span key={piece.at} data-scope={piece.scope ?? undefined} data-mark={piece.isMarked ? markKind : undefined}>
      {piece.text}
    </span>
  ));
}
