import { useMemo } from "react";
import { cx } from "../cx.ts";
import { DiffView } from "./DiffView.tsx";
import { fromTexts } from "./hunks.ts";

type Props = {
  before: string;
  after: string;
  /** Decides the colours. */
  path: string;
  label: string;
  className?: string;
};

/** What became of a text, in a frame of its own. */
export function TextsDiff({ before, after, path, label, className }: Props) {
  const diff = useMemo(() => fromTexts(before, after), [before, after]);
  return (
    <div className={cx("flex flex-1 flex-col overflow-hidden rounded-md border border-line", className)}>
      <DiffView diff={diff} texts={{ before, after }} path={path} layout="unified" label={label} />
    </div>
  );
}
