import { Link } from "@tanstack/react-router";
import type { CheckpointPreview } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { checkpointText as text } from "./messages.ts";

type Props = { project: number; checkpoint: number };

/** Lines of each list; the rest is counted. */
const MOST = 100;

const TONES: Readonly<Record<CheckpointPreview["files"][number]["how"], Tone>> = {
  added: "success",
  deleted: "danger",
  modified: "warning",
  renamed: "accent",
  type_changed: "warning",
};

/** What going back to a checkpoint would change: files, cards and commits. */
export function RestorePreview({ project, checkpoint }: Props) {
  const preview = useApiQuery("checkpoint_preview", { project, checkpoint });
  return (
    <Panel title={text.preview} isFlush>
      {preview.isError && !preview.data ? (
        <ErrorState
          title={text.previewFailed}
          message={preview.error.message}
          hint={preview.error.hint}
          incident={preview.error.incident}
          onRetry={() => void preview.refetch()}
        />
      ) : preview.data ? (
        <Differences project={project} preview={preview.data} />
      ) : (
        <SkeletonRows label={text.previewLoading} count={4} />
      )}
    </Panel>
  );
}

function Differences({ project, preview }: { project: number; preview: CheckpointPreview }) {
  const { files, features, left_out, commits_taken_back: commits, repository_problem: problem } = preview;
  if (files.length === 0 && features.length === 0 && commits === 0 && !problem) {
    return <p className="p-4 text-muted">{text.previewNothing}</p>;
  }
  return (
    <div className="flex flex-col gap-5 p-4">
      {problem && (
        <p className="rounded-md bg-warning-soft px-3 py-2">
          <span className="font-medium">{text.problem}</span> {problem}
        </p>
      )}
      {files.length > 0 && (
        <section>
          <h3 className="mb-1.5 font-medium">{text.previewFiles(files.length)}</h3>
          <ul className="flex flex-col gap-1">
            {files.slice(0, MOST).map(({ path, how }) => (
              <li key={path} className="flex items-center gap-2">
                <span className="w-24 shrink-0">
                  <Badge tone={TONES[how]}>{text.hows[how]}</Badge>
                </span>
                <code className="min-w-0 truncate font-mono text-xs">{path}</code>
              </li>
            ))}
          </ul>
          <More count={files.length - MOST} />
        </section>
      )}
      {features.length > 0 && (
        <section>
          <h3 className="mb-1.5 font-medium">{text.previewCards(features.length)}</h3>
          <ul className="flex flex-col gap-1">
            {features.slice(0, MOST).map(({ feature, name, now, then }) => (
              <li key={feature} className="flex items-center gap-2">
                <Link
                  to="/p/$project/feature/$feature"
                  params={{ project, feature }}
                  className="min-w-0 truncate text-accent hover:underline"
                >
                  #{feature} {name}
                </Link>
                <span className="shrink-0 text-muted">
                  {inWords(now)} → {inWords(then)}
                </span>
              </li>
            ))}
          </ul>
          <More count={features.length - MOST} />
        </section>
      )}
      {commits > 0 && <p className="text-muted">{text.commits(commits)}</p>}
      {left_out.length > 0 && (
        <section>
          <h3 className="mb-1.5 font-medium">{text.leftOut}</h3>
          <ul>
            {left_out.slice(0, MOST).map(({ path, why }) => (
              <li key={path}>
                <code className="font-mono text-xs wrap-anywhere">{path}</code>{" "}
                <span className="text-muted">{why}</span>
              </li>
            ))}
          </ul>
          <More count={left_out.length - MOST} />
        </section>
      )}
    </div>
  );
}

function More({ count }: { count: number }) {
  return count > 0 ? <p className="mt-1 text-muted">{text.previewMore(count)}</p> : null;
}

function inWords(status: string | null): string {
  return status === null ? text.absent : status.replaceAll("_", " ");
}
