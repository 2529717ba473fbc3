import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { useState } from "react";
import { cx } from "./cx.ts";
import { FIELD, widthOf } from "./Input.tsx";

export type Option<Value extends string> = { value: Value; label: string; hint?: string };

type Props<Value extends string> = {
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  id?: string;
  label?: string;
  isDisabled?: boolean;
  className?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
};

// Radix takes no empty value; a choice of "none" is common.
const EMPTY = "\u0000";
const encode = (value: string) => (value === "" ? EMPTY : value);

/** One choice out of a few. The others are made once somebody comes near: closed lists would be drawn for nobody. */
export function Select<Value extends string>({
  value,
  options,
  onChange,
  id,
  label,
  isDisabled,
  className,
  ...aria
}: Props<Value>) {
  const [isNear, setNear] = useState(false);
  const comeNear = () => setNear(true);
  const change = (chosen: string) => {
    const option = options.find((one) => encode(one.value) === chosen);
    if (option) onChange(option.value);
  };
  return (
    <Radix.Root value={encode(value)} onValueChange={change} disabled={isDisabled ?? false} onOpenChange={comeNear}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        onFocus={comeNear}
        onPointerEnter={comeNear}
        {...aria}
        className={cx(
          FIELD,
          "inline-flex h-8 items-center pointer-coarse:h-10 pointer-coarse:text-sm justify-between gap-2 text-left",
          widthOf(className),
          className,
        )}
      >
        <span className="truncate">
          <Radix.Value>{options.find((one) => one.value === value)?.label ?? value}</Radix.Value>
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-faint" />
      </Radix.Trigger>
      {isNear && (
        <Radix.Portal>
          <Radix.Content
            position="popper"
            sideOffset={4}
            className="z-50 max-h-80 min-w-(--radix-select-trigger-width) max-w-96 animate-enter overflow-hidden rounded-lg border border-line bg-raised shadow-overlay"
          >
            <Radix.Viewport className="p-1">
              {options.map((option) => (
                <Radix.Item
                  key={option.value}
                  value={encode(option.value)}
                  className="flex select-none items-start gap-2 rounded-sm py-1 pr-3 pl-2 text-sm pointer-coarse:py-2.5 outline-none data-highlighted:bg-hover"
                >
                  <span className="mt-0.5 size-4">
                    <Radix.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent" />
                    </Radix.ItemIndicator>
                  </span>
                  <span>
                    <Radix.ItemText>{option.label}</Radix.ItemText>
                    {option.hint && <span className="block text-2xs text-faint">{option.hint}</span>}
                  </span>
                </Radix.Item>
              ))}
            </Radix.Viewport>
          </Radix.Content>
        </Radix.Portal>
      )}
    </Radix.Root>
  );
}
