import { Copy, KeySquare, Plus } from "lucide-react";
import { useState } from "react";
import type { ApiToken, UserRole } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useClient, useRefusal } from "@/api/context.tsx";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Code } from "@/ui/Code.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { ago, moment } from "@/ui/format.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Locked } from "@/ui/Locked.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { Select } from "@/ui/Select.tsx";
import { toast } from "@/ui/toast.ts";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./access-messages.ts";
import { copy } from "./copy.ts";
import { Listed, Named } from "./Listed.tsx";
import { RoleField } from "./RoleField.tsx";
import { SubmitRow } from "./SubmitRow.tsx";
import { useAttempt } from "./useAttempt.ts";

type Days = keyof typeof text.tokens.daysOf;
const DAYS: readonly Days[] = ["7", "30", "90", "365", ""];

/** What scripts come in by. */
export function TokensSection() {
  const refusal = useRefusal("token_list");
  const tokens = useApiQuery("token_list", null, { isEnabled: refusal === null });
  const now = useNow(30_000);
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<ApiToken | null>(null);
  const revoke = useApiMutation("token_revoke", {
    failureTitle: text.tokens.revokeFailed,
    onSuccess: () => asked && toast({ tone: "success", title: text.tokens.revoked(asked.name) }),
    onSettled: () => setAsked(null),
  });
  if (refusal !== null) return <Locked reason={refusal}>{null}</Locked>;
  return (
    <>
      <Panel
        title={text.tokens.title}
        isFlush
        actions={
          <Button size="sm" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setAdding(true)}>
            {text.tokens.add}
          </Button>
        }
      >
        <Listed query={tokens} texts={text.tokens} icon={<KeySquare aria-hidden />}>
          {(token) => (
            <>
              <Named
                name={token.name}
                badges={
                  <>
                    <Badge>{text.roles[token.role][0]}</Badge>
                    {token.projects && <Badge>{text.tokens.scoped(token.projects.length)}</Badge>}
                  </>
                }
                facts={factsOf(token, now)}
              />
              <Button size="sm" aria-label={text.tokens.revokeLabel(token.name)} onClick={() => setAsked(token)}>
                {text.tokens.revoke}
              </Button>
            </>
          )}
        </Listed>
      </Panel>
      <AddToken isOpen={isAdding} onClose={() => setAdding(false)} />
      <AlertDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? text.tokens.revokeTitle(asked.name) : ""}
        description={text.tokens.revokeText}
        confirmLabel={text.tokens.revoke}
        cancelLabel={text.cancel}
        isBusy={revoke.isPending}
        onConfirm={() => asked && revoke.mutate({ token: asked.id })}
      />
    </>
  );
}

function factsOf({ made_by, expires_at_ms, used_at_ms }: ApiToken, now: number): string[] {
  const end =
    expires_at_ms === null
      ? text.tokens.endless
      : expires_at_ms <= now
        ? text.tokens.ended
        : text.tokens.ends(moment(expires_at_ms));
  return [
    made_by === null ? text.tokens.here : text.tokens.by(made_by),
    end,
    used_at_ms === null ? text.tokens.unused : text.tokens.used(ago(used_at_ms, now)),
  ];
}

function AddToken({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [made, setMade] = useState<string | null>(null);
  const close = () => {
    // It is kept nowhere, not even in this page.
    setMade(null);
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title={made === null ? text.tokens.add : text.tokens.made}
      description={made === null ? text.tokens.what : text.tokens.madeText}
      size="sm"
    >
      {made === null ? (
        <TokenForm onMade={setMade} />
      ) : (
        <div className="flex flex-col gap-4">
          <div className="flex items-center gap-1">
            <Code className="flex-1">{made}</Code>
            <IconButton
              label={text.copy}
              icon={<Copy aria-hidden className="size-4" />}
              onClick={() => void copy(made)}
            />
          </div>
          <Button variant="primary" onClick={close}>
            {text.tokens.done}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function TokenForm({ onMade }: { onMade: (token: string) => void }) {
  const client = useClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<UserRole>("viewer");
  const [days, setDays] = useState<Days>("90");
  const attempt = useAttempt();
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        attempt.begin(async () => {
          const { token } = await client.token_create({
            name: name.trim(),
            role,
            days: days === "" ? null : Number(days),
            projects: null,
          });
          onMade(token);
        });
      }}
    >
      <Field label={text.tokens.name}>
        {(wiring) => (
          <Input
            {...wiring}
            value={name}
            autoComplete="off"
            autoFocus
            required
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <RoleField value={role} onChange={setRole} />
      <Field label={text.tokens.days}>
        {(wiring) => (
          <Select
            {...wiring}
            value={days}
            options={DAYS.map((value) => ({ value, label: text.tokens.daysOf[value] }))}
            onChange={setDays}
          />
        )}
      </Field>
      <SubmitRow attempt={attempt} label={text.tokens.submit} failureTitle={text.tokens.addFailed} />
    </form>
  );
}
