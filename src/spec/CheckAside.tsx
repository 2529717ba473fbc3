import { Plus } from "lucide-react";
import { asSentence, reasonOf } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Progress } from "@/ui/Progress.tsx";
import type { Outline, OutlineEntry } from "./outline.ts";
import { partOf, titleOf } from "./parts.ts";
import type { Checked } from "./useSpecCheck.ts";
import { text } from "./messages.ts";

type Props = {
  checked: Checked;
  outline: Outline;
  /** The part the cursor is in. */
  current: OutlineEntry | undefined;
  /** The id under which the reason against the text is found. */
  problemId: string;
  onAdd: (tag: string) => void;
  onGoTo: (entry: OutlineEntry) => void;
};

/** How good a text is, what is missing, and what it is made of. */
export function CheckAside({ checked, outline, current, problemId, onAdd, onGoTo }: Props) {
  return (
    <div className="flex flex-col gap-5">
      <section aria-label={text.check.title} className="flex flex-col gap-3">
        <Verdict checked={checked} problemId={problemId} />
        {checked.check && <Missing missing={checked.check.missing} onAdd={onAdd} />}
        {checked.check && <Warnings warnings={checked.check.warnings} missing={checked.check.missing} />}
      </section>
      <nav aria-label={text.check.outline}>
        <h2 className="mb-1.5 text-xs font-semibold text-muted">{text.check.outline}</h2>
        {outline.entries.length === 0 && <p className="text-xs text-faint">{text.check.noOutline}</p>}
        <ul className="flex flex-col">
          {outline.entries.map((entry) => (
            <li key={entry.from}>
              <button
                type="button"
                onClick={() => onGoTo(entry)}
                aria-current={entry === current ? "location" : undefined}
                className={`flex w-full items-center gap-2 rounded-sm px-1.5 py-1 text-left text-xs hover:bg-hover ${
                  entry.depth > 0 ? "pl-5 text-muted" : ""
                } aria-[current]:bg-accent-soft aria-[current]:text-accent`}
              >
                <span className="min-w-0 flex-1 truncate">{entry.title}</span>
                {entry.isUnclosed ? (
                  <Badge tone="danger">{text.check.unclosed}</Badge>
                ) : (
                  entry.isEmpty && <span className="text-2xs text-muted">{text.check.empty} ·</span>
                )}
                <span className="tabular text-2xs text-muted">{text.check.line(entry.line)}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

function Verdict({ checked, problemId }: { checked: Checked; problemId: string }) {
  const { check, failure, isChecking } = checked;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="text-xs font-semibold text-muted">{text.check.title}</h2>
        <span aria-live="polite" className="tabular text-sm font-semibold">
          {check ? text.check.score(check.score) : ""}
        </span>
      </div>
      {check && (
        <Progress
          value={check.score}
          max={100}
          label={text.check.title}
          tone={check.score >= 80 ? "success" : "accent"}
        />
      )}
      {!check && !failure && (
        <p className="text-xs text-faint">{isChecking ? text.check.checking : text.check.notYet}</p>
      )}
      {check?.problem && (
        <p id={problemId} role="alert" className="rounded-md bg-danger-soft px-2.5 py-2 text-xs text-danger">
          {asSentence(check.problem)}
        </p>
      )}
      {failure && (
        <p role="alert" className="rounded-md bg-danger-soft px-2.5 py-2 text-xs text-danger">
          {text.check.failed}. {reasonOf(failure)}
        </p>
      )}
    </div>
  );
}

function Missing({ missing, onAdd }: { missing: readonly string[]; onAdd: (tag: string) => void }) {
  if (missing.length === 0) return null;
  return (
    <div>
      <h3 className="mb-1 text-xs text-muted">{text.check.missing}</h3>
      <ul className="flex flex-col divide-y divide-line rounded-md border border-line">
        {missing.map((tag) => (
          <li key={tag} className="flex items-center gap-2 py-1 pr-1 pl-2.5 text-xs">
            <span className="min-w-0 flex-1">
              {titleOf(tag)}
              <span className="text-faint"> · {partOf(tag)?.isWanted ? text.check.wanted : text.check.helpful}</span>
            </span>
            {partOf(tag) && (
              <Button
                size="sm"
                variant="ghost"
                icon={<Plus aria-hidden className="size-3.5" />}
                aria-label={text.check.addPart(titleOf(tag))}
                onClick={() => onAdd(tag)}
              >
                {text.check.add}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Warnings({ warnings, missing }: { warnings: readonly string[]; missing: readonly string[] }) {
  // What is missing has a list of its own, with buttons.
  const others = warnings.filter((warning) => !missing.some((tag) => warning === `<${tag}> is missing`));
  if (others.length === 0)
    return missing.length === 0 ? <p className="text-xs text-success">{text.check.complete}</p> : null;
  return (
    <div>
      <h3 className="mb-1 text-xs text-muted">{text.check.better}</h3>
      <ul className="flex list-disc flex-col gap-1 pl-4 text-xs text-muted marker:text-faint">
        {others.map((warning) => (
          <li key={warning}>{asSentence(warning)}</li>
        ))}
      </ul>
    </div>
  );
}
