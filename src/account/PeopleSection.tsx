import { Ellipsis, KeyRound, Trash2, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import type { User, UserRole } from "@/api/bindings.ts";
import { useApi, useApiMutation, useApiQuery, useClient, useRefusal } from "@/api/context.tsx";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { moment } from "@/ui/format.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Locked } from "@/ui/Locked.tsx";
import { Menu } from "@/ui/Menu.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { Select } from "@/ui/Select.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./access-messages.ts";
import { Listed, Named } from "./Listed.tsx";
import { text as doorText } from "./messages.ts";
import { ROLE_OPTIONS, RoleField } from "./RoleField.tsx";
import { SecretField } from "./SecretField.tsx";
import { SubmitRow } from "./SubmitRow.tsx";
import { useAttempt } from "./useAttempt.ts";

type Asked = { what: "reset" | "remove"; user: User } | { what: "add" } | null;

/** The people who can sign in, with what each may do. */
export function PeopleSection() {
  const refusal = useRefusal("user_list");
  const users = useApiQuery("user_list", null, { isEnabled: refusal === null });
  const self = useApi().door?.view().auth?.user?.id;
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const edit = useApiMutation("user_edit", { failureTitle: text.people.roleFailed });
  const remove = useApiMutation("user_remove", {
    failureTitle: text.people.removeFailed,
    onSuccess: () =>
      asked?.what === "remove" && toast({ tone: "success", title: text.people.removed(asked.user.name) }),
    onSettled: close,
  });
  if (refusal !== null) return <Locked reason={refusal}>{null}</Locked>;
  return (
    <>
      <Panel
        title={text.people.title}
        isFlush
        actions={
          <Button
            size="sm"
            icon={<UserPlus aria-hidden className="size-3.5" />}
            onClick={() => setAsked({ what: "add" })}
          >
            {text.people.add}
          </Button>
        }
      >
        <Listed query={users} texts={text.people} icon={<Users aria-hidden />}>
          {(user) => (
            <>
              <Named
                name={user.name}
                badges={user.id === self && <Badge tone="accent">{text.people.you}</Badge>}
                facts={[text.people.since(moment(user.created_at_ms))]}
              />
              <Select
                label={text.people.roleOf(user.name)}
                value={user.role}
                options={ROLE_OPTIONS}
                className="w-36"
                onChange={(role) => edit.mutate({ user: user.id, role })}
              />
              <Menu
                actions={[
                  {
                    id: "reset",
                    label: text.people.reset,
                    icon: <KeyRound aria-hidden />,
                    onSelect: () => setAsked({ what: "reset", user }),
                  },
                  {
                    id: "remove",
                    label: text.people.remove,
                    icon: <Trash2 aria-hidden />,
                    isDanger: true,
                    onSelect: () => setAsked({ what: "remove", user }),
                  },
                ]}
              >
                <IconButton label={text.people.more(user.name)} icon={<Ellipsis aria-hidden className="size-4" />} />
              </Menu>
            </>
          )}
        </Listed>
      </Panel>
      <Dialog
        isOpen={asked?.what === "add"}
        onClose={close}
        title={text.people.addTitle}
        description={text.people.addText}
        size="sm"
      >
        <AddForm onDone={close} />
      </Dialog>
      <Dialog
        isOpen={asked?.what === "reset"}
        onClose={close}
        title={asked?.what === "reset" ? text.people.resetTitle(asked.user.name) : ""}
        description={text.people.resetText}
        size="sm"
      >
        {asked?.what === "reset" && <ResetForm user={asked.user} onDone={close} />}
      </Dialog>
      <AlertDialog
        isOpen={asked?.what === "remove"}
        onClose={close}
        title={asked?.what === "remove" ? text.people.removeTitle(asked.user.name) : ""}
        description={text.people.removeText}
        confirmLabel={text.people.removeConfirm}
        cancelLabel={text.cancel}
        isBusy={remove.isPending}
        onConfirm={() => asked?.what === "remove" && remove.mutate({ user: asked.user.id })}
      />
    </>
  );
}

function AddForm({ onDone }: { onDone: () => void }) {
  const client = useClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<UserRole>("operator");
  const [password, setPassword] = useState("");
  const attempt = useAttempt();
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        attempt.begin(async () => {
          const user = await client.user_add({ name: name.trim(), role, password });
          toast({ tone: "success", title: text.people.added(user.name) });
          onDone();
        });
      }}
    >
      <Field label={text.people.name} hint={text.people.nameHint}>
        {(wiring) => (
          <Input
            {...wiring}
            value={name}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <RoleField value={role} onChange={setRole} />
      <SecretField
        label={text.people.password}
        hint={doorText.passwordHint}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
      />
      <SubmitRow attempt={attempt} label={text.people.addSubmit} failureTitle={text.people.addFailed} />
    </form>
  );
}

function ResetForm({ user, onDone }: { user: User; onDone: () => void }) {
  const client = useClient();
  const [password, setPassword] = useState("");
  const attempt = useAttempt();
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        attempt.begin(async () => {
          await client.user_edit({ user: user.id, password });
          toast({ tone: "success", title: text.people.resetDone(user.name) });
          onDone();
        });
      }}
    >
      <SecretField
        label={doorText.newPassword}
        hint={doorText.passwordHint}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        isFocused
      />
      <SubmitRow attempt={attempt} label={text.people.resetSubmit} failureTitle={text.people.resetFailed} />
    </form>
  );
}
