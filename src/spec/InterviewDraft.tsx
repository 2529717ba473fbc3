import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { InterviewView } from "@/api/bindings.ts";
import { useApiMutation, useRefusal } from "@/api/context.tsx";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Button } from "@/ui/Button.tsx";
import { Progress } from "@/ui/Progress.tsx";
import { toast } from "@/ui/toast.ts";
import { text as specText } from "./messages.ts";
import { titleOf } from "./parts.ts";
import { text } from "./interview-messages.ts";

/** From here on a draft is good. */
const GOOD = 80;

type Props = {
  project: number;
  view: InterviewView;
  /** Whether there is a specification of this name already. */
  isReplacing: boolean;
  onAccepted: (name: string) => void;
};

/** The draft beside the chat: how good it is, what is missing, what it says, and what becomes of it. */
export function InterviewDraft({ project, view: { interview, draft, check }, isReplacing, onAccepted }: Props) {
  const queries = useQueryClient();
  // The draft is kept as it was when the question came up: while the question hides it, the agent may go on writing.
  const [asks, setAsks] = useState<{ what: "accept"; seen: string } | { what: "end" } | null>(null);
  const keep = (next: InterviewView) =>
    queries.setQueryData<InterviewView | null>(["interview_get", { project }], next);
  const accept = useApiMutation("interview_accept", {
    failureTitle: text.draft.acceptFailed,
    onSuccess: async ({ interview: over, told }) => {
      // The page of the specification must not be seen as it was before.
      await queries.invalidateQueries({ queryKey: ["spec_list"] });
      keep(over);
      toast({ tone: "success", title: text.draft.accepted, ...(told && { description: told, lasts_ms: 12_000 }) });
      onAccepted(interview.spec);
    },
    onError: ({ code }) => {
      // It says to look again, so there has to be something else to look at.
      if (code === "conflict") void queries.invalidateQueries({ queryKey: ["interview_get", { project }] });
    },
    onSettled: () => setAsks(null),
  });
  const end = useApiMutation("interview_end", {
    failureTitle: text.draft.endFailed,
    onSuccess: keep,
    onSettled: () => setAsks(null),
  });
  const refusal = useRefusal("interview_accept");
  const isEmpty = draft === "";
  return (
    <aside
      aria-label={text.draft.title}
      className="flex w-[26rem] shrink-0 flex-col border-l border-line max-lg:w-80 max-md:w-full max-md:border-l-0"
    >
      <div className="flex flex-col gap-2 border-b border-line p-4">
        <div className="flex items-baseline justify-between gap-2">
          <h2 className="text-sm font-semibold">{text.draft.title}</h2>
          <span aria-live="polite" className="text-sm font-semibold tabular">
            {isEmpty ? "" : specText.check.score(check.score)}
          </span>
        </div>
        <Progress
          value={isEmpty ? 0 : check.score}
          max={100}
          label={specText.check.title}
          tone={check.score >= GOOD ? "success" : "accent"}
        />
        <p className="text-xs text-muted">
          {check.missing.length === 0
            ? text.draft.complete
            : `${text.draft.missing} ${check.missing.map(titleOf).join(", ")}`}
        </p>
      </div>
      <div
        // Scrolled with the keyboard too.
        tabIndex={0}
        role="region"
        aria-label={text.draft.title}
        className="min-h-0 flex-1 overflow-y-auto p-4"
      >
        {isEmpty ? (
          <p className="text-muted">{text.draft.empty}</p>
        ) : (
          <pre className="font-mono text-xs whitespace-pre-wrap wrap-anywhere">{draft}</pre>
        )}
      </div>
      <div className="flex items-center gap-2 border-t border-line p-4">
        <Button
          variant="primary"
          refusal={refusal}
          disabled={isEmpty}
          isBusy={accept.isPending}
          onClick={() => (isReplacing ? setAsks({ what: "accept", seen: draft }) : accept.mutate({ project, draft }))}
        >
          {text.draft.accept}
        </Button>
        <Button variant="ghost" refusal={refusal} onClick={() => setAsks({ what: "end" })}>
          {text.draft.end}
        </Button>
      </div>
      <AlertDialog
        isOpen={asks?.what === "accept"}
        onClose={() => setAsks(null)}
        title={text.draft.acceptTitle(interview.spec)}
        description={text.draft.acceptText}
        confirmLabel={text.draft.accept}
        isBusy={accept.isPending}
        onConfirm={() => asks?.what === "accept" && accept.mutate({ project, draft: asks.seen })}
      />
      <AlertDialog
        isOpen={asks?.what === "end"}
        onClose={() => setAsks(null)}
        title={text.draft.endTitle}
        description={text.draft.endText}
        confirmLabel={text.draft.end}
        isBusy={end.isPending}
        onConfirm={() => end.mutate({ project })}
      />
    </aside>
  );
}
