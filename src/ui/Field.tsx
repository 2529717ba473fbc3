import { type ReactNode, useId } from "react";

type Wiring = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

type Props = {
  label: string;
  /** What to know before filling it in. */
  hint?: ReactNode;
  /** What is wrong with it, and what to do. */
  error?: ReactNode;
  isOptional?: boolean;
  optionalLabel?: string;
  /** The control; spread `wiring` on it. */
  children: (wiring: Wiring) => ReactNode;
};

/** A control with its label, hint and error, joined for screen readers. */
export function Field({ label, hint, error, isOptional = false, optionalLabel = "optional", children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
        {isOptional && <span className="font-normal text-faint"> · {optionalLabel}</span>}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-faint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
