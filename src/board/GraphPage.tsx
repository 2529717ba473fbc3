import { Link, useNavigate } from "@tanstack/react-router";
import { Network, SquareKanban } from "lucide-react";
import { useMemo, useState } from "react";
import type { FeatureId, FeatureNode } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { Checkbox } from "@/ui/Checkbox.tsx";
import { cx } from "@/ui/cx.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { GraphCanvas } from "./GraphCanvas.tsx";
import { type Layout, layoutOf, partOf } from "./graph-layout.ts";
import { text } from "./messages.ts";
import { StatusBadge } from "./StatusBadge.tsx";

/** Cards listed as those that unblock most. */
const MOST_LISTED = 12;

/** What waits for what: the longest chain, and what is worth doing first because most waits for it. */
export function GraphPage({ project }: { project: number }) {
  const known = useApiQuery("feature_graph", { project });
  const navigate = useNavigate();
  const [onlyLinked, setOnlyLinked] = useState(true);
  const [hideDone, setHideDone] = useState(true);
  const [current, setCurrent] = useState<FeatureId | null>(null);
  const graph = known.data;
  const layout = useMemo(
    () => (graph ? layoutOf(partOf(graph, { onlyLinked, hideDone })) : null),
    [graph, onlyLinked, hideDone],
  );
  const critical = useMemo(() => new Set(graph?.critical_path), [graph]);
  const open = (feature: FeatureId) =>
    void navigate({ to: "/p/$project/feature/$feature", params: { project, feature } });

  return (
    <Page
      title={text.graphs.title}
      isBare
      aside={
        <div className="flex gap-5">
          <Checkbox isChecked={onlyLinked} onChange={setOnlyLinked} label={text.graphs.onlyLinked} />
          <Checkbox isChecked={hideDone} onChange={setHideDone} label={text.graphs.hideDone} />
        </div>
      }
      actions={
        <Link
          to="/p/$project/board"
          params={{ project }}
          className="inline-flex h-8 items-center gap-1.5 rounded-md px-2.5 text-muted hover:bg-hover hover:text-text"
        >
          <SquareKanban aria-hidden className="size-4" />
          {text.graphs.board}
        </Link>
      }
    >
      {known.isPending && <SkeletonRows label={text.graphs.loading} />}
      {known.isError && !graph && (
        <ErrorState
          title={text.graphs.loadFailed}
          message={known.error.message}
          hint={known.error.hint}
          incident={known.error.incident}
          onRetry={() => void known.refetch()}
        />
      )}
      {graph && layout && layout.nodes.length === 0 && (
        <EmptyState
          icon={<Network aria-hidden />}
          title={graph.nodes.length > 0 ? text.graphs.allHidden : text.graphs.empty}
          description={graph.nodes.length > 0 ? text.graphs.allHiddenHint : text.graphs.emptyHint}
        />
      )}
      {graph && layout && layout.nodes.length > 0 && (
        <div className="flex min-h-0 flex-1 max-md:flex-col">
          <GraphCanvas
            layout={layout}
            scope={`${project}/${onlyLinked}/${hideDone}`}
            critical={critical}
            current={current}
            onCurrent={setCurrent}
            onOpen={open}
          />
          <Side
            project={project}
            layout={layout}
            nodes={graph.nodes}
            path={graph.critical_path}
            current={current}
            onCurrent={setCurrent}
          />
        </div>
      )}
    </Page>
  );
}

type SideProps = {
  project: number;
  layout: Layout;
  nodes: readonly FeatureNode[];
  path: readonly FeatureId[];
  current: FeatureId | null;
  onCurrent: (id: FeatureId) => void;
};

function Side({ project, layout, nodes, path, current, onCurrent }: SideProps) {
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const most = useMemo(
    () =>
      nodes
        .filter((node) => node.progress !== "passing" && node.unblocks > 0)
        .sort((a, b) => b.unblocks - a.unblocks || a.id - b.id)
        .slice(0, MOST_LISTED),
    [nodes],
  );
  const node = current === null ? undefined : byId.get(current);
  const of = (ids: readonly FeatureId[] | undefined) => (ids ?? []).flatMap((id) => byId.get(id) ?? []);
  return (
    <aside
      aria-label={text.graphs.title}
      className="flex w-72 shrink-0 flex-col gap-5 overflow-y-auto border-l border-line p-4 max-md:max-h-[40%] max-md:w-full max-md:border-t max-md:border-l-0"
    >
      {node && (
        <section>
          <h2 className="mb-2 flex items-start justify-between gap-2">
            <Link
              to="/p/$project/feature/$feature"
              params={{ project, feature: node.id }}
              className="font-medium hover:underline"
            >
              <span className="tabular text-faint">#{node.id}</span> {node.name}
            </Link>
            <StatusBadge status={node.status} />
          </h2>
          <NodeList
            title={text.page.needs}
            nodes={of(layout.needs.get(node.id))}
            current={current}
            onCurrent={onCurrent}
          />
          <NodeList
            title={text.page.dependents}
            nodes={of(layout.dependents.get(node.id))}
            current={current}
            onCurrent={onCurrent}
          />
        </section>
      )}
      <NodeList
        title={text.graphs.critical}
        hint={text.graphs.criticalHint(path.length)}
        nodes={of(path)}
        current={current}
        onCurrent={onCurrent}
      />
      <NodeList title={text.graphs.unblocksMost} nodes={most} current={current} onCurrent={onCurrent} hasCounts />
    </aside>
  );
}

type ListProps = {
  title: string;
  hint?: string;
  nodes: readonly FeatureNode[];
  current: FeatureId | null;
  hasCounts?: boolean;
  onCurrent: (id: FeatureId) => void;
};

function NodeList({ title, hint, nodes, current, hasCounts = false, onCurrent }: ListProps) {
  if (nodes.length === 0) return null;
  return (
    <section className="mb-3">
      <h2 className="text-xs font-semibold text-faint">{title}</h2>
      {hint && <p className="text-xs text-faint">{hint}</p>}
      <ul className="-mx-2 mt-1">
        {nodes.map(({ id, name, unblocks }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={id === current}
              title={name}
              className={cx(
                "flex w-full items-center gap-2 rounded-md px-2 py-1 text-left hover:bg-hover",
                id === current && "bg-hover",
              )}
              onClick={() => onCurrent(id)}
            >
              <span className="tabular text-xs text-faint">#{id}</span>
              <span className="min-w-0 flex-1 truncate">{name}</span>
              {hasCounts && (
                <span className="tabular text-xs text-faint">
                  <span aria-hidden>{unblocks}</span>
                  <span className="sr-only">{text.graphs.unblocks(unblocks)}</span>
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
