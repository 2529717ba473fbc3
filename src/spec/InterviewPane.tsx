import { asSentence, failureTitle } from "@/api/failure.ts";
import { useApiQuery } from "@/api/context.tsx";
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
      <InterviewChat key={view.interview.id} project={project} view={view} />
      <InterviewDraft
        project={project}
        view={view}
        isReplacing={names.includes(view.interview.spec)}
        onAccepted={onAccepted}
      />
    </div>
  );
}
