import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Mode, StartRun } from "@/api/bindings.ts";

/** What a person chooses for a run, as the form has it: texts as they were typed. */
export type Choices = {
  mode: Mode;
  model: string;
  isQuick: boolean;
  budget: string;
  maxSessions: string;
  isAttended: boolean;
  minutes: string;
  rehearsal: string;
};

export const FIRST_CHOICES: Choices = {
  mode: "auto",
  model: "",
  isQuick: false,
  budget: "",
  maxSessions: "",
  isAttended: false,
  minutes: "10",
  rehearsal: "",
};

type Kept = { byProject: Record<string, Partial<Choices>> };

const useKept = create<Kept>()(persist<Kept>(() => ({ byProject: {} }), { name: "start-choices" }));

/** What was chosen last for this project. */
export function keptChoices(project: number): Partial<Choices> {
  return useKept.getState().byProject[project] ?? {};
}

/**
 * Keeps what was chosen for the next time. A limit or model that was left out, and what was left as it stood, is no
 * choice: next time it is again as the settings say. Nor is a rehearsal kept: a run is one when its project is.
 */
export function keepChoices(project: number, choices: Choices, defaults: Partial<Choices>): void {
  const chosen = Object.entries(choices).filter(
    ([name, value]) => name !== "rehearsal" && value !== "" && value !== defaults[name as keyof Choices],
  );
  useKept.setState(({ byProject }) => ({ byProject: { ...byProject, [project]: Object.fromEntries(chosen) } }));
}

export type Problems = { budget: boolean; maxSessions: boolean; minutes: boolean };

/** The fields that cannot be sent as they are. */
export function problemsOf(choices: Choices): Problems {
  const isAmount = (typed: string) => typed.trim() === "" || (Number.isFinite(Number(typed)) && Number(typed) > 0);
  const isCount = (typed: string) => typed.trim() === "" || (Number.isInteger(Number(typed)) && Number(typed) >= 1);
  return {
    budget: !isAmount(choices.budget),
    maxSessions: !isCount(choices.maxSessions),
    minutes: choices.isAttended && (choices.minutes.trim() === "" || !isCount(choices.minutes)),
  };
}

/** The run that the choices ask for. What was left empty is as the settings say. */
export function runOf(project: number, choices: Choices): StartRun {
  const number = (typed: string) => (typed.trim() === "" ? null : Number(typed));
  return {
    project,
    mode: choices.mode,
    model: choices.model.trim() || null,
    is_quick: choices.isQuick,
    budget_usd: number(choices.budget),
    max_sessions: number(choices.maxSessions),
    rehearsal: choices.rehearsal || null,
    attended_minutes: choices.isAttended ? number(choices.minutes) : null,
  };
}
