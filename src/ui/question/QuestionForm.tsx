import { type FormEvent, useState } from "react";
import { Button } from "../Button.tsx";
import { Field } from "../Field.tsx";
import { Input, Textarea } from "../Input.tsx";
import { answersTo, type Draft, EMPTY_DRAFT, OTHER, pressed, type QuestionPart } from "./answers.ts";
import { text } from "./messages.ts";

type Props = {
  name: string;
  parts: readonly QuestionPart[];
  isBusy: boolean;
  onAnswer: (answers: string[], isFree: boolean) => void;
};

/** The parts of a question, each with its options or a field, or one field for an answer in one's own words. */
export function QuestionForm({ name, parts, isBusy, onAnswer }: Props) {
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const [free, setFree] = useState<string | null>(null);
  const [isMissing, setMissing] = useState(false);
  const isSplit = parts.length > 1 || (parts[0]?.options.length ?? 0) > 0 || (parts[0]?.is_boolean ?? false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const answers = free === null ? answersTo(parts, drafts) : free.trim() === "" ? null : [free.trim()];
    setMissing(answers === null);
    if (answers) onAnswer(answers, free !== null);
  };
  const change = (at: number, draft: Draft) => {
    setMissing(false);
    setDrafts((before) => parts.map((_, index) => (index === at ? draft : (before[index] ?? EMPTY_DRAFT))));
  };

  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      {free === null ? (
        parts.map((part, at) => (
          <Part
            key={part.id || at}
            name={`${name}-${at}`}
            part={part}
            draft={drafts[at] ?? EMPTY_DRAFT}
            onChange={(draft) => change(at, draft)}
          />
        ))
      ) : (
        <Field label={text.answering}>
          {(wiring) => <Textarea {...wiring} value={free} onChange={(event) => setFree(event.target.value)} />}
        </Field>
      )}
      {isMissing && (
        <p role="alert" className="text-xs text-danger">
          {text.missing}
        </p>
      )}
      <div className="flex items-center gap-2">
        <Button type="submit" variant="primary" size="sm" isBusy={isBusy}>
          {text.answer}
        </Button>
        {isSplit && (
          <Button size="sm" variant="ghost" onClick={() => setFree((text) => (text === null ? "" : null))}>
            {free === null ? text.free : text.parts}
          </Button>
        )}
      </div>
    </form>
  );
}

type PartProps = { name: string; part: QuestionPart; draft: Draft; onChange: (draft: Draft) => void };

function Part({ name, part, draft, onChange }: PartProps) {
  const choices = part.is_boolean
    ? [
        { value: "yes", label: text.yes, description: null },
        { value: "no", label: text.no, description: null },
      ]
    : part.options.map(({ label, description }) => ({ value: label, label, description }));
  if (choices.length === 0) {
    return (
      <Field label={part.label} isOptional={part.is_optional}>
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={2}
            value={draft.other}
            onChange={(event) => onChange({ ...draft, other: event.target.value })}
          />
        )}
      </Field>
    );
  }
  const all =
    part.may_differ && !part.is_boolean
      ? [...choices, { value: OTHER, label: text.other, description: null }]
      : choices;
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">{part.label}</legend>
      {all.map(({ value, label, description }) => (
        <label key={value} className="flex items-start gap-2 rounded-md px-2 py-1 hover:bg-hover">
          <input
            type={part.is_many ? "checkbox" : "radio"}
            name={name}
            checked={draft.chosen.includes(value)}
            onChange={() => onChange(pressed(part, draft, value))}
            className="mt-0.5 tick"
          />
          <span>
            {label}
            {description && <span className="block text-xs text-muted">{description}</span>}
          </span>
        </label>
      ))}
      {draft.chosen.includes(OTHER) && (
        <Input
          aria-label={`${part.label}: ${text.other}`}
          value={draft.other}
          onChange={(event) => onChange({ ...draft, other: event.target.value })}
        />
      )}
    </fieldset>
  );
}
