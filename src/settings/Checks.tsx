import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Check, CheckKind } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Choices } from "@/ui/Choices.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { text } from "./messages.ts";
import type { StoredProps } from "./ProjectSettingsPage.tsx";
import { Group } from "./Sections.tsx";

const KINDS: readonly CheckKind[] = ["build", "type_check", "lint", "test"];
/** What the host calls a check that a person wrote. */
const CONFIGURED = "configured";

type Line = { id: number; kind: CheckKind; command: string };

/** What has to succeed before a feature passes: found by the host, or written by the person. */
export function Checks({ view, change, isSaving }: StoredProps) {
  const own = view.settings.checks ?? [];
  const [isOwn, setOwn] = useState(own.length > 0);
  const [lines, setLines] = useState<readonly Line[]>(() => linesOf(own.length > 0 ? own : view.checks));
  const [isTouched, setTouched] = useState(false);
  const edit = (next: readonly Line[]) => {
    setLines(next);
    setTouched(true);
  };
  const written = lines.filter((line) => line.command.trim() !== "");
  const mayDetect = own.length === 0;

  const save = () => {
    const checks: Check[] = isOwn
      ? written.map(({ kind, command }) => ({ kind, command: command.trim(), origin: CONFIGURED }))
      : [];
    change({ checks }, () => setTouched(false));
  };

  return (
    <Group title={text.project.sections.checks} hint={text.checks.hint}>
      {view.check_problems.length > 0 && (
        <ul role="status" className="flex flex-col gap-1 rounded-md bg-warning-soft px-3 py-2 text-warning">
          {view.check_problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <Choices
        label={text.checks.which}
        columns={2}
        value={isOwn ? "own" : "detected"}
        options={[
          { value: "detected", label: text.checks.detected, hint: text.checks.detectedHint },
          { value: "own", label: text.checks.own, hint: text.checks.ownHint },
        ]}
        onChange={(chosen) => {
          setOwn(chosen === "own");
          setTouched(true);
        }}
      />
      {isOwn ? (
        <OwnChecks lines={lines} onEdit={edit} />
      ) : (
        <ul aria-label={text.checks.detected} className="divide-y divide-line rounded-md border border-line">
          {view.checks.length === 0 && <li className="px-3 py-2 text-warning">{text.checks.none}</li>}
          {mayDetect
            ? view.checks.map((check) => (
                <li
                  key={`${check.kind} ${check.command}`}
                  className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2"
                >
                  <span className="w-24 shrink-0">
                    <Badge>{text.checks.kinds[check.kind]}</Badge>
                  </span>
                  <code className="min-w-32 flex-1 font-mono text-xs break-all">{check.command}</code>
                  <span className="text-xs text-faint">{check.origin}</span>
                </li>
              ))
            : view.checks.length > 0 && <li className="px-3 py-2 text-muted">{text.checks.afterSave}</li>}
        </ul>
      )}
      <div>
        <Button
          variant="primary"
          disabled={!isTouched || (isOwn && written.length === 0)}
          isBusy={isSaving}
          onClick={save}
        >
          {text.app.save}
        </Button>
      </div>
    </Group>
  );
}

function linesOf(checks: readonly Check[]): Line[] {
  return checks.filter(({ kind }) => KINDS.includes(kind)).map(({ kind, command }, id) => ({ id, kind, command }));
}

function OwnChecks({ lines, onEdit }: { lines: readonly Line[]; onEdit: (lines: readonly Line[]) => void }) {
  const change = (id: number, part: Partial<Line>) =>
    onEdit(lines.map((line) => (line.id === id ? { ...line, ...part } : line)));
  const add = () =>
    onEdit([...lines, { id: Math.max(-1, ...lines.map((line) => line.id)) + 1, kind: "test", command: "" }]);
  return (
    <div className="flex flex-col gap-2">
      <ul aria-label={text.checks.own} className="flex flex-col gap-2">
        {lines.map((line, at) => (
          <li key={line.id} className="flex items-center gap-2">
            <div className="w-36 shrink-0">
              <Select
                label={text.checks.kindOf(at + 1)}
                value={line.kind}
                options={KINDS.map((value) => ({ value, label: text.checks.kinds[value] }))}
                onChange={(kind) => change(line.id, { kind })}
              />
            </div>
            <Input
              aria-label={text.checks.commandOf(at + 1)}
              value={line.command}
              placeholder="npm test"
              spellCheck={false}
              autoComplete="off"
              className="font-mono text-xs"
              onChange={(event) => change(line.id, { command: event.target.value })}
            />
            <IconButton
              label={text.checks.remove(at + 1)}
              icon={<Trash2 aria-hidden className="size-4" />}
              onClick={() => onEdit(lines.filter((other) => other.id !== line.id))}
            />
          </li>
        ))}
      </ul>
      <div>
        <Button size="sm" icon={<Plus aria-hidden className="size-3.5" />} onClick={add}>
          {text.checks.add}
        </Button>
      </div>
    </div>
  );
}
