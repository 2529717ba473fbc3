import { Link } from "@tanstack/react-router";
import { MessageCircleQuestion, ShieldQuestion, Timer, X } from "lucide-react";
import { useId, useState } from "react";
import type { RequestView } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useEvents, useRefusal } from "@/api/context.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { QuestionForm } from "@/ui/question/QuestionForm.tsx";
import { useNow } from "@/ui/useNow.ts";
import { Locked } from "@/ui/Locked.tsx";
import { ApprovalForm } from "./ApprovalForm.tsx";
import { requestText } from "./messages.ts";
import { countdown } from "./words.ts";

type Props = { project: number };

/** Below this the countdown is shown as urgent. */
const URGENT_MS = 60_000;

/** What waits for a person's word, with its countdown. Nothing when nothing does. */
export function RequestCards({ project }: Props) {
  const open = useApiQuery("request_list", { project, is_open: true });
  const [gone, setGone] = useState<readonly RequestView[]>([]);
  useEvents((envelope) => {
    if (envelope.project !== project || envelope.event !== "request_settled" || envelope.state !== "withdrawn") return;
    const { request } = envelope;
    // A card that vanished under a person's hands would leave them wondering what they have done.
    const view = open.data?.find((one) => one.request.id === request);
    if (view) setGone((before) => [...before, { ...view, request: { ...view.request, state: "withdrawn" } }]);
  });
  const waiting = open.data ?? [];
  const isStillOpen = (id: number) => waiting.some(({ request }) => request.id === id);
  const withdrawn = gone.filter(({ request }) => !isStillOpen(request.id));
  const shown = [...waiting, ...withdrawn];
  return (
    <>
      <p role="status" className="sr-only">
        {waiting.length > 0 ? requestText.title(waiting.length) : ""}
      </p>
      {shown.length > 0 && (
        <section aria-label={requestText.title(waiting.length)} className="border-b border-line bg-canvas px-4 py-3">
          <ul className="grid grid-cols-[repeat(auto-fit,minmax(min(26rem,100%),1fr))] items-start gap-3">
            {shown.map((view) => (
              <li key={view.request.id}>
                <RequestCard
                  project={project}
                  view={view}
                  onDismiss={() => setGone((before) => before.filter((one) => one.request.id !== view.request.id))}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function RequestCard({ project, view, onDismiss }: { project: number; view: RequestView; onDismiss: () => void }) {
  const heading = useId();
  const { request, feature_name: name } = view;
  const decide = useApiMutation("request_decide", { failureTitle: requestText.decideFailed });
  const answer = useApiMutation("request_answer", { failureTitle: requestText.answerFailed });
  const refusal = useRefusal("request_decide");
  const isWithdrawn = request.state === "withdrawn";
  const isApproval = request.call !== null;
  const Icon = isApproval ? ShieldQuestion : MessageCircleQuestion;
  return (
    <article
      aria-labelledby={heading}
      className={cx(
        "rounded-lg border bg-panel shadow-raised",
        isWithdrawn ? "border-line opacity-80" : "border-warning",
      )}
    >
      <header className="flex items-center gap-2 px-4 pt-3">
        <Icon aria-hidden className="size-4 shrink-0 text-warning" />
        <h2 id={heading} className="shrink-0 font-semibold">
          {request.call ? requestText.wants(request.call.tool) : requestText.asks}
        </h2>
        {request.feature !== null && (
          <Link
            to="/p/$project/feature/$feature"
            params={{ project, feature: request.feature }}
            className="min-w-0 truncate text-accent hover:underline"
          >
            {requestText.onCard(request.feature, name ?? "")}
          </Link>
        )}
        <span className="ml-auto shrink-0">
          {isWithdrawn ? (
            <IconButton
              label={requestText.dismiss}
              size="sm"
              icon={<X aria-hidden className="size-4" />}
              onClick={onDismiss}
            />
          ) : (
            <Deadline view={view} />
          )}
        </span>
      </header>
      <div className="flex flex-col gap-3 px-4 pt-2 pb-4">
        {request.call ? (
          <>
            <pre
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
              tabIndex={0}
              className="max-h-56 overflow-y-auto rounded-md border border-line bg-canvas px-3 py-2 text-xs wrap-anywhere whitespace-pre-wrap"
            >
              {view.subject}
            </pre>
            <p className="text-xs text-muted">
              {request.call.reason} · {requestText.rule} <code className="font-mono">{request.call.rule}</code> ·{" "}
              {requestText.where} <code className="font-mono wrap-anywhere">{request.call.cwd}</code>
            </p>
          </>
        ) : (
          view.parts.length !== 1 && <p className="whitespace-pre-wrap">{view.subject}</p>
        )}
        {request.state === "expired" && <p className="text-warning">{requestText.expired}</p>}
        {isWithdrawn ? (
          <p className="text-muted">{requestText.withdrawn}</p>
        ) : (
          <Locked reason={refusal}>
            {isApproval ? (
              <ApprovalForm
                view={view}
                isBusy={decide.isPending}
                onDecide={(decision, scope, remark) =>
                  decide.mutate({ project, request: request.id, decision, scope, remark })
                }
              />
            ) : (
              <QuestionForm
                name={`${project}-${request.id}`}
                parts={view.parts}
                isBusy={answer.isPending}
                onAnswer={(answers, is_free) => answer.mutate({ project, request: request.id, answers, is_free })}
              />
            )}
          </Locked>
        )}
      </div>
    </article>
  );
}

/** How long the agent still waits. Not spoken every second: the card says it once. */
function Deadline({ view }: { view: RequestView }) {
  const now = useNow(1000);
  const { state, deadline_ms } = view.request;
  if (state === "expired") return <Badge tone="neutral">{requestText.expiredShort}</Badge>;
  if (deadline_ms === null) return <span className="text-xs text-muted">{requestText.waits}</span>;
  const left = deadline_ms - now;
  return (
    <span
      role="timer"
      aria-live="off"
      className={cx(
        "inline-flex items-center gap-1 text-xs tabular",
        left < URGENT_MS ? "font-semibold text-danger" : "text-muted",
      )}
    >
      <Timer aria-hidden className="size-3.5" />
      {requestText.left(countdown(left))}
    </span>
  );
}
