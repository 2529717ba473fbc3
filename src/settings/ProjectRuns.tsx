import { useState } from "react";
import type { SandboxLevel } from "@/api/bindings.ts";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { text } from "./messages.ts";
import { NumberField } from "./NumberField.tsx";
import { BUDGET, readNumber, writeNumber } from "./number.ts";
import type { StoredProps } from "./ProjectSettingsPage.tsx";
import { Group } from "./Sections.tsx";

const ATTEMPTS = { min: 1, max: 100, isWhole: true };
const TIMEOUT = { min: 1, max: 86_400, isWhole: true };
const LEVELS: readonly SandboxLevel[] = ["full", "partial", "policy_only"];

const STAGES = ["planning", "building", "testing"] as const;
type Stage = (typeof STAGES)[number];

type Typed = Record<Stage, string> & {
  model: string;
  budget: string;
  attempts: string;
  timeout: string;
  level: SandboxLevel | "";
};

/** How runs of this project are made. What was typed stays until it is saved or given up. */
export function ProjectRuns({ view, change, isSaving }: StoredProps) {
  const { settings } = view;
  const [typed, setTyped] = useState<Partial<Typed>>({});
  const now: Typed = {
    model: settings.model ?? "",
    planning: settings.stage_models?.planning ?? "",
    building: settings.stage_models?.building ?? "",
    testing: settings.stage_models?.testing ?? "",
    budget: writeNumber(settings.budget_usd ?? null),
    attempts: writeNumber(settings.max_attempts ?? null),
    timeout: writeNumber(settings.check_timeout_s ?? null),
    level: settings.required_sandbox ?? "",
    ...typed,
  };
  const attempts = readNumber(now.attempts, ATTEMPTS);
  const timeout = readNumber(now.timeout, TIMEOUT);
  const budget = readNumber(now.budget, BUDGET);
  const isWrong = budget.is === "wrong" || attempts.is === "wrong" || timeout.is === "wrong";
  const isChanged = Object.keys(typed).length > 0;

  const save = () => {
    if (isWrong || !isChanged) return;
    const part = {
      model: named(now.model),
      stage_models: { planning: named(now.planning), building: named(now.building), testing: named(now.testing) },
      budget_usd: budget.is === "number" ? budget.value : null,
      max_attempts: attempts.is === "number" ? attempts.value : null,
      check_timeout_s: timeout.is === "number" ? timeout.value : null,
      required_sandbox: now.level === "" ? null : now.level,
    };
    change(part, () => setTyped({}));
  };

  return (
    <Group title={text.project.sections.runs} hint={text.project.runsHint}>
      <form
        className="flex flex-col gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={text.app.model} hint={text.project.modelHint} isOptional>
          {(wiring) => (
            <Input
              {...wiring}
              value={now.model}
              placeholder={text.app.modelPlaceholder}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setTyped({ ...typed, model: event.target.value })}
            />
          )}
        </Field>
        <fieldset>
          <legend className="mb-1.5 text-xs font-medium text-muted">{text.project.stages}</legend>
          <div className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
            {STAGES.map((stage) => (
              <Field key={stage} label={text.project.stageNames[stage]} hint={text.project.stagesHint}>
                {(wiring) => (
                  <Input
                    {...wiring}
                    value={now[stage]}
                    placeholder={now.model || text.app.modelPlaceholder}
                    spellCheck={false}
                    autoComplete="off"
                    onChange={(event) => setTyped({ ...typed, [stage]: event.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
        </fieldset>
        <NumberField
          label={text.project.budget}
          hint={text.project.budgetHint}
          value={now.budget}
          rule={BUDGET}
          onChange={(value) => setTyped({ ...typed, budget: value })}
        />
        <NumberField
          label={text.project.attempts}
          hint={text.project.attemptsHint}
          placeholder="3"
          value={now.attempts}
          rule={ATTEMPTS}
          onChange={(value) => setTyped({ ...typed, attempts: value })}
        />
        <NumberField
          label={text.project.timeout}
          hint={text.project.timeoutHint}
          placeholder="600"
          value={now.timeout}
          rule={TIMEOUT}
          onChange={(value) => setTyped({ ...typed, timeout: value })}
        />
        <Field label={text.project.level} hint={text.project.levelHint}>
          {(wiring) => (
            <Select
              {...wiring}
              value={now.level}
              options={[
                { value: "" as const, label: text.project.levelDefault },
                ...LEVELS.map((value) => ({
                  value,
                  label: text.project.levels[value][0],
                  hint: text.project.levels[value][1],
                })),
              ]}
              onChange={(level) => setTyped({ ...typed, level })}
            />
          )}
        </Field>
        {now.level !== "" && now.level !== "full" && (
          <p className="rounded-md bg-warning-soft px-3 py-2 text-warning">{text.project.levelWarning}</p>
        )}
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={!isChanged || isWrong} isBusy={isSaving}>
            {text.app.save}
          </Button>
          {isChanged && (
            <Button variant="ghost" onClick={() => setTyped({})}>
              {text.app.reset}
            </Button>
          )}
        </div>
      </form>
    </Group>
  );
}

function named(model: string): string | null {
  return model.trim() === "" ? null : model.trim();
}
