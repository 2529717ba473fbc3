import { Link } from "@tanstack/react-router";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import type { LiveSession, Run, RunStatus } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { cx } from "@/ui/cx.ts";
import { ago, compact, dollars, duration, toolName } from "@/ui/format.ts";
import { Markdown } from "@/ui/Markdown.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { Progress } from "@/ui/Progress.tsx";
import { useNow } from "@/ui/useNow.ts";
import { ContextGauge } from "./ContextGauge.tsx";
import { text } from "./messages.ts";
import type { Live } from "./useRun.ts";
import { estimate, ROLES, SANDBOX } from "./words.ts";

type Props = { project: number; status: RunStatus; live: Live };

/** Everything about the live session: its thought, its tool, its card, and what it uses up. */
export function MissionPanel({ project, status, live }: Props) {
  const summary = useApiQuery("project_get", { project });
  const { run, session } = status;
  const counts = summary.data?.counts;
  return (
    <div className="flex flex-col gap-4">
      {counts && (
        <Panel>
          <div className="mb-2 flex items-baseline justify-between">
            <span className="text-lg font-semibold tabular">{text.progress(counts.done, counts.total)}</span>
            {status.estimate_ms !== null && <span className="text-muted">{estimate(status.estimate_ms)}</span>}
          </div>
          <Progress value={counts.done} max={counts.total} label={text.progressLabel} />
        </Panel>
      )}
      {session && <SessionPanel project={project} session={session} live={live} />}
      {run && (
        <Panel title={text.runNumber(run.id)}>
          <RunFacts run={run} />
        </Panel>
      )}
    </div>
  );
}

function SessionPanel({ project, session, live }: { project: number; session: LiveSession; live: Live }) {
  const now = useNow(1000);
  const { usage } = session;
  return (
    <Panel
      title={`${text.sessionNumber(session.number)} · ${ROLES[session.role]}`}
      actions={
        <Link
          to="/p/$project/transcript"
          params={{ project }}
          search={{ session: session.id }}
          className="text-accent hover:underline"
        >
          {text.watch}
        </Link>
      }
    >
      <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2.5 max-md:grid-cols-[6rem_minmax(0,1fr)]">
        <Fact name={text.worksOn}>
          {session.feature === null ? "–" : <CardLink project={project} feature={session.feature} />}
        </Fact>
        <Fact name={text.thought}>
          {live.text ? (
            <div className="line-clamp-4">
              <Markdown text={live.text} />
            </div>
          ) : (
            <span className="text-faint">{text.noThought}</span>
          )}
        </Fact>
        {live.tool && (
          <Fact name={text.tool}>
            {toolName(live.tool.tool)} <code className="font-mono text-xs wrap-anywhere">{live.tool.subject}</code>
          </Fact>
        )}
        <Fact name={text.context}>
          <ContextGauge used={session.context_tokens} all={session.context_window} />
        </Fact>
        <Fact name={text.tokens}>
          {text.tokensWhat(
            compact(usage.input_tokens + usage.cache_write_tokens),
            compact(usage.output_tokens),
            compact(usage.cache_read_tokens),
          )}
        </Fact>
        <Fact name={text.spentHere}>
          {session.cost_usd > 0 ? dollars(session.cost_usd) : text.costLater} · {text.turns(session.turns)} ·{" "}
          {duration(Math.max(0, now - session.started_at_ms))}
        </Fact>
        <Fact name={text.model}>{session.model ?? text.defaultModel}</Fact>
      </dl>
    </Panel>
  );
}

function RunFacts({ run }: { run: Run }) {
  const now = useNow(30_000);
  const sandbox = SANDBOX[run.sandbox];
  const isOpen = run.sandbox === "policy_only";
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2 max-md:grid-cols-[6rem_minmax(0,1fr)]">
      <Fact name={text.spent}>
        {dollars(run.cost_usd)} · {text.sessions(run.sessions)}
      </Fact>
      <Fact name={text.started}>{ago(run.started_at_ms, now)}</Fact>
      <Fact name={text.sandbox}>
        <span className={cx("inline-flex items-start gap-1.5", isOpen && "text-danger")}>
          {isOpen ? (
            <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          ) : (
            <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
          )}
          <span>
            <span className="font-medium">{sandbox.name}.</span>{" "}
            <span className={isOpen ? "" : "text-muted"}>{sandbox.what}</span>
          </span>
        </span>
      </Fact>
      {run.is_quick && <Fact name={text.quick}>{text.quickWhat}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 tabular">{children}</dd>
    </>
  );
}

/** A card by its number and, as soon as it is known, its title. */
export function CardLink({ project, feature }: { project: number; feature: number }) {
  const name = useApiQuery("feature_cards", { project, ids: [feature] }, { select: (cards) => cards[0]?.name ?? null });
  return (
    <Link to="/p/$project/feature/$feature" params={{ project, feature }} className="text-accent hover:underline">
      #{feature}
      {name.data ? ` ${name.data}` : ""}
    </Link>
  );
}
