import { type FormEvent, useState } from "react";
import { create } from "zustand";
import { useApiMutation, useRefusal } from "@/api/context.tsx";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { Textarea } from "@/ui/Input.tsx";
import { toast } from "@/ui/toast.ts";
import { Locked } from "@/ui/Locked.tsx";
import { text } from "./messages.ts";

/** Comments that were begun, by where they stand: a line that scrolls out of view takes its form along. */
const useBegun = create<{ comments: Readonly<Record<string, string>> }>(() => ({ comments: {} }));

type Props = {
  project: number;
  /** The card the changes are for; without one a comment can only become a bug. */
  feature: number | null;
  path: string;
  line: number;
  onClose: () => void;
  onOpenCard: (feature: number) => void;
};

/** A comment on a line, which becomes a message to the agent or a bug. Control and Enter send it; Escape closes it, and what was written is there again the next time. */
export function CommentForm({ project, feature, path, line, onClose, onOpenCard }: Props) {
  const place = `${project}/${feature}/${path}:${line}`;
  const said = useBegun(({ comments }) => comments[place] ?? "");
  const setSaid = (words: string) =>
    useBegun.setState(({ comments: { [place]: _before, ...others } }) => ({
      comments: words === "" ? others : { ...others, [place]: words },
    }));
  const [isMissing, setMissing] = useState(false);
  const refusal = useRefusal("review_comment");
  const comment = useApiMutation("review_comment", { failureTitle: text.commentFailed });

  const send = (becomes: "bug" | "message") => {
    if (said.trim() === "") return setMissing(true);
    comment.mutate(
      { project, feature, path, line, text: said.trim(), becomes },
      {
        onSuccess: ({ bug, words }) => {
          toast({
            title: text.sent,
            description: words,
            tone: "success",
            ...(bug === null ? {} : { action: { label: text.openBug(bug), run: () => onOpenCard(bug) } }),
          });
          setSaid("");
          onClose();
        },
      },
    );
  };
  const usual = feature === null ? "bug" : "message";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(usual);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the field within
    <form
      aria-label={text.commentOn(path, line)}
      className="border-y border-accent bg-raised p-3 font-sans"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
        else return;
        event.stopPropagation();
      }}
    >
      <div className="max-w-2xl">
        <Locked reason={refusal}>
          <Field label={text.commentOn(path, line)} hint={text.commentHint} error={isMissing && text.commentEmpty}>
            {(wiring) => (
              <Textarea
                {...wiring}
                rows={3}
                autoFocus
                value={said}
                onChange={(event) => {
                  setMissing(false);
                  setSaid(event.target.value);
                }}
              />
            )}
          </Field>
          <div className="mt-3 flex items-center gap-2">
            <Button
              size="sm"
              type={usual === "message" ? "submit" : "button"}
              variant={usual === "message" ? "primary" : "secondary"}
              title={text.asMessageWhat}
              disabled={feature === null}
              isBusy={comment.isPending}
              {...(usual === "message" ? {} : { onClick: () => send("message") })}
            >
              {text.asMessage}
            </Button>
            <Button
              size="sm"
              variant={usual === "bug" ? "primary" : "secondary"}
              title={text.asBugWhat}
              isBusy={comment.isPending}
              onClick={() => send("bug")}
            >
              {text.asBug}
            </Button>
            <Button size="sm" variant="ghost" onClick={onClose}>
              {text.cancel}
            </Button>
            {feature === null && <span className="text-xs text-muted">{text.noCard}</span>}
          </div>
        </Locked>
      </div>
    </form>
  );
}
