import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { text } from "./messages.ts";
import { type NumberRule, type TypedNumber, readNumber } from "./number.ts";

type Props = {
  label: string;
  hint: string;
  value: string;
  rule: NumberRule;
  placeholder?: string;
  onChange: (value: string) => void;
};

/** A number that may be left empty for the default. What is wrong is said while it is typed, and nothing is changed silently. */
export function NumberField({ label, hint, value, rule, placeholder, onChange }: Props) {
  const problem = problemWords(readNumber(value, rule), rule);
  return (
    <Field label={label} hint={hint} error={problem} isOptional>
      {(wiring) => (
        <Input
          {...wiring}
          inputMode={rule.isWhole ? "numeric" : "decimal"}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
          className="max-w-40"
        />
      )}
    </Field>
  );
}

function problemWords(typed: TypedNumber, { min, max }: NumberRule): string | undefined {
  if (typed.is !== "wrong") return undefined;
  switch (typed.why) {
    case "too_small":
      return text.number.too_small(min);
    case "too_large":
      return text.number.too_large(max);
    default:
      return text.number[typed.why];
  }
}
