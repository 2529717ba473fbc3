import { Switch as Radix } from "radix-ui";
import { type ReactNode, useId } from "react";

type Props = {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  isDisabled?: boolean;
};

/** Something that takes effect at once. For what is sent with a form, use a checkbox. */
export function Switch({ isOn, onChange, label, hint, isDisabled = false }: Props) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-6">
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-faint">
            {hint}
          </p>
        )}
      </div>
      <Radix.Root
        id={id}
        checked={isOn}
        disabled={isDisabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onCheckedChange={onChange}
        className="mt-0.5 h-4.5 w-8 shrink-0 pointer-coarse:h-6.5 pointer-coarse:w-12 rounded-full border border-line-strong bg-hover px-0.5 transition-colors data-[state=checked]:border-accent-fill data-[state=checked]:bg-accent-fill disabled:opacity-50"
      >
        <Radix.Thumb className="block size-3 rounded-full bg-faint transition-transform data-[state=checked]:translate-x-3.5 pointer-coarse:size-5 pointer-coarse:data-[state=checked]:translate-x-5.5 data-[state=checked]:bg-on-accent" />
      </Radix.Root>
    </div>
  );
}
