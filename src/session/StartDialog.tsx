import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { Mode } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { type Failure, asSentence, failureTitle } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Checkbox } from "@/ui/Checkbox.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";
import { type Choices, FIRST_CHOICES, keepChoices, keptChoices, problemsOf, runOf } from "./start-choices.ts";
import { useRunOrders } from "./useRun.ts";
import { MODES } from "./words.ts";

type Props = { project: number; onClose: () => void };

/** The scenario that builds the project of the demonstration. */
const DEMO = "demo";

const MODE_ORDER: readonly Mode[] = ["auto", "code", "initialize", "analyze", "regression"];

/** Asks what a run is for and what it may use. What was chosen last time for this project is there again. */
export function StartDialog({ project, onClose }: Props) {
  const summary = useApiQuery("project_get", { project });
  const settings = useApiQuery("app_settings_read", null);
  const ofProject = useApiQuery("project_settings_read", { project });
  const rehearsals = useApiQuery("rehearsal_list", null);
  const [edited, setEdited] = useState<Partial<Choices>>(() => keptChoices(project));
  const { start } = useRunOrders(project);
  const form = useId();
  const startButton = useRef<HTMLButtonElement>(null);

  const isRehearsal = summary.data?.is_rehearsal ?? false;
  const scenarios = rehearsals.data ?? [];
  const defaults = {
    rehearsal: isRehearsal ? ((scenarios.find(({ name }) => name === DEMO) ?? scenarios[0])?.name ?? "") : "",
  };
  const usual = (ofProject.data?.settings.budget_usd ?? settings.data?.default_budget_usd)?.toString() ?? "";
  const choices: Choices = { ...FIRST_CHOICES, ...defaults, ...edited };
  const problems = problemsOf(choices);
  const set = (change: Partial<Choices>) => setEdited((before) => ({ ...before, ...change }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problems.budget || problems.maxSessions || problems.minutes) return;
    keepChoices(project, choices, defaults);
    start.mutate(runOf(project, choices), { onSuccess: onClose });
  };

  const failed = [summary, settings, ofProject].find(({ isError, data }) => isError && !data);
  const isReady =
    summary.data !== undefined && settings.data !== undefined && ofProject.data !== undefined && !rehearsals.isPending;
  // What was chosen last time is mostly right: Enter starts.
  useEffect(() => {
    if (isReady) startButton.current?.focus();
  }, [isReady]);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.startTitle}
      description={isRehearsal ? <Badge tone="warning">{text.rehearsal}</Badge> : text.startWhat}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            ref={startButton}
            variant="primary"
            type="submit"
            form={form}
            isBusy={start.isPending}
            disabled={!isReady}
          >
            {text.start}
          </Button>
        </>
      }
    >
      {isReady ? (
        <form id={form} className="flex flex-col gap-4" onSubmit={submit} noValidate>
          {start.error && <Refusal failure={start.error} />}
          <Field label={text.modeLabel} hint={MODES[choices.mode].what}>
            {(wiring) => (
              <Select
                {...wiring}
                value={choices.mode}
                options={MODE_ORDER.map((mode) => ({ value: mode, label: MODES[mode].name }))}
                onChange={(mode) => set({ mode })}
              />
            )}
          </Field>
          {scenarios.length > 0 && (
            <Field label={text.rehearsalLabel}>
              {(wiring) => (
                <Select
                  {...wiring}
                  value={choices.rehearsal}
                  options={[
                    { value: "", label: text.realModel },
                    ...scenarios.map(({ name, title }) => ({ value: name, label: text.rehearsalOption(title) })),
                  ]}
                  onChange={(rehearsal) => set({ rehearsal })}
                />
              )}
            </Field>
          )}
          <Limits choices={choices} problems={problems} usual={usual} set={set} />
          <Checkbox
            isChecked={choices.isQuick}
            onChange={(isQuick) => set({ isQuick })}
            label={text.quickLabel}
            hint={text.quickHint}
          />
          <Checkbox
            isChecked={choices.isAttended}
            onChange={(isAttended) => set({ isAttended })}
            label={text.attendedLabel}
            hint={text.attendedHint}
          />
          {choices.isAttended && (
            <Field label={text.minutesLabel} error={problems.minutes && text.limitError}>
              {(wiring) => (
                <Input
                  {...wiring}
                  inputMode="numeric"
                  value={choices.minutes}
                  onChange={(event) => set({ minutes: event.target.value })}
                />
              )}
            </Field>
          )}
        </form>
      ) : failed ? (
        <ErrorState
          title={text.startUnready}
          message={failed.error?.message ?? ""}
          hint={failed.error?.hint ?? null}
          onRetry={() => void failed.refetch()}
        />
      ) : (
        <SkeletonRows count={4} label={text.loading} />
      )}
    </Dialog>
  );
}

type LimitsProps = {
  choices: Choices;
  problems: ReturnType<typeof problemsOf>;
  /** The budget of the settings, as it would be typed; empty when they have none. */
  usual: string;
  set: (change: Partial<Choices>) => void;
};

function Limits({ choices, problems, usual, set }: LimitsProps) {
  return (
    <div className="grid grid-cols-3 gap-4 max-md:grid-cols-1">
      <Field label={text.modelLabel} hint={text.modelHint} isOptional optionalLabel={text.optional}>
        {(wiring) => (
          <Input
            {...wiring}
            value={choices.model}
            placeholder="sonnet"
            spellCheck={false}
            onChange={(event) => set({ model: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={text.budgetLabel}
        hint={text.budgetHint(usual)}
        error={problems.budget && text.budgetError}
        isOptional
        optionalLabel={text.optional}
      >
        {(wiring) => (
          <Input
            {...wiring}
            inputMode="decimal"
            placeholder={usual}
            value={choices.budget}
            onChange={(event) => set({ budget: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={text.limitLabel}
        error={problems.maxSessions && text.limitError}
        isOptional
        optionalLabel={text.optional}
      >
        {(wiring) => (
          <Input
            {...wiring}
            inputMode="numeric"
            value={choices.maxSessions}
            onChange={(event) => set({ maxSessions: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function Refusal({ failure }: { failure: Failure }) {
  return (
    <div role="alert" className="rounded-md border border-danger bg-danger-soft px-3 py-2">
      <p className="font-medium text-danger">
        {text.startFailed}: {failureTitle(failure)}
      </p>
      <p className="text-text">{asSentence(failure.message)}</p>
      {failure.hint && <p className="text-muted">{failure.hint}</p>}
    </div>
  );
}
