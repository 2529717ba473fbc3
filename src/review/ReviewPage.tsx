import { useNavigate, useSearch } from "@tanstack/react-router";
import { Columns2, FileCheck2, FileSearch, Rows2 } from "lucide-react";
import { useMemo } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { ChangeList, ChangesOf } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import type { DiffLayout } from "@/ui/diff/rows.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Split } from "@/ui/Split.tsx";
import { FilePanel } from "./FilePanel.tsx";
import { Counts, FileTree } from "./FileTree.tsx";
import { text } from "./messages.ts";
import { ofSearch, shortCommit, wordsOf } from "./of.ts";
import { OfPicker } from "./OfPicker.tsx";
import { inTreeOrder } from "./tree.ts";
import { useViewed } from "./viewed.ts";

type Props = { project: number };

const useLayout = create<{ layout: DiffLayout }>()(
  persist<{ layout: DiffLayout }>(() => ({ layout: "unified" }), { name: "diff-layout" }),
);

/** What changed: of a card, a session, a commit, since a checkpoint, or not committed yet. */
export function ReviewPage({ project }: Props) {
  const search = useSearch({ from: "/p/$project/review" });
  const { feature, session, checkpoint, commit } = search;
  const of = useMemo(
    () => ofSearch({ ...search }),
    // The file shown makes no other changes.
    // oxlint-disable-next-line react/exhaustive-deps
    [feature, session, checkpoint, commit],
  );
  const list = useApiQuery("change_list", { project, of });
  const layout = useLayout((state) => state.layout);
  const layoutKeys = useKeysOf("review.layout");
  const turn = () => useLayout.setState({ layout: layout === "unified" ? "split" : "unified" });
  useAction("review.layout", turn);
  const sums = list.data?.files.reduce(
    (sum, file) => ({ added: sum.added + file.added, removed: sum.removed + file.removed }),
    { added: 0, removed: 0 },
  );
  return (
    <Page
      title={text.title}
      windowTitle={`${text.title}: ${wordsOf(of)}`}
      aside={
        list.data &&
        sums && (
          <span className="flex items-center gap-2 text-xs text-muted tabular">
            {text.files(list.data.files.length)} <Counts {...sums} />
            <span className="font-mono">{text.range(shortCommit(list.data.base), shortCommit(list.data.head))}</span>
          </span>
        )
      }
      actions={
        <>
          <OfPicker project={project} of={of} />
          <div role="group" aria-label={text.layout} className="flex">
            <IconButton
              label={text.unified}
              shortcut={layoutKeys}
              aria-pressed={layout === "unified"}
              icon={<Rows2 aria-hidden className="size-4" />}
              onClick={() => useLayout.setState({ layout: "unified" })}
            />
            <IconButton
              label={text.split}
              shortcut={layoutKeys}
              aria-pressed={layout === "split"}
              icon={<Columns2 aria-hidden className="size-4" />}
              onClick={() => useLayout.setState({ layout: "split" })}
            />
          </div>
        </>
      }
      isBare
    >
      {list.isError && !list.data ? (
        <ErrorState
          title={text.failed}
          message={list.error.message}
          hint={list.error.hint}
          incident={list.error.incident}
          onRetry={() => void list.refetch()}
        />
      ) : !list.data ? (
        <SkeletonRows label={text.loading} count={10} />
      ) : list.data.files.length === 0 ? (
        <EmptyState
          icon={<FileCheck2 aria-hidden />}
          title={text.nothing}
          description={of === "working" ? text.nothingWorking : text.nothingOf}
        />
      ) : (
        <Files project={project} of={of} list={list.data} layout={layout} chosen={search.file} />
      )}
    </Page>
  );
}

type FilesProps = { project: number; of: ChangesOf; list: ChangeList; layout: DiffLayout; chosen: string | undefined };

function Files({ project, of, list, layout, chosen }: FilesProps) {
  const navigate = useNavigate();
  const viewed = useViewed(project);
  const ordered = useMemo(() => inTreeOrder(list.files), [list.files]);
  // A picture says nothing here; the first file with lines is where reading begins.
  const first = Math.max(
    0,
    ordered.findIndex((one) => !one.is_binary),
  );
  const at = chosen === undefined ? first : ordered.findIndex((file) => file.path === chosen);
  const file = ordered[at];
  const choose = (path: string | undefined) => {
    if (path === undefined) return;
    void navigate({ to: ".", search: (before) => ({ ...before, file: path }), replace: true });
  };
  useAction("review.next_file", () => choose(ordered[at + 1]?.path));
  useAction("review.previous_file", () => choose(ordered[Math.max(0, at - 1)]?.path));
  const seen = list.files.filter(viewed.isViewed).length;
  return (
    <Split
      name="review"
      label={text.tree}
      initial={280}
      least={200}
      side={
        <>
          <FileTree files={list.files} current={file?.path ?? null} isViewed={viewed.isViewed} onChoose={choose} />
          {list.is_cut && <p className="border-t border-line bg-warning-soft px-3 py-2 text-xs">{text.cut}</p>}
          <p role="status" className="border-t border-line px-3 py-2 text-xs text-muted tabular">
            {text.viewedOf(seen, list.files.length)}
          </p>
        </>
      }
    >
      {file ? (
        <FilePanel
          key={`${JSON.stringify(of)}/${file.path}`}
          project={project}
          of={of}
          file={file}
          layout={layout}
          isViewed={viewed.isViewed(file)}
          onViewed={(isViewed) => viewed.set(file, isViewed)}
        />
      ) : (
        <EmptyState icon={<FileSearch aria-hidden />} title={text.choose} description={text.chooseWhat} />
      )}
    </Split>
  );
}
