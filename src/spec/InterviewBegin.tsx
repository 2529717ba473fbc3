import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { InterviewState, InterviewView } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { Checkbox } from "@/ui/Checkbox.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input, Textarea } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { text } from "./interview-messages.ts";

/** What a conversation may cost unless a person says otherwise, in US dollars. */
const USUAL_USD = "5";
/** The script that answers in a rehearsal. */
const SCRIPT = "interview";

type Props = { project: number; spec: string; names: readonly string[]; last: InterviewState | null };

/** The first words, and what the conversation may cost. */
export function InterviewBegin({ project, spec, names, last }: Props) {
  const queries = useQueryClient();
  const summary = useApiQuery("project_get", { project });
  const [words, setWords] = useState("");
  const [about, setAbout] = useState(spec);
  const [budget, setBudget] = useState(USUAL_USD);
  const [rehearses, setRehearses] = useState<boolean | null>(null);
  const isRehearsal = rehearses ?? summary.data?.is_rehearsal ?? false;
  const usd = Number(budget.replace(",", "."));
  const isBudget = Number.isFinite(usd) && usd > 0;
  const refusal = useRefusal("interview_start");
  const begin = useApiMutation("interview_start", {
    failureTitle: null,
    onSuccess: (view) => queries.setQueryData<InterviewView | null>(["interview_get", { project }], view),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (words.trim() === "" || !isBudget || begin.isPending) return;
    begin.mutate({
      project,
      spec: about,
      text: words,
      budget_usd: usd,
      ...(isRehearsal && { rehearsal: SCRIPT }),
    });
  };
  const options = (names.includes(spec) ? names : [spec, ...names]).map((name) => ({ value: name, label: name }));
  return (
    <form
      className="mx-auto flex w-full max-w-2xl flex-col gap-5 overflow-y-auto p-6"
      onSubmit={submit}
      noValidate
      aria-label={text.title}
    >
      <div className="flex flex-col gap-1.5">
        <h2 className="text-base font-semibold">{text.title}</h2>
        <p className="text-muted">{text.begin.text}</p>
        {last && last !== "open" && <p className="text-xs text-faint">{text.begin[last]}</p>}
      </div>
      <Field label={text.begin.words} hint={text.begin.wordsHint}>
        {(wiring) => <Textarea {...wiring} rows={6} value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
      <div className="grid grid-cols-2 gap-4">
        {options.length > 1 && (
          <Field label={text.begin.spec} hint={names.includes(about) ? text.begin.specHint : undefined}>
            {(wiring) => <Select {...wiring} value={about} options={options} onChange={setAbout} />}
          </Field>
        )}
        <Field
          label={text.begin.budget}
          hint={text.begin.budgetHint}
          error={isBudget ? undefined : text.begin.budgetError}
        >
          {(wiring) => (
            <Input
              {...wiring}
              inputMode="decimal"
              value={budget}
              disabled={isRehearsal}
              onChange={(event) => setBudget(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Checkbox
        isChecked={isRehearsal}
        onChange={setRehearses}
        label={text.begin.rehearsal}
        hint={text.begin.rehearsalHint}
      />
      {begin.error && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {text.begin.failed}. {reasonOf(begin.error)}
        </p>
      )}
      <div>
        <Button
          type="submit"
          variant="primary"
          refusal={refusal}
          isBusy={begin.isPending}
          disabled={words.trim() === "" || !isBudget}
        >
          {text.begin.action}
        </Button>
      </div>
    </form>
  );
}
