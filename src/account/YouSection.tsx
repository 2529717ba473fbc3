import { LogOut } from "lucide-react";
import { useState } from "react";
import { useApi } from "@/api/context.tsx";
import type { Door } from "@/api/door.ts";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./access-messages.ts";
import { text as doorText } from "./messages.ts";
import { SecretField } from "./SecretField.tsx";
import { SubmitRow } from "./SubmitRow.tsx";
import { useAttempt } from "./useAttempt.ts";

/** Who one is here, one's own password, and the way out. */
export function YouSection() {
  const { door } = useApi();
  const auth = door?.view().auth;
  if (!door || !auth?.user) return null;
  const { user, device } = auth;
  const leave = () => {
    door.leave().catch((thrown: unknown) => {
      toast({ tone: "danger", title: text.you.outFailed, description: reasonOf(toFailure(thrown)) });
    });
  };
  return (
    <>
      <Panel title={text.sections.you}>
        <div className="flex flex-wrap items-center justify-between gap-4">
          <div>
            <p className="font-medium">{text.you.signedIn(user.name, text.roles[user.role][0])}</p>
            {device && <p className="text-muted">{text.you.device(device.name)}</p>}
          </div>
          <Button icon={<LogOut aria-hidden className="size-4" />} onClick={leave}>
            {text.you.out}
          </Button>
        </div>
      </Panel>
      <Panel title={text.you.password}>
        {user.id === null ? (
          <p className="text-muted">{text.you.shared}</p>
        ) : (
          <OwnPassword door={door} name={user.name} />
        )}
      </Panel>
    </>
  );
}

function OwnPassword({ door, name }: { door: Door; name: string }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const attempt = useAttempt();
  return (
    <form
      className="flex max-w-sm flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        attempt.begin(async () => {
          await door.changePassword({ current, new: next });
          setCurrent("");
          setNext("");
          toast({ tone: "success", title: text.you.changed, description: text.you.changedHint });
        });
      }}
    >
      {/* Password managers want to know whose password it is. */}
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
      <SecretField label={text.you.current} value={current} onChange={setCurrent} autoComplete="current-password" />
      <SecretField
        label={text.you.next}
        hint={`${doorText.passwordHint} ${text.you.passwordHint}`}
        value={next}
        onChange={setNext}
        autoComplete="new-password"
      />
      <SubmitRow attempt={attempt} label={text.you.change} failureTitle={text.you.failed} />
    </form>
  );
}
