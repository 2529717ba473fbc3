import { Plus, X } from "lucide-react";
import { useId, useRef } from "react";
import type { FeatureCard } from "@/api/bindings.ts";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input, Textarea } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { type Draft, type DraftErrors, stepOf } from "./draft.ts";
import { text } from "./messages.ts";
import type { Choices } from "./model.ts";
import { NeedsField } from "./NeedsField.tsx";

type Props = {
  draft: Draft;
  errors: DraftErrors;
  isBug: boolean;
  cards: readonly FeatureCard[];
  choices: Choices;
  /** The card itself, when it exists: it cannot wait for itself. */
  self: number | null;
  onChange: (change: Partial<Draft>) => void;
};

/** The fields of a feature, or of a bug report: a report has no place in the plan yet. */
export function DraftFields({ draft, errors, isBug, cards, choices, self, onChange }: Props) {
  const list = useId();
  const form = text.form;
  return (
    <div className="flex flex-col gap-4">
      <Field label={isBug ? form.bugName : form.name} hint={isBug ? undefined : form.nameHint} error={errors.name}>
        {(wiring) => (
          <Input
            {...wiring}
            autoFocus
            value={draft.name}
            maxLength={200}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label={isBug ? form.bugDescription : form.description}>
        {(wiring) => (
          <Textarea
            {...wiring}
            value={draft.description}
            onChange={(event) => onChange({ description: event.target.value })}
          />
        )}
      </Field>
      <StepsField draft={draft} isBug={isBug} onChange={onChange} />
      {!isBug && (
        <>
          <div className="grid grid-cols-2 gap-4">
            <Field label={form.category} hint={form.categoryHint}>
              {(wiring) => (
                <>
                  <Input
                    {...wiring}
                    list={list}
                    value={draft.category}
                    onChange={(event) => onChange({ category: event.target.value })}
                  />
                  <datalist id={list}>
                    {choices.categories.map((category) => (
                      <option key={category} value={category}>
                        {category}
                      </option>
                    ))}
                  </datalist>
                </>
              )}
            </Field>
            <Field label={form.layer}>
              {(wiring) => (
                <Select
                  {...wiring}
                  value={draft.layer}
                  options={[
                    { value: "", label: form.layerAuto },
                    ...text.layers.map((label, layer) => ({ value: String(layer), label })),
                  ]}
                  onChange={(layer) => onChange({ layer })}
                />
              )}
            </Field>
            {choices.specs.length > 1 && self === null && (
              <Field label={form.spec}>
                {(wiring) => (
                  <Select
                    {...wiring}
                    value={draft.spec}
                    options={choices.specs.map((spec) => ({ value: spec, label: spec }))}
                    onChange={(spec) => onChange({ spec })}
                  />
                )}
              </Field>
            )}
            <Field label={form.priority} hint={form.priorityHint} error={errors.priority} isOptional>
              {(wiring) => (
                <Input
                  {...wiring}
                  inputMode="numeric"
                  value={draft.priority}
                  onChange={(event) => onChange({ priority: event.target.value })}
                />
              )}
            </Field>
          </div>
          <NeedsField needs={draft.needs} cards={cards} self={self} onChange={(needs) => onChange({ needs })} />
        </>
      )}
    </div>
  );
}

function StepsField({ draft, isBug, onChange }: Pick<Props, "draft" | "isBug" | "onChange">) {
  const group = useRef<HTMLFieldSetElement>(null);
  const { steps } = draft;
  const put = (key: number, changed: string) =>
    onChange({ steps: steps.map((step) => (step.key === key ? { key, text: changed } : step)) });
  const addAfter = (at: number) => {
    onChange({ steps: [...steps.slice(0, at + 1), stepOf(""), ...steps.slice(at + 1)] });
    requestAnimationFrame(() => group.current?.querySelectorAll("input")[at + 1]?.focus());
  };
  return (
    <fieldset ref={group} className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-xs font-medium text-muted">{isBug ? text.form.bugSteps : text.form.steps}</legend>
      {steps.map((step, at) => (
        <div key={step.key} className="flex items-center gap-2">
          <span aria-hidden className="tabular w-4 text-right text-xs text-faint">
            {at + 1}
          </span>
          <Input
            aria-label={text.form.step(at + 1)}
            value={step.text}
            onChange={(event) => put(step.key, event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
              event.preventDefault();
              addAfter(at);
            }}
          />
          <IconButton
            label={text.form.removeStep(at + 1)}
            size="sm"
            icon={<X aria-hidden className="size-3.5" />}
            disabled={steps.length === 1}
            onClick={() => onChange({ steps: steps.filter(({ key }) => key !== step.key) })}
          />
        </div>
      ))}
      <Button
        variant="ghost"
        size="sm"
        className="self-start"
        icon={<Plus aria-hidden className="size-3.5" />}
        onClick={() => addAfter(steps.length - 1)}
      >
        {text.form.addStep}
      </Button>
      {!isBug && <p className="text-xs text-faint">{text.form.stepsHint}</p>}
    </fieldset>
  );
}
