import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, FileQuestion, ScrollText, SquarePen } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { ChangeDiff, ChangedFile, ChangesOf } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { toFailure } from "@/api/failure.ts";
import { useHost } from "@/host/host.ts";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import { Button } from "@/ui/Button.tsx";
import { type DiffHandle, DiffView, type LinePlace } from "@/ui/diff/DiffView.tsx";
import { fromHunks } from "@/ui/diff/hunks.ts";
import type { DiffLayout } from "@/ui/diff/rows.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { CommentForm } from "./CommentForm.tsx";
import { Counts } from "./FileTree.tsx";
import { text } from "./messages.ts";

type Props = {
  project: number;
  of: ChangesOf;
  file: ChangedFile;
  layout: DiffLayout;
  isViewed: boolean;
  onViewed: (isViewed: boolean) => void;
};

/** Changed lines from which on a file is only shown when a person asks for it. */
const MANY_LINES = 3000;

/** One changed file: what happened to it, its differences, and what can be done with it. Another file needs another `key`. */
export function FilePanel({ project, of, file, layout, isViewed, onViewed }: Props) {
  const isLarge = file.added + file.removed > MANY_LINES;
  const [isWanted, setWanted] = useState(!isLarge);
  const diff = useRef<DiffHandle>(null);
  const [commented, setCommented] = useState<LinePlace | null>(null);
  const nextKeys = useKeysOf("review.next_change");
  const previousKeys = useKeysOf("review.previous_change");

  useAction("review.next_change", () => void diff.current?.step(1));
  useAction("review.previous_change", () => void diff.current?.step(-1));
  useAction("review.viewed", () => onViewed(!isViewed));
  useAction("review.comment", () => {
    const place = diff.current?.current() ?? null;
    if (place) setCommented(place);
  });

  return (
    <section aria-label={file.path} className="flex min-h-0 flex-1 flex-col">
      <header className="flex min-h-11 shrink-0 items-center gap-3 border-b border-line px-4 py-1.5">
        <h2 className="min-w-0 truncate font-mono text-xs font-medium" title={file.path}>
          {file.path}
          {file.old_path && <span className="font-sans text-muted"> · {text.renamed(file.old_path)}</span>}
        </h2>
        <Counts added={file.added} removed={file.removed} />
        <div className="ml-auto flex shrink-0 items-center gap-1">
          <IconButton
            label={text.previousChange}
            shortcut={previousKeys}
            size="sm"
            icon={<ArrowUp aria-hidden className="size-4" />}
            onClick={() => diff.current?.step(-1)}
          />
          <IconButton
            label={text.nextChange}
            shortcut={nextKeys}
            size="sm"
            icon={<ArrowDown aria-hidden className="size-4" />}
            onClick={() => diff.current?.step(1)}
          />
          <Link
            to="/p/$project/transcript"
            params={{ project }}
            search={{ changed: file.path, ...(of !== "working" && "session" in of ? { session: of.session } : {}) }}
            aria-label={text.call}
            title={text.call}
            className="inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
          >
            <ScrollText aria-hidden className="size-4" />
          </Link>
          <EditorButton project={project} path={file.path} isGone={file.status === "deleted"} />
          <label className="ml-2 flex items-center gap-1.5 text-xs text-muted">
            <input
              type="checkbox"
              aria-label={text.viewedOn(file.path)}
              checked={isViewed}
              onChange={(event) => onViewed(event.target.checked)}
              className="tick"
            />
            {text.viewed}
          </label>
        </div>
      </header>
      {file.is_binary ? (
        <EmptyState icon={<FileQuestion aria-hidden />} title={text.binary} description={text.binaryWhat} />
      ) : isWanted ? (
        <Differences
          project={project}
          of={of}
          file={file}
          layout={layout}
          diff={diff}
          commented={commented}
          onComment={setCommented}
        />
      ) : (
        <EmptyState
          icon={<FileQuestion aria-hidden />}
          title={text.tooLarge}
          description={text.tooLargeWhat(file.added + file.removed)}
          actions={<Button onClick={() => setWanted(true)}>{text.showAnyway}</Button>}
        />
      )}
    </section>
  );
}

type DifferencesProps = Pick<Props, "project" | "of" | "file" | "layout"> & {
  diff: { current: DiffHandle | null };
  commented: LinePlace | null;
  onComment: (place: LinePlace | null) => void;
};

function Differences({ project, of, file, layout, diff, commented, onComment }: DifferencesProps) {
  const { path } = file;
  const change = useApiQuery("change_diff", { project, of, path });
  const navigate = useNavigate();
  const data = change.data;
  const parsed = useMemo(() => data && fromHunks(data.hunks, data.new_text), [data]);
  const below = useCallback(
    (place: LinePlace) =>
      commented && commented.side === place.side && commented.number === place.number ? (
        <CommentForm
          project={project}
          feature={of !== "working" && "feature" in of ? of.feature : null}
          path={path}
          line={place.number}
          onClose={() => onComment(null)}
          onOpenCard={(feature) => void navigate({ to: "/p/$project/feature/$feature", params: { project, feature } })}
        />
      ) : null,
    [commented, project, of, path, onComment, navigate],
  );

  if (change.isError && !data) {
    const { error } = change;
    return (
      <ErrorState
        title={text.fileFailed}
        message={error.message}
        hint={error.hint}
        incident={error.incident}
        onRetry={() => void change.refetch()}
      />
    );
  }
  if (!data || !parsed) return <SkeletonRows label={text.loadingFile} count={12} />;
  if (parsed.hunks.length === 0) return <NoLines file={file} diff={data} />;
  return (
    <DiffView
      key={layout}
      ref={diff}
      diff={parsed}
      texts={{ before: data.old_text, after: data.new_text }}
      path={path}
      layout={layout}
      onComment={onComment}
      below={below}
      label={text.diffOf(path)}
    />
  );
}

function NoLines({ file, diff }: { file: ChangedFile; diff: ChangeDiff }) {
  const icon = <FileQuestion aria-hidden />;
  if (diff.is_binary) return <EmptyState icon={icon} title={text.binary} description={text.binaryWhat} />;
  if (diff.is_too_large) return <EmptyState icon={icon} title={text.tooLarge} description={text.tooLargeNothing} />;
  if (file.old_path)
    return <EmptyState icon={icon} title={text.onlyRenamed} description={text.renamed(file.old_path)} />;
  return <EmptyState icon={icon} title={text.noLines} />;
}

function EditorButton({ project, path, isGone }: { project: number; path: string; isGone: boolean }) {
  const host = useHost();
  if (!host.can.openInEditor || isGone) return null;
  const open = () =>
    void host.openInEditor({ project, path }).catch((thrown: unknown) => {
      const { message, hint } = toFailure(thrown);
      toast({ title: text.editorFailed, description: [message, hint].filter(Boolean).join(" "), tone: "danger" });
    });
  return (
    <IconButton label={text.editor} size="sm" icon={<SquarePen aria-hidden className="size-4" />} onClick={open} />
  );
}
