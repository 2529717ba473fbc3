import { Link } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import type { HealthCheck } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { clock } from "@/ui/format.ts";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { StateMark } from "@/ui/StateMark.tsx";
import { text } from "./messages.ts";

const ORDER = { problem: 0, warning: 1, ok: 2 } as const;

/** What a run of this project would find in the way, the worst first, each with what to do about it. */
export function HealthPage({ project }: { project: number }) {
  const health = useApiQuery("project_health", { project });
  const again = () => void health.refetch();
  return (
    <Page
      title={text.health.title}
      aside={
        <span role="status" className="text-xs text-faint">
          {health.isFetching
            ? text.health.checking
            : health.data && `${text.health.checked} ${clock(health.dataUpdatedAt)}`}
        </span>
      }
      actions={
        <Button icon={<RefreshCw aria-hidden className="size-3.5" />} isBusy={health.isFetching} onClick={again}>
          {text.health.again}
        </Button>
      }
    >
      <div className="mx-auto flex max-w-3xl flex-col gap-5">
        {health.isPending && <SkeletonRows label={text.health.loading} />}
        {health.error && (
          <ErrorState
            title={text.health.failed}
            message={`${failureTitle(health.error)}. ${asSentence(health.error.message)}`}
            hint={health.error.hint}
            incident={health.error.incident}
            onRetry={again}
          />
        )}
        {health.data && !health.error && <Checks project={project} checks={health.data} />}
      </div>
    </Page>
  );
}

function Checks({ project, checks }: { project: number; checks: readonly HealthCheck[] }) {
  const worst = checks.some((check) => check.state === "problem")
    ? "problem"
    : checks.some((check) => check.state === "warning")
      ? "warning"
      : "ok";
  return (
    <>
      <section className="flex items-start gap-3 rounded-lg border border-line bg-raised p-4">
        <StateMark state={worst} label={text.health.state[worst]} className="mt-0.5" />
        <div>
          <h2 className="text-base font-semibold">{text.health.verdict[worst]}</h2>
          <p className="text-muted">{text.health.verdictText[worst]}</p>
        </div>
      </section>
      <ul aria-label={text.health.title} className="divide-y divide-line rounded-lg border border-line bg-panel">
        {checks
          .toSorted((a, b) => ORDER[a.state] - ORDER[b.state])
          .map((check) => (
            <li key={check.id} className="flex gap-3 px-4 py-3">
              <StateMark state={check.state} label={text.health.state[check.state]} className="mt-px h-5" />
              <div className="min-w-0 flex-1">
                <h3 className="font-medium">{check.title}</h3>
                <p className="break-words text-muted">{asSentence(check.detail)}</p>
                {check.fix && (
                  <p className="mt-1 break-words">
                    <span className="text-faint">{text.health.fix} </span>
                    {check.fix}
                  </p>
                )}
              </div>
              {check.state !== "ok" && <Way project={project} id={check.id} />}
            </li>
          ))}
      </ul>
    </>
  );
}

const LINK = "shrink-0 self-center text-xs font-medium text-accent underline-offset-2 hover:underline";

/** The page on which a finding is mended, where there is one. */
function Way({ project, id }: { project: number; id: string }) {
  const about = id.split(/[._-]/)[0] ?? "";
  if (about === "spec" || about === "specs") {
    return (
      <Link to="/p/$project/specs" params={{ project }} className={LINK}>
        {text.health.toSpecs}
      </Link>
    );
  }
  if (["check", "checks", "policy", "prompts"].includes(about)) {
    return (
      <Link to="/p/$project/settings" params={{ project }} className={LINK}>
        {text.health.toSettings}
      </Link>
    );
  }
  if (["claude", "login", "sandbox", "keychain", "key"].includes(about)) {
    return (
      <Link to="/setup" className={LINK}>
        {text.health.toSetup}
      </Link>
    );
  }
  return null;
}
