import { Link, useNavigate } from "@tanstack/react-router";
import {
  Activity,
  Clock,
  Ellipsis,
  FolderOpen,
  HeartPulse,
  Settings,
  Shield,
  ShieldAlert,
  ShieldOff,
  Trash2,
} from "lucide-react";
import type { ProjectSummary, RunStatus, SandboxLevel } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { useHost } from "@/host/host.ts";
import { Badge, type Tone as BadgeTone } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { ago, dollars, moment } from "@/ui/format.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Menu, type MenuAction } from "@/ui/Menu.tsx";
import { Progress } from "@/ui/Progress.tsx";
import { toast } from "@/ui/toast.ts";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { text } from "./messages.ts";
import { type Standing, type Tone, lastSeenMs, standingOf, toneOf } from "./standing.ts";

const DOTS: Readonly<Record<Tone, string>> = {
  alert: "bg-warning",
  bad: "bg-danger",
  live: "bg-accent animate-breathe",
  good: "bg-success",
  quiet: "bg-line-strong",
};
const BADGES: Readonly<Record<Tone, BadgeTone>> = {
  alert: "warning",
  bad: "danger",
  live: "accent",
  good: "success",
  quiet: "neutral",
};
const SHIELDS = { full: Shield, partial: ShieldAlert, policy_only: ShieldOff } as const;

/** One project: how it stands, in words, with what a person asks first after a night. */
export function ProjectRow({ project, nowMs }: { project: ProjectSummary; nowMs: number }) {
  const standing = standingOf(project);
  const tone = toneOf(standing);
  const isReadable = standing !== "missing" && standing !== "unreadable";
  const status = useApiQuery("run_status", { project: project.id }, { isEnabled: isReadable });
  const { counts } = project;
  const waiting = Math.max(project.open_requests, counts.needs_you);

  return (
    <li className="group relative grid grid-cols-[auto_minmax(0,1fr)_10rem_5.5rem_7.5rem_6.5rem_auto] items-center gap-x-4 px-4 py-3 hover:bg-hover max-lg:flex max-lg:flex-wrap">
      <span aria-hidden className={cx("size-2 rounded-full", DOTS[tone])} />
      <div className="min-w-0 max-lg:basis-[calc(100%-6rem)] max-lg:grow">
        <div className="flex items-center gap-2 max-md:flex-wrap">
          <Link
            to="/p/$project/board"
            params={{ project: project.id }}
            className="truncate text-base font-medium after:absolute after:inset-0"
          >
            {project.name}
          </Link>
          <Badge tone={BADGES[tone]}>
            {standing === "needs_you" ? text.row.needsYou(waiting) : text.row.standing[standing]}
          </Badge>
          {project.run && tone !== "live" && <Badge tone="accent">{text.row.standing.working}</Badge>}
          {project.is_rehearsal && <Badge>{text.row.rehearsal}</Badge>}
          {isReadable && counts.blocked > 0 && standing !== "blocked" && (
            <Badge tone="warning">{text.row.blocked(counts.blocked)}</Badge>
          )}
        </div>
        <p className={cx("mt-0.5 text-xs text-muted", isReadable ? "truncate" : "line-clamp-2")}>
          {sentence(project, standing, status.data)}
        </p>
      </div>
      <div className="flex flex-col gap-1.5 max-lg:basis-full">
        <span className="tabular text-xs text-muted">{text.row.progress(counts.done, counts.total)}</span>
        {counts.total > 0 && (
          <Progress value={counts.done} max={counts.total} label={text.row.progressLabel(project.name)} />
        )}
      </div>
      <Cost status={status.data} />
      <LastActivity atMs={lastActivityMs(project, status.data)} nowMs={nowMs} />
      <Sandbox level={status.data?.run?.sandbox} />
      <RowMenu project={project} isReadable={isReadable} />
    </li>
  );
}

/** What it is doing or why it does nothing; then where it lies. */
function sentence(project: ProjectSummary, standing: Standing, status: RunStatus | undefined): string {
  if (standing === "missing") return `${text.row.missingHint} ${project.path}`;
  if (standing === "unreadable") return project.problem ?? project.path;
  const said = project.run?.words ?? (status?.run ? status.words : null);
  return [said, project.path].filter(Boolean).join(" · ");
}

function lastActivityMs(project: ProjectSummary, status: RunStatus | undefined): number {
  const { run, session } = status ?? {};
  return Math.max(lastSeenMs(project), run?.ended_at_ms ?? 0, session?.last_tool?.at_ms ?? 0);
}

function Cost({ status }: { status: RunStatus | undefined }) {
  return (
    <span className="tabular text-right text-xs text-muted">
      {status?.run ? (
        <>
          <span className="sr-only">{text.row.cost}: </span>
          {dollars(status.cost_usd)}
        </>
      ) : (
        status && <span className="text-faint">{text.row.noCost}</span>
      )}
    </span>
  );
}

function LastActivity({ atMs, nowMs }: { atMs: number; nowMs: number }) {
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      title={moment(atMs)}
      className="tabular flex items-center gap-1.5 text-xs text-muted"
    >
      <Clock aria-hidden className="size-3.5 shrink-0 text-faint" />
      <span className="sr-only">{text.row.active}: </span>
      {ago(atMs, nowMs)}
    </time>
  );
}

function Sandbox({ level }: { level: SandboxLevel | undefined }) {
  if (!level) return <span />;
  const Icon = SHIELDS[level];
  return (
    <Tooltip text={text.row.sandboxHint[level]}>
      <span
        className={cx("relative flex items-center gap-1.5 text-xs", level === "full" ? "text-muted" : "text-danger")}
      >
        <Icon aria-hidden className="size-3.5 shrink-0" />
        {text.row.sandbox[level]}
      </span>
    </Tooltip>
  );
}

function RowMenu({ project, isReadable }: { project: ProjectSummary; isReadable: boolean }) {
  const host = useHost();
  const navigate = useNavigate();
  const reopen = useApiMutation("project_open", { failureTitle: text.add.openFailed });
  const forget = useApiMutation("project_forget", {
    failureTitle: text.row.forgetFailed,
    onSuccess: () =>
      toast({
        title: text.row.forgotten(project.name),
        description: text.row.forgottenHint,
        ...(project.is_missing
          ? {}
          : { action: { label: text.row.undo, run: () => reopen.mutate({ path: project.path }) } }),
      }),
  });
  const refusal = useRefusal("project_forget");
  const params = { project: project.id };
  const reveal = () =>
    void host.reveal(project.path).catch((thrown: unknown) => {
      const failure = toFailure(thrown);
      toast({
        tone: "danger",
        title: text.row.revealFailed,
        description: reasonOf(failure),
      });
    });
  const actions: MenuAction[] = [];
  if (isReadable) {
    actions.push(
      {
        id: "health",
        label: text.row.health,
        icon: <HeartPulse aria-hidden />,
        onSelect: () => void navigate({ to: "/p/$project/health", params }),
      },
      {
        id: "settings",
        label: text.row.settings,
        icon: <Settings aria-hidden />,
        onSelect: () => void navigate({ to: "/p/$project/settings", params }),
      },
    );
  }
  if (isReadable && host.can.reveal) {
    actions.push({ id: "reveal", label: text.row.reveal, icon: <FolderOpen aria-hidden />, onSelect: reveal });
  }
  if (actions.length > 0) actions.push({ kind: "separator", id: "line" });
  actions.push({
    id: "forget",
    label: text.row.forget,
    icon: <Trash2 aria-hidden />,
    refusal,
    onSelect: () => forget.mutate({ project: project.id }),
  });
  return (
    <Menu actions={actions}>
      <IconButton
        label={text.row.more(project.name)}
        icon={<Ellipsis aria-hidden className="size-4" />}
        className="relative max-lg:ml-auto"
      />
    </Menu>
  );
}

/** Shown above the rows: how many projects want something, so that nobody has to count. */
export function Tally({ projects }: { projects: readonly ProjectSummary[] }) {
  const tones = projects.map((project) => standingOf(project));
  const many = (...standings: Standing[]) => tones.filter((standing) => standings.includes(standing)).length;
  const facts: [number, string, Tone][] = [
    [many("needs_you"), text.home.needYou(many("needs_you")), "alert"],
    [many("working", "working_elsewhere"), text.home.working(many("working", "working_elsewhere")), "live"],
    [many("blocked"), text.home.blocked(many("blocked")), "alert"],
    [many("done"), text.home.done(many("done")), "good"],
  ];
  return (
    <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
      <li className="flex items-center gap-1.5">
        <Activity aria-hidden className="size-3.5 text-faint" />
        {text.home.total(projects.length)}
      </li>
      {facts
        .filter(([count]) => count > 0)
        .map(([, words, tone]) => (
          <li key={words} className="flex items-center gap-1.5">
            <span aria-hidden className={cx("size-2 rounded-full", DOTS[tone])} />
            {words}
          </li>
        ))}
    </ul>
  );
}
