/** One thing that a question wants to know, as the host asks it. */
export type QuestionPart = {
  /** Its name in the answer; empty when the answer is nothing but this part. */
  readonly id: string;
  readonly label: string;
  /** What may be chosen; none for free text. */
  readonly options: readonly { readonly label: string; readonly description: string | null }[];
  /** Whether something that is not among the options may be answered. */
  readonly may_differ: boolean;
  readonly is_many: boolean;
  readonly is_optional: boolean;
  readonly is_boolean: boolean;
};

/** What a person has chosen or written for one part of a question. */
export type Draft = { chosen: string[]; other: string };

export const EMPTY_DRAFT: Draft = { chosen: [], other: "" };

/** The option that stands for an answer of one's own. */
export const OTHER = "\u0000other";

/** The answer to a part as the host takes it; nothing when there is none yet. */
function answerTo(part: QuestionPart, draft: Draft): string | null {
  const own = draft.other.trim();
  if (part.options.length === 0 && !part.is_boolean) return own || (part.is_optional ? "" : null);
  const chosen = draft.chosen.filter((label) => label !== OTHER);
  const isOwn = draft.chosen.includes(OTHER);
  if (isOwn && own === "") return null;
  const all = isOwn ? [...chosen, own] : chosen;
  if (all.length === 0) return part.is_optional ? "" : null;
  return all.join(", ");
}

/** All answers, in the order of the parts; nothing while one is missing. */
export function answersTo(parts: readonly QuestionPart[], drafts: readonly Draft[]): string[] | null {
  const answers = parts.map((part, at) => answerTo(part, drafts[at] ?? EMPTY_DRAFT));
  return answers.every((answer) => answer !== null) ? answers : null;
}

/** The draft after a press on an option: one of many replaces the others, one of several is added or taken away. */
export function pressed(part: QuestionPart, draft: Draft, label: string): Draft {
  if (!part.is_many) return { ...draft, chosen: [label] };
  const chosen = draft.chosen.includes(label) ? draft.chosen.filter((one) => one !== label) : [...draft.chosen, label];
  return { ...draft, chosen };
}
