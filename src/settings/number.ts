/** What a number field may hold. */
export type NumberRule = {
  readonly min: number;
  readonly max: number;
  /** Whether fractions are meant. */
  readonly isWhole: boolean;
};

/** Money for a run, in US dollars. */
export const BUDGET: NumberRule = { min: 0.01, max: 100_000, isWhole: false };

/** What was typed into a number field; an empty one means the default. */
export type TypedNumber =
  | { readonly is: "default" }
  | { readonly is: "number"; readonly value: number }
  | { readonly is: "wrong"; readonly why: "not_a_number" | "not_whole" | "too_small" | "too_large" };

/** Reads what was typed. A comma is a decimal point, as many keyboards have it; nothing is rounded or cut silently. */
export function readNumber(text: string, rule: NumberRule): TypedNumber {
  const trimmed = text.trim();
  if (trimmed === "") return { is: "default" };
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(trimmed)) return { is: "wrong", why: "not_a_number" };
  const value = Number(trimmed.replace(",", "."));
  if (rule.isWhole && !Number.isInteger(value)) return { is: "wrong", why: "not_whole" };
  if (value < rule.min) return { is: "wrong", why: "too_small" };
  if (value > rule.max) return { is: "wrong", why: "too_large" };
  return { is: "number", value };
}

/** A stored number as its field shows it. */
export function writeNumber(value: number | null): string {
  return value === null ? "" : String(value);
}
