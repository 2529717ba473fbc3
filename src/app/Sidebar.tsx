import { Link, useParams } from "@tanstack/react-router";
import {
  Activity,
  Clapperboard,
  FileText,
  FolderGit2,
  FolderX,
  GitCompare,
  HeartPulse,
  History,
  type LucideIcon,
  Network,
  Play,
  Plus,
  ScrollText,
  Settings,
  ShieldCheck,
  SlidersHorizontal,
  SquareKanban,
} from "lucide-react";
import type { ProjectSummary } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { cx } from "@/ui/cx.ts";
import { Skeleton } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";

const ROW =
  "flex h-7.5 items-center gap-2 pointer-coarse:h-10 rounded-md px-2 text-sm text-muted hover:bg-hover hover:text-text";
const HERE = { className: "bg-hover text-text font-medium", "aria-current": "page" } as const;

type PageTo =
  | "/p/$project/board"
  | "/p/$project/graph"
  | "/p/$project/run"
  | "/p/$project/transcript"
  | "/p/$project/review"
  | "/p/$project/checkpoints"
  | "/p/$project/specs"
  | "/p/$project/health"
  | "/p/$project/settings";

export const PAGES: readonly { to: PageTo; label: string; icon: LucideIcon }[] = [
  { to: "/p/$project/board", label: text.board, icon: SquareKanban },
  { to: "/p/$project/graph", label: text.graph, icon: Network },
  { to: "/p/$project/run", label: text.run, icon: Play },
  { to: "/p/$project/transcript", label: text.transcript, icon: ScrollText },
  { to: "/p/$project/review", label: text.review, icon: GitCompare },
  { to: "/p/$project/checkpoints", label: text.checkpoints, icon: History },
  { to: "/p/$project/specs", label: text.specs, icon: FileText },
  { to: "/p/$project/health", label: text.health, icon: HeartPulse },
  { to: "/p/$project/settings", label: text.settings, icon: SlidersHorizontal },
];

/** By name: a list that changes its order when one of its entries is opened cannot be learnt. */
const byName = (a: ProjectSummary, b: ProjectSummary) => a.name.localeCompare(b.name);

/** All projects with how they do, and the pages of the open one. */
export function Sidebar() {
  const { project } = useParams({ strict: false });
  const projects = useApiQuery("project_list", null);
  return (
    <nav
      aria-label={text.navigation}
      className="flex h-full w-56 shrink-0 flex-col border-r border-line bg-canvas max-md:w-full max-md:border-r-0"
    >
      <div className="flex h-12 items-center justify-between gap-2 px-3">
        <Link to="/" className="flex items-center gap-2 rounded-md font-semibold">
          <Activity aria-hidden className="size-4 text-accent" />
          {text.name}
        </Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        <div className="flex h-8 items-center justify-between px-2">
          <h2 className="text-xs font-medium text-faint">{text.projects}</h2>
          <Link
            to="/new"
            aria-label={text.newProject}
            title={text.newProject}
            className="rounded-md p-1 text-faint hover:bg-hover hover:text-text"
          >
            <Plus aria-hidden className="size-4" />
          </Link>
        </div>
        {projects.isPending && (
          <div role="status" aria-label={text.loading} className="flex flex-col gap-1.5 px-2">
            <Skeleton className="h-7" />
            <Skeleton className="h-7" />
          </div>
        )}
        <ul className="flex flex-col gap-0.5">
          {projects.data?.toSorted(byName).map((one) => (
            <li key={one.id}>
              <ProjectRow project={one} isOpen={one.id === project} />
              {one.id === project && <ProjectPages project={one.id} />}
            </li>
          ))}
        </ul>
      </div>
      <div className="flex flex-col gap-0.5 border-t border-line p-2">
        <Link to="/sandbox" className={ROW} activeProps={HERE}>
          <ShieldCheck aria-hidden className="size-4 shrink-0" />
          {text.sandbox}
        </Link>
        <Link to="/settings" className={ROW} activeProps={HERE}>
          <Settings aria-hidden className="size-4 shrink-0" />
          {text.settings}
        </Link>
      </div>
    </nav>
  );
}

function ProjectPages({ project }: { project: number }) {
  return (
    <ul className="mt-0.5 mb-2 ml-3.5 flex flex-col gap-0.5 border-l border-line pl-2">
      {PAGES.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link to={to} params={{ project }} className={ROW} activeProps={HERE}>
            <Icon aria-hidden className="size-4 shrink-0" />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function ProjectRow({ project, isOpen }: { project: ProjectSummary; isOpen: boolean }) {
  const { counts, open_requests } = project;
  const waits = Math.max(counts.needs_you, open_requests);
  const told = [
    project.name,
    project.is_rehearsal ? text.rehearsal : null,
    project.run?.words,
    project.is_missing ? text.missing : text.done(counts.done, counts.total),
    waits > 0 ? text.needsYou(waits) : null,
  ].filter(Boolean);
  return (
    <Link
      to="/p/$project/board"
      params={{ project: project.id }}
      title={told.join(" · ")}
      className={cx(ROW, isOpen && "font-medium text-text")}
    >
      <StatusDot project={project} />
      <span className="min-w-0 flex-1 truncate">{project.name}</span>
      {project.is_rehearsal && (
        <Clapperboard role="img" aria-label={text.rehearsal} className="size-3.5 shrink-0 text-faint" />
      )}
      {waits > 0 ? (
        <span
          aria-label={text.needsYou(waits)}
          className="tabular rounded-full bg-warning-soft px-1.5 text-2xs font-semibold text-warning"
        >
          {waits}
        </span>
      ) : (
        <span aria-label={text.done(counts.done, counts.total)} className="tabular text-2xs text-faint">
          {counts.total > 0 ? `${Math.floor((100 * counts.done) / counts.total)}%` : ""}
        </span>
      )}
    </Link>
  );
}

function StatusDot({ project }: { project: ProjectSummary }) {
  if (project.is_missing) return <FolderX aria-hidden className="size-4 shrink-0 text-warning" />;
  if (!project.run) return <FolderGit2 aria-hidden className="size-4 shrink-0 text-faint" />;
  const tone =
    project.run.state === "error"
      ? "bg-danger"
      : project.run.state === "waiting_approval"
        ? "bg-warning"
        : "bg-success animate-breathe";
  return (
    <span className="flex size-4 shrink-0 items-center justify-center">
      <span aria-hidden className={cx("size-2 rounded-full", tone)} />
      <span className="sr-only">{project.run.words}</span>
    </span>
  );
}
