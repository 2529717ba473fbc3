import type { Template } from "@/api/bindings.ts";
import { type NameProblem, isAbsolute, nameProblem, projectPath } from "./name.ts";

/** The steps, in order. */
export const STEPS = ["place", "spec", "summary"] as const;
export type Step = (typeof STEPS)[number];

/** What a project may begin with. */
export const TEMPLATES: readonly Template[] = ["empty", "web_page", "command_line", "http_service"];

/** Where the specification comes from. Each source keeps its own text, so that trying another one loses nothing. */
export const SOURCES = ["write", "paste", "file", "talk", "later"] as const;
export type Source = (typeof SOURCES)[number];

/** A file that was read. */
export type ChosenFile = {
  readonly name: string;
  readonly text: string;
};

/** What the check says about a text. */
export type Verdict = {
  readonly text: string;
  /** Why it cannot be built from, as a sentence; none when it can. */
  readonly refusal: string | null;
};

/** How far the creation is. */
export type Progress =
  | { readonly is: "filling" }
  | { readonly is: "creating" }
  | { readonly is: "failed"; readonly reason: string }
  | { readonly is: "created"; readonly project: number };

/** Everything a person has said so far. */
export type Wizard = {
  readonly step: Step;
  readonly name: string;
  readonly parentDir: string;
  /** Whether a person chose the directory, so that no suggestion replaces it. */
  readonly isPlaced: boolean;
  readonly template: Template;
  readonly source: Source;
  readonly texts: Readonly<Record<"write" | "paste", string>>;
  readonly file: ChosenFile | null;
  readonly verdict: Verdict | null;
  readonly progress: Progress;
  /** Names that exist. */
  readonly taken: readonly string[];
  /** Whether a person asked to go on from this step, so that what is missing may be shown. */
  readonly isTried: boolean;
};

/** What may happen. */
export type Event =
  | { readonly type: "named"; readonly name: string }
  | { readonly type: "placed"; readonly parentDir: string }
  /** Where projects usually go; it counts only where nobody has chosen yet. */
  | { readonly type: "suggested"; readonly parentDir: string }
  | { readonly type: "templated"; readonly template: Template }
  | { readonly type: "sourced"; readonly source: Source }
  | { readonly type: "wrote"; readonly in: "write" | "paste"; readonly text: string }
  | { readonly type: "chose"; readonly file: ChosenFile | null }
  | { readonly type: "judged"; readonly verdict: Verdict }
  | { readonly type: "known"; readonly taken: readonly string[] }
  | { readonly type: "next" }
  | { readonly type: "back" }
  | { readonly type: "went"; readonly to: Step }
  | { readonly type: "create" }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "created"; readonly project: number };

/** What is wrong, and where. */
export type Problem =
  | { readonly field: "name"; readonly why: NameProblem }
  | { readonly field: "parentDir"; readonly why: "empty" | "relative" }
  | { readonly field: "spec"; readonly why: "empty" | "no_file" | "unjudged" }
  | { readonly field: "spec"; readonly why: "refused"; readonly message: string };

/** A wizard nobody has said anything to. */
export function begun(parentDir: string, taken: readonly string[], skeleton: string): Wizard {
  return {
    step: "place",
    name: "",
    parentDir,
    isPlaced: false,
    template: "empty",
    source: "write",
    texts: { write: skeleton, paste: "" },
    file: null,
    verdict: null,
    progress: { is: "filling" },
    taken,
    isTried: false,
  };
}

/** The text the project will get; none when it is talked through or written later. */
export function specText(wizard: Wizard): string | null {
  switch (wizard.source) {
    case "write":
    case "paste":
      return wizard.texts[wizard.source];
    case "file":
      return wizard.file?.text ?? "";
    case "talk":
    case "later":
      return null;
  }
}

/** What keeps a person from leaving `step` forwards. */
export function problems(wizard: Wizard, step: Step): Problem[] {
  switch (step) {
    case "place":
      return placeProblems(wizard);
    case "spec":
      return specProblems(wizard);
    case "summary":
      return [...placeProblems(wizard), ...specProblems(wizard)];
  }
}

function placeProblems({ name, parentDir, taken }: Wizard): Problem[] {
  const found: Problem[] = [];
  const why = nameProblem(name, taken);
  if (why) found.push({ field: "name", why });
  if (parentDir.trim() === "") found.push({ field: "parentDir", why: "empty" });
  else if (!isAbsolute(parentDir.trim())) found.push({ field: "parentDir", why: "relative" });
  return found;
}

function specProblems(wizard: Wizard): Problem[] {
  const text = specText(wizard);
  if (text === null) return [];
  if (wizard.source === "file" && !wizard.file) return [{ field: "spec", why: "no_file" }];
  if (text.trim() === "") return [{ field: "spec", why: "empty" }];
  if (wizard.verdict?.text !== text) return [{ field: "spec", why: "unjudged" }];
  const { refusal } = wizard.verdict;
  return refusal === null ? [] : [{ field: "spec", why: "refused", message: refusal }];
}

/** What the project is created from; none while something is missing. */
export function order(wizard: Wizard) {
  if (problems(wizard, "summary").length > 0) return null;
  const parentDir = wizard.parentDir.trim();
  const name = wizard.name.trim();
  return { name, parentDir, path: projectPath(parentDir, name), template: wizard.template, specText: specText(wizard) };
}

/** Whether leaving would lose something a person typed. */
export function isWorthKeeping(wizard: Wizard, skeleton: string): boolean {
  if (wizard.progress.is === "created") return false;
  const { texts, name, file } = wizard;
  return name.trim() !== "" || texts.write !== skeleton || texts.paste.trim() !== "" || file !== null;
}

/** The wizard after an event. What makes no sense at the moment changes nothing. */
export function after(wizard: Wizard, event: Event): Wizard {
  const { is } = wizard.progress;
  if (event.type === "known") return { ...wizard, taken: event.taken };
  if (is === "created") return wizard;
  if (is === "creating") {
    if (event.type === "failed") {
      return { ...wizard, progress: { is: "failed", reason: event.reason } };
    }
    return event.type === "created" ? { ...wizard, progress: { is: "created", project: event.project } } : wizard;
  }
  switch (event.type) {
    case "failed":
    case "created":
      return wizard;
    case "create":
      return wizard.step === "summary" && order(wizard) ? { ...wizard, progress: { is: "creating" } } : wizard;
    case "next":
      return next(wizard);
    case "back":
      return moved(wizard, STEPS[STEPS.indexOf(wizard.step) - 1]);
    case "went":
      return mayGo(wizard, event.to) ? moved(wizard, event.to) : wizard;
    default:
      return { ...filled(wizard, event), progress: { is: "filling" } };
  }
}

/** Whether every step before `to` is whole; steps that were left behind may always be gone back to. */
export function mayGo(wizard: Wizard, to: Step): boolean {
  const [from, until] = [STEPS.indexOf(wizard.step), STEPS.indexOf(to)];
  return from !== until && STEPS.slice(from, until).every((step) => problems(wizard, step).length === 0);
}

function next(wizard: Wizard): Wizard {
  if (problems(wizard, wizard.step).length > 0) return { ...wizard, isTried: true };
  return moved(wizard, STEPS[STEPS.indexOf(wizard.step) + 1]);
}

function moved(wizard: Wizard, step: Step | undefined): Wizard {
  return step ? { ...wizard, step, isTried: false, progress: { is: "filling" } } : wizard;
}

type Filling = Extract<
  Event,
  { type: "named" | "placed" | "suggested" | "templated" | "sourced" | "wrote" | "chose" | "judged" }
>;

function filled(wizard: Wizard, event: Filling): Wizard {
  switch (event.type) {
    case "named":
      return { ...wizard, name: event.name };
    case "placed":
      return { ...wizard, parentDir: event.parentDir, isPlaced: true };
    case "suggested":
      return wizard.isPlaced ? wizard : { ...wizard, parentDir: event.parentDir };
    case "templated":
      return { ...wizard, template: event.template };
    case "sourced":
      return { ...wizard, source: event.source, isTried: false };
    case "wrote":
      return { ...wizard, texts: { ...wizard.texts, [event.in]: event.text } };
    case "chose":
      return { ...wizard, file: event.file };
    case "judged":
      return { ...wizard, verdict: event.verdict };
  }
}
