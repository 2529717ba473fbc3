import { Check, ChevronDown, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Decision, RequestView, Scope } from "@/api/bindings.ts";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Textarea } from "@/ui/Input.tsx";
import { Menu } from "@/ui/Menu.tsx";
import { requestText, text } from "./messages.ts";

type Props = {
  view: RequestView;
  isBusy: boolean;
  onDecide: (decision: Decision, scope: Scope, remark: string | null) => void;
};

/** Yes, once or for longer, or no with a word to the agent. The shortest reach is the first button. */
export function ApprovalForm({ view, isBusy, onDecide }: Props) {
  const [remark, setRemark] = useState<string | null>(null);
  const { always_entry: entry, always_problem: problem } = view;

  if (remark !== null) {
    const submit = (event: FormEvent) => {
      event.preventDefault();
      onDecide("denied", "once", remark.trim() || null);
    };
    return (
      <form className="flex flex-col gap-3" onSubmit={submit}>
        <Field label={requestText.remark} hint={requestText.remarkHint} isOptional optionalLabel={text.optional}>
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={2}
              autoFocus
              value={remark}
              onChange={(event) => setRemark(event.target.value)}
            />
          )}
        </Field>
        <div className="flex gap-2">
          <Button type="submit" variant="danger" size="sm" isBusy={isBusy}>
            {requestText.deny}
          </Button>
          <Button size="sm" variant="ghost" onClick={() => setRemark(null)}>
            {text.cancel}
          </Button>
        </div>
      </form>
    );
  }
  return (
    <div className="flex items-center gap-2">
      <div className="flex">
        <Button
          size="sm"
          variant="primary"
          className="rounded-r-none"
          icon={<Check aria-hidden className="size-3.5" />}
          isBusy={isBusy}
          onClick={() => onDecide("approved", "once", null)}
        >
          {requestText.approve}
        </Button>
        <Menu
          label={requestText.more}
          align="start"
          actions={[
            {
              id: "once",
              label: `${requestText.approveOnce} – ${requestText.approveOnceWhat}`,
              onSelect: () => onDecide("approved", "once", null),
            },
            {
              id: "run",
              label: `${requestText.approveRun} – ${requestText.approveRunWhat}`,
              onSelect: () => onDecide("approved", "run", null),
            },
            {
              id: "always",
              label: entry
                ? `${requestText.approveAlways} – ${requestText.approveAlwaysWhat(entry)}`
                : requestText.approveAlways,
              refusal: entry ? null : problem,
              onSelect: () => onDecide("approved", "always", null),
            },
          ]}
        >
          <IconButton
            label={requestText.more}
            size="sm"
            disabled={isBusy}
            className="h-7 rounded-l-none border-l border-l-on-accent/40 bg-accent-fill text-on-accent hover:bg-accent-fill hover:text-on-accent hover:brightness-110"
            icon={<ChevronDown aria-hidden className="size-3.5" />}
          />
        </Menu>
      </div>
      <Button size="sm" icon={<X aria-hidden className="size-3.5" />} disabled={isBusy} onClick={() => setRemark("")}>
        {requestText.deny}
      </Button>
    </div>
  );
}
