import { useState } from "react";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { useApiQuery } from "@/api/context.tsx";
import { cx } from "@/ui/cx.ts";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { InterviewBegin } from "./InterviewBegin.tsx";
import { InterviewChat } from "./InterviewChat.tsx";
import { InterviewDraft } from "./InterviewDraft.tsx";
import { text } from "./interview-messages.ts";

type Props = {
  project: number;
  /** The specification that a new conversation is about unless a person chooses another one. */
  spec: string;
  /** Those that exist. */
  names: readonly string[];
  /** The draft became the specification of that name. */
  onAccepted: (name: string) => void;
};

/** A specification worked out in a chat: the way to begin, and then the chat with its draft. */
export function InterviewPane({ project, spec, names, onAccepted }: Props) {
  const [side, setSide] = useState<Side>("chat");
  const interview = useApiQuery("interview_get", { project });
  if (interview.isPending) return <SkeletonRows label={text.loading} />;
  if (interview.data === undefined)
    return (
      <ErrorState
        title={text.failed}
        message={`${failureTitle(interview.error)}. ${asSentence(interview.error.message)}`}
        hint={interview.error.hint}
        incident={interview.error.incident}
        onRetry={() => void interview.refetch()}
      />
    );
  const view = interview.data;
  if (view?.interview.state !== "open")
    return <InterviewBegin project={project} spec={spec} names={names} last={view?.interview.state ?? null} />;
  return (
    <div className="flex min-h-0 min-w-0 flex-1 max-md:flex-col">
      <SideChoice side={side} score={view.draft === "" ? null : view.check.score} onSide={setSide} />
      {/* Both stay: what is typed in the one is there when the other was looked at. */}
      <div className={cx("flex min-h-0 min-w-0 flex-1", side === "draft" && "max-md:hidden")}>
        <InterviewChat key={view.interview.id} project={project} view={view} />
      </div>
      <div className={cx("flex min-h-0 shrink-0 max-md:flex-1", side === "chat" && "max-md:hidden")}>
        <InterviewDraft
          project={project}
          view={view}
          isReplacing={names.includes(view.interview.spec)}
          onAccepted={onAccepted}
        />
      </div>
    </div>
  );
}

type Side = "chat" | "draft";

/** On a narrow screen there is room for one of the two. */
function SideChoice({ side, score, onSide }: { side: Side; score: number | null; onSide: (side: Side) => void }) {
  return (
    <div
      role="group"
      aria-label={text.sides}
      className="flex shrink-0 gap-1 border-b border-line px-4 py-1.5 md:hidden"
    >
      {(["chat", "draft"] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={side === one}
          onClick={() => onSide(one)}
          className="h-9 flex-1 rounded-md px-3 text-muted aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-text"
        >
          {one === "chat" ? text.chat.label : text.draftAt(score)}
        </button>
      ))}
    </div>
  );
}
