import { Link } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import type { SetupStatus } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { clock } from "@/ui/format.ts";
import { Page } from "@/ui/Page.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { StateMark } from "@/ui/StateMark.tsx";
import { ApiKey } from "./ApiKey.tsx";
import { type CheckPoint, checkPoints, readiness } from "./checklist.ts";
import { Login } from "./Login.tsx";
import { text } from "./messages.ts";

const TONES = { ready: "ok", rehearsals_only: "warning", not_ready: "problem" } as const;

/** The first-run check: what this machine has of what runs need, each with what to do about it. */
export function SetupPage() {
  const setup = useApiQuery("setup_status", null);
  const { refetch } = setup;
  const again = useCallback(() => void refetch(), [refetch]);
  return (
    <Page
      title={text.setup.title}
      aside={
        <span role="status" className="text-xs text-faint">
          {setup.isFetching ? text.setup.checking : setup.data && `${text.setup.checked} ${clock(setup.dataUpdatedAt)}`}
        </span>
      }
      actions={
        <Button icon={<RefreshCw aria-hidden className="size-3.5" />} isBusy={setup.isFetching} onClick={again}>
          {text.setup.again}
        </Button>
      }
    >
      <div className="mx-auto flex max-w-3xl flex-col gap-5">
        {setup.isPending && <SkeletonRows label={text.setup.loading} />}
        {setup.error && (
          <ErrorState
            title={text.setup.failed}
            message={`${failureTitle(setup.error)}. ${asSentence(setup.error.message)}`}
            hint={setup.error.hint}
            incident={setup.error.incident}
            onRetry={again}
          />
        )}
        {setup.data && !setup.error && <Checklist status={setup.data} onAgain={again} />}
      </div>
    </Page>
  );
}

function Checklist({ status, onAgain }: { status: SetupStatus; onAgain: () => void }) {
  const state = readiness(status);
  return (
    <>
      <section className="flex items-start gap-3 rounded-lg border border-line bg-raised p-4">
        <StateMark state={TONES[state]} label={text.setup.state[TONES[state]]} className="mt-0.5" />
        <div className="flex-1">
          <h2 className="text-base font-semibold">{text.setup[state]}</h2>
          <p className="text-muted">{text.setup[`${state}Hint`]}</p>
        </div>
        <Link to="/" className="self-center text-sm font-medium text-accent underline-offset-2 hover:underline">
          {text.setup.toHome}
        </Link>
      </section>
      <ul aria-label={text.setup.title} className="divide-y divide-line rounded-lg border border-line bg-panel">
        {checkPoints(status).map((point) => (
          <Point key={point.id} point={point} status={status} onAgain={onAgain} />
        ))}
      </ul>
      <Panel>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2 text-xs">
          <dt className="text-faint">{text.setup.version}</dt>
          <dd>{status.version}</dd>
          <dt className="text-faint">{text.setup.dataDir}</dt>
          <dd className="font-mono break-all select-all">{status.data_dir}</dd>
        </dl>
      </Panel>
    </>
  );
}

function Point({ point, status, onAgain }: { point: CheckPoint; status: SetupStatus; onAgain: () => void }) {
  const words = wordsOf(point, status);
  return (
    <li className="flex gap-3 p-4">
      <StateMark state={point.state} label={text.setup.state[point.state]} className="mt-px h-5" />
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div>
          <h3 className="flex items-center gap-2 font-medium">
            {point.title ?? text.setup.points[point.id] ?? point.id}
            {point.id === "sandbox" && (
              <Badge tone={status.sandbox.level === "full" ? "success" : "danger"}>
                {text.setup.sandbox[status.sandbox.level]}
              </Badge>
            )}
          </h3>
          {words && <p className={point.state === "problem" ? "text-danger" : "text-muted"}>{words}</p>}
        </div>
        {point.fix && !hasControls(point, status) && (
          <p className="break-words">
            <span className="text-faint">{text.setup.fix} </span>
            <span className="select-text">{point.fix}</span>
          </p>
        )}
        <Controls point={point} status={status} onAgain={onAgain} />
      </div>
    </li>
  );
}

/** Whether what is to be done can be done right here. */
function hasControls({ id }: CheckPoint, { claude }: SetupStatus): boolean {
  return id === "login" && claude.login === "none";
}

function wordsOf({ id, detail, state }: CheckPoint, { claude }: SetupStatus): ReactNode {
  if (id === "login")
    return [
      claude.is_found ? `${text.setup.login[claude.login]}.` : null,
      // That nobody is logged in is said already.
      claude.login === "none" ? null : detail && detail !== claude.account ? asSentence(detail) : detail,
    ]
      .filter(Boolean)
      .join(" ");
  if (id === "claude" && state !== "ok") return detail ?? text.setup.claudeMissing;
  if (id === "git" && state !== "ok") return text.setup.gitMissing;
  if (id === "keychain") return null;
  if (id === "sandbox" && detail) return asSentence(detail);
  return detail;
}

function Controls({ point, status, onAgain }: { point: CheckPoint; status: SetupStatus; onAgain: () => void }) {
  switch (point.id) {
    case "login":
      return <Login claude={status.claude} onEnded={onAgain} />;
    case "keychain":
      return <ApiKey keychain={status.keychain} />;
    case "sandbox":
      return (
        <Link to="/sandbox" className="text-xs font-medium text-accent underline-offset-2 hover:underline">
          {text.setup.prove}
        </Link>
      );
    default:
      return null;
  }
}
