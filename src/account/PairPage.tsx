import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Door } from "@/api/door.ts";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { deviceName } from "./device-name.ts";
import { Front } from "./Front.tsx";
import { text } from "./messages.ts";
import { SubmitRow } from "./SubmitRow.tsx";
import { useAttempt } from "./useAttempt.ts";

/** Signs this device in with a code that another one shows. It is never done by opening a link alone. */
export function PairPage({ door, code: linked }: { door: Door; code: string | null }) {
  const navigate = useNavigate();
  const [code, setCode] = useState(linked ?? "");
  const [device, setDevice] = useState(() => deviceName(window.navigator.userAgent));
  const attempt = useAttempt();
  const user = door.view().auth?.user;
  return (
    <Front
      title={text.pair.title}
      description={user ? text.pair.already(user.name) : text.pair.text}
      footer={
        <Link to="/" className="text-sm font-medium text-accent underline-offset-2 hover:underline">
          {user ? text.pair.stay : text.pair.login}
        </Link>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          attempt.begin(async () => {
            await door.enter({ by: "pair", code: code.trim(), device_name: device.trim() });
            await navigate({ to: "/", replace: true });
          });
        }}
      >
        <Field label={text.pair.code} hint={linked === null ? text.pair.codeHint : undefined}>
          {(wiring) => (
            <Input
              {...wiring}
              value={code}
              autoComplete="one-time-code"
              autoCapitalize="characters"
              spellCheck={false}
              autoFocus={linked === null}
              required
              className="font-mono tracking-wider"
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        <Field label={text.pair.device} hint={text.pair.deviceHint}>
          {(wiring) => (
            <Input
              {...wiring}
              value={device}
              autoComplete="off"
              maxLength={80}
              required
              onChange={(event) => setDevice(event.target.value)}
            />
          )}
        </Field>
        <SubmitRow attempt={attempt} label={text.pair.submit} failureTitle={text.pair.failed} />
      </form>
    </Front>
  );
}
