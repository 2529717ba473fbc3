import { History as HistoryIcon } from "lucide-react";
import { useMemo, useState } from "react";
import type { SpecVersion } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { DiffView } from "@/ui/diff/DiffView.tsx";
import { fromTexts } from "@/ui/diff/hunks.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { moment } from "@/ui/format.ts";
import { Select } from "@/ui/Select.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";
import { fileOfName } from "./spec-name.ts";
import type { OpenSpec } from "./useDrafts.ts";

type Props = { project: number; spec: OpenSpec; onBringBack: (version: string) => void };

/** What a specification once said: every version, what changed in it, and a way back. */
export function History({ project, spec, onBringBack }: Props) {
  const history = useApiQuery("spec_history", { project, name: spec.name }, { isEnabled: spec.view !== null });
  const versions = useMemo(() => history.data?.toSorted((a, b) => b.version - a.version) ?? [], [history.data]);
  if (spec.view !== null && history.isPending) return <SkeletonRows label={text.history.loading} />;
  if (history.error && !history.data) {
    const { message, hint, incident } = history.error;
    return (
      <ErrorState
        title={text.history.failed}
        message={message}
        hint={hint}
        incident={incident}
        onRetry={() => void history.refetch()}
      />
    );
  }
  if (versions.length === 0 || !spec.view) {
    return (
      <EmptyState
        icon={<HistoryIcon aria-hidden />}
        title={text.history.emptyTitle}
        description={text.history.emptyText}
      />
    );
  }
  return <Versions versions={versions} now={spec.view.text} file={fileOfName(spec.name)} onBringBack={onBringBack} />;
}

type VersionsProps = {
  versions: readonly SpecVersion[];
  now: string;
  file: string;
  onBringBack: (version: string) => void;
};

function Versions({ versions, now, file, onBringBack }: VersionsProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [against, setAgainst] = useState<"before" | "now">("before");
  const at = Math.max(
    0,
    versions.findIndex((version) => version.version === chosen),
  );
  const version = versions[at];
  const previous = versions[at + 1];
  if (!version) return null;
  const [before, after] = against === "now" ? [version.text, now] : [previous?.text ?? "", version.text];
  return (
    <div className="flex h-full">
      <nav aria-label={text.history.listLabel} className="w-56 shrink-0 overflow-y-auto border-r border-line p-3">
        <ul className="flex flex-col gap-0.5">
          {versions.map((one) => (
            <li key={one.version}>
              <button
                type="button"
                aria-current={one === version ? "true" : undefined}
                onClick={() => setChosen(one.version)}
                className="flex w-full flex-col gap-0.5 rounded-md px-2.5 py-1.5 text-left hover:bg-hover aria-[current]:bg-hover"
              >
                <span className="flex items-center gap-2">
                  {text.history.version(one.version)}
                  {one.text === now && <Badge tone="accent">{text.history.current}</Badge>}
                </span>
                <span className="tabular text-2xs text-faint">
                  {moment(one.at_ms)} · {text.page.score(one.score)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div className="flex min-w-0 flex-1 flex-col gap-3 p-4">
        <div className="flex flex-wrap items-center gap-3">
          <span className="text-muted">{text.history.against}</span>
          <div className="w-52">
            <Select
              label={text.history.against}
              value={against}
              options={[
                { value: "before", label: text.history.before },
                { value: "now", label: text.history.now },
              ]}
              onChange={setAgainst}
            />
          </div>
          {against === "before" && !previous && <span className="text-faint">{text.history.first}</span>}
          <Button className="ml-auto" disabled={version.text === now} onClick={() => onBringBack(version.text)}>
            {text.history.bringBack}
          </Button>
        </div>
        <Difference key={`${version.version} ${against}`} before={before} after={after} file={file} />
      </div>
    </div>
  );
}

function Difference({ before, after, file }: { before: string; after: string; file: string }) {
  const diff = useMemo(() => fromTexts(before, after), [before, after]);
  if (before === after) return <p className="text-muted">{text.history.same}</p>;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-md border border-line">
      <DiffView diff={diff} texts={{ before, after }} path={file} layout="unified" label={text.history.difference} />
    </div>
  );
}
