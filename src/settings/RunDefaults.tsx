import { useState } from "react";
import type { AppSettings } from "@/api/bindings.ts";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";
import { NumberField } from "./NumberField.tsx";
import { BUDGET, readNumber, writeNumber } from "./number.ts";
import { Group } from "./Sections.tsx";
import type { Change } from "./SettingsPage.tsx";

type Typed = { model: string; budget: string };

/** What new runs begin with. What was typed stays until it is saved or given up. */
export function RunDefaults({
  settings,
  change,
  isSaving,
}: {
  settings: AppSettings;
  change: Change;
  isSaving: boolean;
}) {
  const [typed, setTyped] = useState<Partial<Typed>>({});
  const model = typed.model ?? settings.default_model ?? "";
  const budget = typed.budget ?? writeNumber(settings.default_budget_usd);
  const read = readNumber(budget, BUDGET);
  const isChanged = typed.model !== undefined || typed.budget !== undefined;

  const save = () => {
    if (read.is === "wrong") return;
    const default_model = model.trim() === "" ? null : model.trim();
    const default_budget_usd = read.is === "number" ? read.value : null;
    change({ default_model, default_budget_usd }, () => {
      setTyped({});
      toast({ tone: "success", title: text.app.saved });
    });
  };

  return (
    <Group title={text.app.sections.runs}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={text.app.model} hint={text.app.modelHint} isOptional>
          {(wiring) => (
            <Input
              {...wiring}
              value={model}
              placeholder={text.app.modelPlaceholder}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setTyped({ ...typed, model: event.target.value })}
              className="max-w-sm"
            />
          )}
        </Field>
        <NumberField
          label={text.app.budget}
          hint={text.app.budgetHint}
          value={budget}
          rule={BUDGET}
          onChange={(value) => setTyped({ ...typed, budget: value })}
        />
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={!isChanged || read.is === "wrong"} isBusy={isSaving}>
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
