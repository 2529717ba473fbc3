import type { ComponentProps } from "react";
import { cx } from "./cx.ts";

// On touch screens letters are as large as a browser wants them for not zooming in on the field.
export const FIELD =
  "rounded-md border border-line-strong bg-canvas px-2.5 text-sm text-text placeholder:text-faint disabled:opacity-50 aria-invalid:border-danger pointer-coarse:text-lg focus-visible:outline-offset-0";

/** The whole width, unless the class names say another one. */
export function widthOf(className: string | undefined): string {
  return /(^|\s)w-/.test(className ?? "") ? "" : "w-full";
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={cx(FIELD, "h-8 pointer-coarse:h-10", widthOf(className), className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...rest} className={cx(FIELD, "resize-y py-1.5", widthOf(className), className)} />;
}
