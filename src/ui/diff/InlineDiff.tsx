import { useMemo, useState } from "react";
import { Button } from "../Button.tsx";
import { useHighlight } from "../code/highlight.ts";
import { DiffRowView } from "./DiffRowView.tsx";
import { fromTexts } from "./hunks.ts";
import { text } from "./messages.ts";
import { rowsOf } from "./rows.ts";

/** Rows that are shown before a person asks for more, and after. */
const FEW = 24;
const MANY = 1000;

type Props = { path: string; before: string; after: string };

const NOTHING_OPEN = new Map<number, { top: number; bottom: number }>();

/** What a replacement changes, in place: a few rows at first, and all on demand up to a thousand. */
export function InlineDiff({ path, before, after }: Props) {
  const [isOpen, setOpen] = useState(false);
  const diff = useMemo(() => fromTexts(before, after, 2), [before, after]);
  const { rows, leftOut } = useMemo(() => rowsOf(diff, "unified", NOTHING_OPEN, isOpen ? MANY : FEW), [diff, isOpen]);
  const oldLines = useHighlight(before === "" ? null : before, path);
  const newLines = useHighlight(after === "" ? null : after, path);
  const colours = useMemo(() => ({ oldLines, newLines }), [oldLines, newLines]);
  if (rows.length === 0) return <p className="px-3 py-2 text-xs text-muted">{text.same}</p>;
  return (
    <div className="overflow-hidden">
      {rows.map((row, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows of a text that never changes
        <DiffRowView key={at} row={row} colours={colours} />
      ))}
      {leftOut > 0 && (
        <div className="border-t border-line px-3 py-1.5">
          {isOpen ? (
            <p className="text-xs text-muted">{text.notHere(leftOut)}</p>
          ) : (
            <Button size="sm" variant="ghost" onClick={() => setOpen(true)}>
              {text.more(leftOut)}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
