import type { Mode, Outcome, Role, RunEnd, SandboxLevel, State } from "@/api/bindings.ts";
import type { Tone } from "@/ui/Badge.tsx";
import { messages } from "@/ui/messages.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is left of a person's time to answer, as on a clock: `4:09`, `1:02:00`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = pad(seconds % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** The rest at the pace so far, said no more exactly than it can be known. */
export function estimate(ms: number): string {
  if (ms < 90 * SECOND) return "about a minute left";
  if (ms < 50 * MINUTE) return `about ${nearest(ms / MINUTE)} min left`;
  if (ms < 100 * MINUTE) return "about an hour left";
  if (ms < 36 * HOUR) return `about ${Math.round(ms / HOUR)} h left`;
  return `about ${Math.round(ms / DAY)} days left`;
}

/** To fives above ten: nobody believes 37 minutes. */
function nearest(minutes: number): number {
  return minutes > 10 ? Math.round(minutes / 5) * 5 : Math.round(minutes);
}

const CLOCK_SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `14:05:09`, in this machine's time zone. */
export function secondsClock(at_ms: number): string {
  return CLOCK_SECONDS.format(at_ms);
}

export const MODES = messages("session.modes", {
  auto: {
    name: "Build everything",
    what: "Turns the specification into features if there are none, then works until all pass.",
  },
  code: { name: "Work on features", what: "Works on the features that exist until all pass." },
  initialize: { name: "Plan only", what: "Turns the specification into features and stops." },
  analyze: { name: "Describe existing code", what: "Reads a code base and writes down what it can do as features." },
  regression: { name: "Test again", what: "Tests features that passed before and reopens those that no longer do." },
} satisfies Record<Mode, { name: string; what: string }>);

export const ROLES = messages("session.roles", {
  initializer: "Planner",
  coding: "Coder",
  analyst: "Analyst",
  tester: "Tester",
} satisfies Record<Role, string>);

export const STATES = messages("session.states", {
  idle: "Idle",
  initializing: "Planning features",
  analyzing: "Reading the code",
  planning: "Choosing what is next",
  coding: "Working",
  testing: "Running checks",
  verifying: "Storing the proof",
  waiting_approval: "Waiting for you",
  error: "Trouble",
  completed: "All done",
} satisfies Record<State, string>);

export const SANDBOX = messages("session.sandbox", {
  full: { name: "Walled in", what: "Files, processes and network of the agent are walled in by the operating system." },
  partial: {
    name: "Partly walled in",
    what: "Some walls of the operating system are missing; the settings say which.",
  },
  policy_only: {
    name: "No sandbox",
    what: "Nothing but the command policy stands between the agent and this machine.",
  },
} satisfies Record<SandboxLevel, { name: string; what: string }>);

const OUTCOMES = messages("session.outcomes", {
  completed: "Completed",
  rate_limited: "Rate limit reached",
  auth_expired: "Login no longer valid",
  budget_exhausted: "Budget used up",
  max_turns: "Turn limit reached",
  api_unavailable: "API unavailable",
  api_refused: "API refused the request",
  hang_no_first_byte: "Never answered",
  hang_idle: "Fell silent",
  hang_after_result: "Did not exit",
  not_started: "Could not start",
  crashed: "Crashed",
  stopped: "Stopped",
  loop_detected: "Went in circles",
  gate_failed: "Checks did not pass",
  storage_failed: "Disk full or not writable",
} satisfies Record<Outcome["code"], string>);

const ENDS = messages("session.ends", {
  all_passing: "Everything passes",
  finished: "Finished",
  session_limit: "Session limit reached",
  budget_exhausted: "Budget used up",
  nothing_ready: "Nothing ready to work on",
  needs_person: "Needs you",
  stopped: "Stopped",
  paused: "Paused",
  failed: "Could not go on",
  crashed: "Cut off",
} satisfies Record<RunEnd["code"], string>);

/** How a session ended, in a few words. */
export function outcomeWords(outcome: Outcome): string {
  const words = OUTCOMES[outcome.code];
  return "status" in outcome && outcome.status !== null ? `${words} (${outcome.status})` : words;
}

/** How a run ended, in a few words. */
export function endWords(end: RunEnd): string {
  return ENDS[end.code];
}

export function outcomeTone(outcome: Outcome | null): Tone {
  if (!outcome) return "accent";
  if (outcome.code === "completed") return "success";
  if (outcome.code === "stopped" || outcome.code === "rate_limited" || outcome.code === "budget_exhausted")
    return "warning";
  return "danger";
}

export function endTone(end: RunEnd | null): Tone {
  if (!end) return "accent";
  if (end.code === "all_passing" || end.code === "finished") return "success";
  return end.code === "failed" || end.code === "crashed" ? "danger" : "warning";
}
