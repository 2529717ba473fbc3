import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Door } from "@/api/door.ts";
import { deviceName } from "./device-name.ts";
import { Front } from "./Front.tsx";
import { text } from "./messages.ts";
import { NameField } from "./NameField.tsx";
import { SecretField } from "./SecretField.tsx";
import { SubmitRow } from "./SubmitRow.tsx";
import { useAttempt } from "./useAttempt.ts";

/** Comes in by name and password. `expired` is whose session has ended over their work. */
export function LoginPage({ door, expired }: { door: Door; expired: string | null }) {
  const [name, setName] = useState(expired ?? "");
  const [password, setPassword] = useState("");
  const attempt = useAttempt();
  return (
    <Front
      isOver={expired !== null}
      title={expired === null ? text.login.title : text.login.again}
      description={expired === null ? undefined : text.login.againText(expired)}
      footer={
        <>
          {/* Another way in would leave the page that waits behind this one. */}
          {expired === null && (
            <Link to="/pair" className="text-sm font-medium text-accent underline-offset-2 hover:underline">
              {text.login.pair}
            </Link>
          )}
          <p>{text.login.lost}</p>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          attempt.begin(() =>
            door.enter({
              by: "login",
              name: name.trim(),
              password,
              device_name: deviceName(window.navigator.userAgent),
            }),
          );
        }}
      >
        <NameField value={name} onChange={setName} isFocused={expired === null} />
        <SecretField
          label={text.password}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          isFocused={expired !== null}
        />
        <SubmitRow attempt={attempt} label={text.login.submit} failureTitle={text.login.failed} />
      </form>
    </Front>
  );
}
