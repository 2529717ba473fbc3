import { RadioGroup as Radix } from "radix-ui";
import { useId } from "react";
import { cx } from "./cx.ts";

export type Choice<Value extends string> = { value: Value; label: string; hint?: string };

type Props<Value extends string> = {
  label: string;
  value: Value;
  options: readonly Choice<Value>[];
  onChange: (value: Value) => void;
  /** Keeps the label for screen readers only, where a heading says it already. */
  isLabelHidden?: boolean;
  columns?: 2 | 3 | 4 | 5;
};

const COLUMNS = {
  2: "sm:grid-cols-2",
  3: "sm:grid-cols-3",
  4: "grid-cols-2 md:grid-cols-4",
  5: "grid-cols-2 md:grid-cols-5",
} as const;

/** One choice out of a few that are all worth seeing. Arrow keys move between them. */
export function Choices<Value extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden = false,
  columns = 4,
}: Props<Value>) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <span id={id} className={cx("text-xs font-medium text-muted", isLabelHidden && "sr-only")}>
        {label}
      </span>
      <Radix.Root
        aria-labelledby={id}
        value={value}
        onValueChange={(chosen) => onChange(chosen as Value)}
        className={cx("grid gap-2", COLUMNS[columns])}
      >
        {options.map((option) => (
          <Radix.Item
            key={option.value}
            value={option.value}
            className="flex flex-col items-start gap-0.5 rounded-md border border-line-strong bg-raised px-3 py-2 text-left hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
          >
            <span className="font-medium">{option.label}</span>
            {option.hint && <span className="text-xs text-muted">{option.hint}</span>}
          </Radix.Item>
        ))}
      </Radix.Root>
    </div>
  );
}
