import { KeyRound } from "lucide-react";
import { useState } from "react";
import type { PayerChoice, SetupStatus } from "@/api/bindings.ts";
import { useApiMutation } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { useHost } from "@/host/host.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";

const PAYERS: readonly PayerChoice[] = ["auto", "keychain", "environment", "subscription"];

/** The API key in the keychain: stored, replaced, removed, never shown; and who pays for runs. */
export function ApiKey({ keychain }: { keychain: SetupStatus["keychain"] }) {
  const host = useHost();
  const [key, setKey] = useState("");
  const [isAsking, setAsking] = useState(false);
  const store = useApiMutation("api_key_set", {
    failureTitle: null,
    onSuccess: () => {
      // What was typed is not kept anywhere in the page.
      setKey("");
      toast({ tone: "success", title: text.key.kept });
    },
  });
  const remove = useApiMutation("api_key_remove", {
    failureTitle: text.key.removeFailed,
    onSuccess: () => toast({ title: text.key.removed }),
    onSettled: () => setAsking(false),
  });
  const pay = useApiMutation("payer_set", { failureTitle: text.key.payerFailed });

  if (!host.can.desktopSettings) return <p className="text-muted">{text.key.onlyDesktop}</p>;
  return (
    <div className="flex flex-col gap-4">
      <p className="flex items-center gap-2">
        <Badge tone={keychain.has_key ? "success" : "neutral"} icon={<KeyRound aria-hidden />}>
          {keychain.has_key ? text.key.stored : text.key.none}
        </Badge>
        {!keychain.is_available && <span className="text-warning">{keychain.problem ?? text.key.unavailable}</span>}
      </p>
      {keychain.is_available && (
        <form
          className="flex items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (key.trim() !== "") store.mutate({ key: key.trim() });
          }}
        >
          <div className="max-w-md flex-1">
            <Field
              label={text.key.label}
              hint={text.key.hint}
              error={store.error && `${text.key.storeFailed}. ${reasonOf(store.error)}`}
            >
              {(wiring) => (
                <Input
                  {...wiring}
                  type="password"
                  value={key}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="sk-ant-…"
                  onChange={(event) => setKey(event.target.value)}
                />
              )}
            </Field>
          </div>
          <div className="mt-6 flex gap-2">
            <Button type="submit" disabled={key.trim() === ""} isBusy={store.isPending}>
              {keychain.has_key ? text.key.replace : text.key.store}
            </Button>
            {keychain.has_key && (
              <Button variant="ghost" onClick={() => setAsking(true)}>
                {text.key.remove}
              </Button>
            )}
          </div>
        </form>
      )}
      <div className="max-w-md">
        <Field label={text.key.payer}>
          {(wiring) => (
            <Select
              {...wiring}
              value={keychain.payer}
              options={PAYERS.map((value) => ({ value, label: text.key.payers[value] }))}
              onChange={(payer) => pay.mutate({ payer })}
            />
          )}
        </Field>
      </div>
      <AlertDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={text.key.removeTitle}
        description={text.key.removeText}
        confirmLabel={text.key.remove}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(null)}
      />
    </div>
  );
}
