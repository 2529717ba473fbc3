import { History as HistoryIcon } from "lucide-react";
import { useMemo, useState } from "react";
import type { SpecVersion } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { TextsDiff } from "@/ui/diff/TextsDiff.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { moment } from "@/ui/format.ts";
import { Select } from "@/ui/Select.tsx";
import { SideList } from "@/ui/SideList.tsx";
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
    <div className="flex h-full max-md:flex-col">
      <SideList
        label={text.history.listLabel}
        current={version.version}
        onChoose={setChosen}
        className="w-56 overflow-y-auto border-r border-line p-3 max-md:w-full max-md:border-r-0 max-md:border-b max-md:p-2"
        entries={versions.map((one) => ({
          id: one.version,
          content: (
            <>
              <span className="flex items-center gap-2 font-normal">
                {text.history.version(one.version)}
                {one.text === now && <Badge tone="accent">{text.history.current}</Badge>}
              </span>
              <span className="tabular mt-0.5 block text-2xs font-normal text-faint">
                {moment(one.at_ms)} · {text.page.score(one.score)}
              </span>
            </>
          ),
        }))}
      />
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
        {before === after ? (
          <p className="text-muted">{text.history.same}</p>
        ) : (
          <TextsDiff
            key={`${version.version} ${against}`}
            before={before}
            after={after}
            path={file}
            label={text.history.difference}
            className="min-h-0 max-md:min-h-80"
          />
        )}
      </div>
    </div>
  );
}
