import { useEffect, useState } from "react";
import { useApiQuery } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { EFFECT_TONES } from "./effects.ts";
import { text } from "./messages.ts";
import { Group } from "./Sections.tsx";

/** How long a person may pause while typing before the command is judged, in milliseconds. */
const PAUSE_MS = 150;

/** A command is judged as it is typed. Nothing is run. */
export function TryCommand({ project }: { project: number }) {
  const [typed, setTyped] = useState("");
  const [command, setCommand] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setCommand(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const verdict = useApiQuery("policy_check", { project, command }, { isEnabled: command !== "", keepsPrevious: true });
  const isBehind = typed.trim() !== command || verdict.isPlaceholderData;

  return (
    <Group title={text.policy.try}>
      <Field label={text.policy.tryLabel} hint={text.policy.tryHint}>
        {(wiring) => (
          <Input
            {...wiring}
            value={typed}
            placeholder="cd web && npm test"
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      <div role="status" aria-label={text.policy.verdict} className={isBehind ? "opacity-60" : ""}>
        {typed.trim() !== "" && verdict.data && !verdict.error && (
          <div className="flex flex-col gap-1.5 rounded-md border border-line bg-canvas p-3">
            <p className="flex items-center gap-2">
              <Badge tone={EFFECT_TONES[verdict.data.verdict]}>{text.policy.verdicts[verdict.data.verdict]}</Badge>
              <code className="font-mono text-xs text-muted">{verdict.data.rule}</code>
            </p>
            {verdict.data.reason && <p>{verdict.data.reason}</p>}
          </div>
        )}
        {verdict.error && (
          <p className="text-danger">
            {text.policy.tryFailed}. {reasonOf(verdict.error)}
          </p>
        )}
      </div>
    </Group>
  );
}
