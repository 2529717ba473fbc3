import { ChevronsUpDown, MessageSquarePlus } from "lucide-react";
import { memo } from "react";
import { CodeLine } from "../code/CodeLine.tsx";
import type { TokenLine } from "../code/highlight.ts";
import { cx } from "../cx.ts";
import type { DiffLine } from "./hunks.ts";
import { type Mark, marksOf } from "./marks.ts";
import { text } from "./messages.ts";
import type { DiffRow, GapRow } from "./rows.ts";

/** Colours of both texts by line; nothing while they are not known. */
export type Colours = { oldLines: readonly TokenLine[] | null; newLines: readonly TokenLine[] | null };

type Props = {
  row: DiffRow;
  colours: Colours;
  isCurrent?: boolean;
  onOpen?: ((gap: GapRow) => void) | undefined;
  /** Begins a comment on a line of the new text, or of the old one where it was removed. */
  onComment?: ((line: DiffLine) => void) | undefined;
};

const TINTS = { same: "", added: "bg-added", removed: "bg-removed" } as const;
const SIGNS = { same: " ", added: "+", removed: "−" } as const;

/** One row of a diff in either layout. */
export const DiffRowView = memo(function DiffRowView({ row, colours, isCurrent = false, onOpen, onComment }: Props) {
  if (row.type === "gap") return <Gap row={row} onOpen={onOpen} />;
  const current = isCurrent && "shadow-[inset_3px_0_0_var(--accent)]";
  if (row.type === "line") {
    const { line, partner } = row;
    return (
      <div className={cx("group flex font-mono text-xs leading-5", TINTS[line.kind], current)}>
        <LineNumber value={line.oldNumber} />
        <LineNumber value={line.newNumber} line={line} onComment={onComment} />
        <Text line={line} marks={marks(line, partner)} colours={colours} />
      </div>
    );
  }
  const { left, right } = row;
  const isPair = left?.kind === "removed" && right?.kind === "added";
  const both = isPair ? marksOf(left.text, right.text) : null;
  return (
    <div className={cx("grid grid-cols-2 font-mono text-xs leading-5", current)}>
      <Side
        line={left}
        side="old"
        marks={both?.removed ?? NONE}
        colours={colours}
        onComment={left?.kind === "removed" ? onComment : undefined}
      />
      <Side line={right} side="new" marks={both?.added ?? NONE} colours={colours} onComment={onComment} />
    </div>
  );
});

const NONE: readonly Mark[] = [];

function marks(line: DiffLine, partner: string | null): readonly Mark[] {
  if (partner === null || line.kind === "same") return NONE;
  return line.kind === "removed" ? marksOf(line.text, partner).removed : marksOf(partner, line.text).added;
}

function Side({
  line,
  side,
  marks,
  colours,
  onComment,
}: {
  line: DiffLine | null;
  side: "old" | "new";
  marks: readonly Mark[];
  colours: Colours;
  onComment: Props["onComment"];
}) {
  if (!line) return <div aria-hidden className={cx("bg-canvas", side === "new" && "border-l border-line")} />;
  return (
    <div className={cx("group flex min-w-0", TINTS[line.kind], side === "new" && "border-l border-line")}>
      <LineNumber value={side === "old" ? line.oldNumber : line.newNumber} line={line} onComment={onComment} />
      <Text line={line} marks={marks} colours={colours} />
    </div>
  );
}

function Text({ line, marks, colours }: { line: DiffLine; marks: readonly Mark[]; colours: Colours }) {
  const tokens =
    line.newNumber !== null
      ? colours.newLines?.[line.newNumber - 1]
      : line.oldNumber !== null
        ? colours.oldLines?.[line.oldNumber - 1]
        : null;
  return (
    <>
      <span aria-hidden className="w-5 shrink-0 text-center text-muted select-none">
        {SIGNS[line.kind]}
      </span>
      <code className="min-w-0 flex-1 pr-3 font-mono wrap-anywhere whitespace-pre-wrap">
        {line.kind !== "same" && <span className="sr-only">{text[line.kind]}</span>}
        <CodeLine
          text={line.text}
          tokens={tokens ?? null}
          marks={marks}
          markKind={line.kind === "removed" ? "removed" : "added"}
        />
      </code>
    </>
  );
}

function LineNumber({
  value,
  line,
  onComment,
}: {
  value: number | null;
  line?: DiffLine;
  onComment?: Props["onComment"];
}) {
  return (
    <span className="relative w-12 shrink-0 pr-2 text-right text-muted tabular select-none">
      {value}
      {line && onComment && value !== null && (
        <button
          type="button"
          // The line one is on takes a comment by its key; a stop of the tab key at every line would be a trap.
          tabIndex={-1}
          aria-label={text.comment(value)}
          className="absolute top-0 -right-2.5 z-10 flex size-5 items-center justify-center rounded-sm bg-accent-fill text-on-accent opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
          onClick={() => onComment(line)}
        >
          <MessageSquarePlus aria-hidden className="size-3.5" />
        </button>
      )}
    </span>
  );
}

function Gap({ row, onOpen }: { row: GapRow; onOpen: Props["onOpen"] }) {
  const className = "flex h-7 w-full items-center gap-2 border-y border-line bg-hover px-3 text-xs text-muted";
  if (!onOpen) return <div className={className}>{text.unchanged(row.count)}</div>;
  return (
    <button type="button" className={cx(className, "hover:text-text")} onClick={() => onOpen(row)}>
      <ChevronsUpDown aria-hidden className="size-3.5" />
      {text.showUnchanged(row.count)}
    </button>
  );
}
