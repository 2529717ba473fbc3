import { useQueryClient } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { InterviewView, Remark, SendInterview } from "@/api/bindings.ts";
import { useApiMutation, useRefusal } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { cx } from "@/ui/cx.ts";
import { Field } from "@/ui/Field.tsx";
import { Textarea } from "@/ui/Input.tsx";
import { Markdown } from "@/ui/Markdown.tsx";
import { QuestionForm } from "@/ui/question/QuestionForm.tsx";
import { text } from "./interview-messages.ts";
import { InterviewTrouble } from "./InterviewTrouble.tsx";

/** Within so many pixels of its end a conversation follows what is said. */
const NEAR_END = 80;

type Props = { project: number; view: InterviewView };

/** What was said, what is being said, and the field for what comes next. Nothing typed is lost when it cannot be sent. */
export function InterviewChat({ project, view }: Props) {
  const queries = useQueryClient();
  const [words, setWords] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const { interview, remarks, activity, problem, question } = view;
  const keep = (next: InterviewView) =>
    queries.setQueryData<InterviewView | null>(["interview_get", { project }], next);
  const refusal = useRefusal("interview_send");
  const send = useApiMutation("interview_send", { failureTitle: null, onSuccess: keep });
  const answer = useApiMutation("interview_send", { failureTitle: text.chat.answerFailed, onSuccess: keep });
  const stop = useApiMutation("interview_stop", { failureTitle: text.chat.stopFailed, onSuccess: keep });

  const say = (message: Pick<SendInterview, "text" | "budget_usd">) =>
    send.mutate({ project, ...message }, { onSuccess: () => field.current?.focus() });
  const submit = () => {
    if (words.trim() === "" || send.isPending || refusal !== null) return;
    send.mutate({ project, text: words }, { onSuccess: () => setWords("") });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  const isAsked = activity === "asking" && question.length > 0;
  // A question has an answer in one's own words too: two fields would ask which of them counts.
  const hasField = !isAsked || words !== "";
  const asked = useRef<HTMLDivElement>(null);
  const hadField = useRef(hasField);
  useEffect(() => {
    if (hadField.current === hasField) return;
    hadField.current = hasField;
    // What had the focus went, and the other came: whoever writes goes on there.
    if (document.activeElement === document.body) (hasField ? field : asked).current?.focus();
  }, [hasField]);
  const lastWords = remarks.findLast(({ speaker }) => speaker === "person")?.text ?? "";

  return (
    <section aria-label={text.title} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <Said view={view} />
      <div className="flex shrink-0 flex-col gap-3 border-t border-line p-4">
        {problem && (
          <InterviewTrouble
            problem={problem}
            budget={interview.budget_usd}
            isBusy={send.isPending}
            onAgain={(budget_usd) => say({ text: lastWords, ...(budget_usd !== null && { budget_usd }) })}
          />
        )}
        {isAsked && (
          <div
            ref={asked}
            role="group"
            aria-label={text.chat.asks}
            tabIndex={-1}
            className="rounded-lg border border-accent bg-panel p-3"
          >
            <QuestionForm
              key={remarks.length}
              name="interview"
              parts={question}
              isBusy={answer.isPending}
              onAnswer={(answers, isFree) =>
                answer.mutate(isFree ? { project, text: answers.join("\n") } : { project, answers })
              }
            />
          </div>
        )}
        {send.error && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
            {text.chat.sendFailed}. {reasonOf(send.error)}
          </p>
        )}
        {hasField && (
          <Field label={text.chat.words} hint={text.chat.wordsHint}>
            {(wiring) => (
              <Textarea
                {...wiring}
                ref={field}
                rows={3}
                value={words}
                onChange={(event) => setWords(event.target.value)}
                onKeyDown={onKeyDown}
              />
            )}
          </Field>
        )}
        <div className="flex items-center gap-3">
          {hasField && (
            <Button
              variant="primary"
              refusal={refusal}
              isBusy={send.isPending}
              disabled={words.trim() === ""}
              onClick={submit}
            >
              {send.isPending ? text.chat.sending : text.chat.send}
            </Button>
          )}
          {activity !== "idle" && (
            <Button
              refusal={refusal}
              icon={<Square aria-hidden className="size-3.5" />}
              isBusy={stop.isPending}
              onClick={() => stop.mutate({ project })}
            >
              {text.chat.stop}
            </Button>
          )}
          <span className="ml-auto flex items-center gap-2 text-xs text-muted tabular" title={text.chat.spentWhat}>
            {interview.rehearsal !== null ? (
              <Badge tone="warning">{text.chat.rehearsal}</Badge>
            ) : (
              text.chat.spent(interview.cost_usd, interview.budget_usd)
            )}
          </span>
        </div>
      </div>
    </section>
  );
}

/** The conversation. It follows its end until somebody scrolls up. */
function Said({ view: { remarks, partial, activity, doing, retrying } }: { view: InterviewView }) {
  const place = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  // After every drawing: whatever was said or written may have made it longer.
  useEffect(() => {
    const list = place.current;
    if (list && follows.current) list.scrollTop = list.scrollHeight;
  });
  const status = retrying
    ? text.chat.retrying(retrying.reason, retrying.attempt)
    : doing !== null && activity === "thinking"
      ? text.chat.doing(doing)
      : text.chat.activity[activity];
  return (
    <div
      ref={place}
      // Who reads up and down with the keyboard needs a place to be.
      tabIndex={0}
      role="region"
      aria-label={text.chat.label}
      className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-6 py-5"
      onScroll={({ currentTarget: list }) => {
        follows.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
      }}
    >
      <div role="log" aria-label={text.chat.label}>
        <ol className="flex flex-col gap-4">
          {remarks.map((remark) => (
            <li key={remark.id}>
              <Words remark={remark} />
            </li>
          ))}
        </ol>
      </div>
      {partial !== "" && (
        <div aria-live="off" className="max-w-2xl">
          <p className="mb-1 text-xs font-medium text-muted">{text.chat.writing}</p>
          <Markdown text={partial} />
        </div>
      )}
      <p role="status" className={cx("text-xs", retrying ? "text-warning" : "text-faint")}>
        {status}
      </p>
    </div>
  );
}

function Words({ remark: { speaker, text: words } }: { remark: Remark }) {
  const isPerson = speaker === "person";
  return (
    <div className={cx("max-w-2xl", isPerson && "ml-auto w-fit rounded-lg bg-accent-soft px-3 py-2")}>
      <p className="mb-1 text-xs font-medium text-muted">{isPerson ? text.chat.you : text.chat.agent}</p>
      {isPerson ? <p className="whitespace-pre-wrap wrap-anywhere">{words}</p> : <Markdown text={words} />}
    </div>
  );
}
