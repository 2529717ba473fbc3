import { useState } from "react";
import type { Door } from "@/api/door.ts";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { deviceName } from "./device-name.ts";
import { Front } from "./Front.tsx";
import { text } from "./messages.ts";
import { NameField } from "./NameField.tsx";
import { SecretField } from "./SecretField.tsx";
import { SubmitRow } from "./SubmitRow.tsx";
import { useAttempt } from "./useAttempt.ts";

/** Makes the first account of a host, with the link that it printed. */
export function FirstUserPage({ door, token: linked }: { door: Door; token: string | null }) {
  const [token, setToken] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useAttempt();
  return (
    <Front title={text.setup.title} description={text.setup.text} footer={<p>{text.setup.later}</p>}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          attempt.begin(() =>
            door.enter({
              by: "setup",
              token: linked ?? lastPartOf(token),
              name: name.trim(),
              password,
              device_name: deviceName(window.navigator.userAgent),
            }),
          );
        }}
      >
        {linked === null && (
          <Field label={text.setup.token} hint={text.setup.tokenHint}>
            {(wiring) => (
              <Input
                {...wiring}
                value={token}
                autoComplete="one-time-code"
                autoCapitalize="none"
                spellCheck={false}
                required
                className="font-mono"
                onChange={(event) => setToken(event.target.value)}
              />
            )}
          </Field>
        )}
        <NameField value={name} onChange={setName} hint={text.nameHint} />
        <SecretField
          label={text.newPassword}
          hint={text.passwordHint}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
        />
        <SubmitRow attempt={attempt} label={text.setup.submit} failureTitle={text.setup.failed} />
      </form>
    </Front>
  );
}

/** Whoever pastes the whole link means its last part. */
function lastPartOf(typed: string): string {
  return typed.trim().replace(/^.*#token=/, "");
}
