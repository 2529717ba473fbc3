import { Check, Copy, Link2 } from "lucide-react";
import { memo, type ReactNode } from "react";
import { cx } from "@/ui/cx.ts";
import type { Fold } from "./arrange.ts";
import { BlockView } from "./BlockView.tsx";
import { type Block, type Entry, isSubAgent, type Partner } from "./entry.ts";
import { transcriptText as text } from "./messages.ts";
import { secondsClock } from "./words.ts";

type Props = {
  project: number;
  session: string;
  entry: Entry;
  blocks: readonly Block[];
  /** The other halves of the calls and answers among `blocks`, in their order. */
  partners: readonly Partner[];
  /** Which of the sub-agents started here show their steps. */
  opened: ReadonlySet<string>;
  isTarget: boolean;
  onToggle: (parent: string) => void;
  onCopy: (entry: Entry) => void;
  /** Where a copied link leads, in words. */
  copyLinkLabel: string;
  onCopyLink: (session: string, entry: Entry) => void;
};

/** One row of the transcript. Drawn again only when something of it changed. */
export const EntryRow = memo(function EntryRow(props: Props) {
  const { project, session, entry, blocks, partners, opened, isTarget, onToggle, onCopy, copyLinkLabel, onCopyLink } =
    props;
  return (
    <div
      className={cx(
        "group relative grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 px-4 py-1.5 max-md:grid-cols-[3rem_minmax(0,1fr)] max-md:gap-x-2 max-md:px-3",
        entry.parent_call !== null && "ml-6 border-l-2 border-line-strong",
        isTarget && "bg-accent-soft",
      )}
    >
      <time dateTime={new Date(entry.at_ms).toISOString()} className="pt-0.5 text-right text-2xs text-muted tabular">
        {secondsClock(entry.at_ms)}
      </time>
      <div className="flex min-w-0 flex-col gap-1.5 pr-16 pointer-coarse:pr-1">
        {blocks.map((block, at) => {
          const parent = block.type === "tool_call" && isSubAgent(block.name) ? block.id : null;
          return (
            <BlockView
              key={`${block.type}-${"id" in block ? block.id : at}`}
              id={`${session}/${entry.ordinal}/${at}`}
              project={project}
              block={block}
              partner={partners[at]}
              steps={parent === null ? null : { isOpen: opened.has(parent), toggle: () => onToggle(parent) }}
            />
          );
        })}
      </div>
      <div className="absolute top-1 right-3 flex opacity-0 group-focus-within:opacity-100 group-hover:opacity-100">
        <RowButton label={text.copy} icon={<Copy aria-hidden className="size-3.5" />} onPress={() => onCopy(entry)} />
        <RowButton
          label={copyLinkLabel}
          icon={isTarget ? <Check aria-hidden className="size-3.5" /> : <Link2 aria-hidden className="size-3.5" />}
          onPress={() => onCopyLink(session, entry)}
        />
      </div>
    </div>
  );
}, isSameRow);

/** Plainer than the button of the other pages: there are two in each row, and rows come and go by the thousand. */
function RowButton({ label, icon, onPress }: { label: string; icon: ReactNode; onPress: () => void }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className="inline-flex size-6 items-center justify-center rounded-md bg-panel text-muted hover:bg-hover hover:text-text"
      onClick={onPress}
    >
      {icon}
    </button>
  );
}

function isSameRow(before: Props, now: Props): boolean {
  return (
    before.entry === now.entry &&
    before.session === now.session &&
    before.isTarget === now.isTarget &&
    before.onToggle === now.onToggle &&
    before.onCopy === now.onCopy &&
    before.onCopyLink === now.onCopyLink &&
    before.copyLinkLabel === now.copyLinkLabel &&
    before.project === now.project &&
    before.blocks.length === now.blocks.length &&
    before.blocks.every((block, at) => block === now.blocks[at]) &&
    before.partners.every((partner, at) => partner === now.partners[at]) &&
    (before.opened === now.opened || !now.blocks.some((block) => block.type === "tool_call" && isSubAgent(block.name)))
  );
}

/** Steps of sub-agents, folded into a line. */
export function FoldRow({ fold, onToggle }: { fold: Fold; onToggle: (parent: string) => void }) {
  return (
    <div className="px-4 py-1 pl-24">
      <button
        type="button"
        aria-expanded={false}
        className="text-xs text-muted hover:text-text hover:underline"
        onClick={() => fold.parents.forEach(onToggle)}
      >
        {text.fold(fold.steps, fold.parents.length)} · <span className="text-accent">{text.unfold}</span>
      </button>
    </div>
  );
}

/** A row that is on its way. */
export function PendingRow() {
  return (
    <div
      className="grid h-14 grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 px-4 py-2 max-md:grid-cols-[3rem_minmax(0,1fr)] max-md:gap-x-2 max-md:px-3"
      aria-busy
    >
      <span className="sr-only">{text.entryLoading}</span>
      <span aria-hidden />
      <span aria-hidden className="h-3 w-2/3 self-center rounded-sm bg-hover" />
    </div>
  );
}

/** Where a session begins among the rows of its run. */
export function SessionHeading({ children }: { children: ReactNode }) {
  return (
    <div className="mt-2 flex items-center gap-2 border-y border-line bg-canvas px-4 py-1.5 text-xs first:mt-0">
      {children}
    </div>
  );
}
