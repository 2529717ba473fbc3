import { ShieldCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SandboxAttempt, SandboxProof } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { duration } from "@/ui/format.ts";
import { Page } from "@/ui/Page.tsx";
import { StateMark } from "@/ui/StateMark.tsx";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./messages.ts";

/** Real attempts to get out of the walls, each told as held or not. */
export function SandboxPage() {
  const setup = useApiQuery("setup_status", null);
  const prove = useApiMutation("sandbox_prove", { failureTitle: null });
  const heading = useRef<HTMLHeadingElement>(null);
  const { data: proof, isPending, error } = prove;
  useEffect(() => {
    if (proof) heading.current?.focus();
  }, [proof]);
  const refusal = useRefusal("sandbox_prove");
  const start = () => prove.mutate({});
  const level = setup.data?.sandbox.level;

  return (
    <Page
      title={text.proof.title}
      aside={level && <Badge tone={level === "full" ? "success" : "danger"}>{text.proof.level[level]}</Badge>}
      actions={
        (proof ?? isPending) && (
          <Button refusal={refusal} isBusy={isPending} onClick={start}>
            {text.proof.again}
          </Button>
        )
      }
    >
      <div className="mx-auto flex min-h-full max-w-3xl flex-col gap-5">
        {isPending && <Running />}
        {!isPending && error && (
          <ErrorState
            title={text.proof.failed}
            message={`${failureTitle(error)}. ${asSentence(error.message)}`}
            hint={error.hint}
            incident={error.incident}
            onRetry={start}
          />
        )}
        {!isPending && !error && !proof && (
          <EmptyState
            icon={<ShieldCheck aria-hidden />}
            title={text.proof.emptyTitle}
            description={text.proof.emptyText}
            actions={
              <Button variant="primary" refusal={refusal} onClick={start}>
                {text.proof.start}
              </Button>
            }
          />
        )}
        {!isPending && proof && (
          <>
            <Verdict proof={proof} heading={heading} />
            <ul
              aria-label={text.proof.attempts}
              className="divide-y divide-line rounded-lg border border-line bg-panel"
            >
              {proof.attempts.toSorted(worstFirst).map((attempt) => (
                <Attempt key={attempt.id} attempt={attempt} />
              ))}
            </ul>
          </>
        )}
      </div>
    </Page>
  );
}

/** What got through is what a person has to see; what could not be tried comes next. */
function worstFirst(a: SandboxAttempt, b: SandboxAttempt): number {
  const rank = ({ is_held }: SandboxAttempt) => (is_held === false ? 0 : is_held === null ? 1 : 2);
  return rank(a) - rank(b);
}

function Running() {
  const nowMs = useNow(1000);
  const [began] = useState(() => Date.now());
  return (
    <div
      role="status"
      className="flex flex-col items-center gap-3 rounded-lg border border-line bg-raised p-8 text-center"
    >
      <ShieldCheck aria-hidden className="size-7 animate-breathe text-accent" />
      <p className="text-base font-medium">{text.proof.running}</p>
      <p className="text-muted">{text.proof.runningText}</p>
      <p aria-hidden className="tabular text-xs text-faint">
        {duration(Math.max(0, nowMs - began))}
      </p>
    </div>
  );
}

function Verdict({ proof, heading }: { proof: SandboxProof; heading: React.Ref<HTMLHeadingElement> }) {
  const through = proof.attempts.filter((attempt) => attempt.is_held === false).length;
  const untested = proof.attempts.filter((attempt) => attempt.is_held === null).length;
  const state = through > 0 ? "problem" : untested > 0 || proof.level !== "full" ? "warning" : "ok";
  return (
    <section className="flex items-start gap-3 rounded-lg border border-line bg-raised p-4">
      <StateMark state={state} label="" className="mt-0.5" />
      <div>
        <h2 ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
          {through > 0 ? text.proof.through(through) : text.proof.held(proof.held, proof.total)}
        </h2>
        <p className="text-muted">
          {through > 0 ? text.proof.throughText : untested > 0 ? text.proof.untested(untested) : text.proof.heldText}
        </p>
      </div>
    </section>
  );
}

const TONES = { held: "success", through: "danger", untested: "neutral" } as const satisfies Record<string, Tone>;

function Attempt({ attempt }: { attempt: SandboxAttempt }) {
  const outcome = attempt.is_held === null ? "untested" : attempt.is_held ? "held" : "through";
  return (
    <li className="grid grid-cols-[6rem_minmax(0,1fr)_auto] items-start gap-3 px-4 py-2.5">
      <span>
        <Badge tone={TONES[outcome]}>{text.proof.outcome[outcome]}</Badge>
      </span>
      <div className="min-w-0">
        <p>{attempt.title}</p>
        {attempt.detail && <p className="text-xs break-words text-muted">{attempt.detail}</p>}
      </div>
      <span className="tabular text-xs text-faint">{duration(attempt.ms)}</span>
    </li>
  );
}
