import type { ApiError, ErrorCode } from "./bindings.ts";

type Circumstances = { wait_ms?: number | null; isUnreached?: boolean };

/** What a call to the host fails with. Branch on `code`, never on words. */
export class Failure extends Error {
  readonly code: ErrorCode;
  /** What to do about it, when the host knows. */
  readonly hint: string | null;
  /** The number to look for in the host's log. */
  readonly incident: string | null;
  /** How long to wait before the next try, in milliseconds, when the host said so. */
  readonly wait_ms: number | null;
  /** Whether nobody was reached, so that this is not the host's own word. */
  readonly isUnreached: boolean;

  constructor(error: ApiError, { wait_ms = null, isUnreached = false }: Circumstances = {}) {
    super(error.message);
    this.name = "Failure";
    this.code = error.code;
    this.hint = error.hint;
    this.incident = error.incident;
    this.wait_ms = wait_ms;
    this.isUnreached = isUnreached;
  }
}

const CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "bad_input",
  "not_found",
  "conflict",
  "refused",
  "not_possible_now",
  "busy",
  "unauthorized",
  "forbidden",
  "unavailable",
  "internal",
]);

export function isApiError(value: unknown): value is ApiError {
  if (typeof value !== "object" || value === null || !("code" in value) || !("message" in value)) return false;
  return typeof value.code === "string" && CODES.has(value.code) && typeof value.message === "string";
}

/** Any thrown thing as a `Failure`. What is not one of the host's errors is a fault of the application. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (isApiError(thrown)) {
    return new Failure({ ...thrown, hint: thrown.hint ?? null, incident: thrown.incident ?? null });
  }
  return new Failure({ code: "internal", message: wordsOf(thrown), hint: null, incident: null });
}

/** The failure of a call that reached nobody. */
export function unreached(thrown: unknown, wait_ms: number | null = null): Failure {
  const error: ApiError = { code: "unavailable", message: wordsOf(thrown), hint: null, incident: null };
  return new Failure(error, { wait_ms, isUnreached: true });
}

function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const TITLES: Readonly<Record<ErrorCode, string>> = {
  bad_input: "That cannot be saved as it is",
  not_found: "It is no longer there",
  conflict: "Something else changed it first",
  refused: "Refused by a rule",
  not_possible_now: "Not possible right now",
  busy: "Busy at the moment",
  unauthorized: "Please sign in again",
  forbidden: "Your role does not allow this",
  unavailable: "Something that it needs is missing or does not work",
  internal: "Something went wrong inside the application",
};

/** A title a person understands. The message and the hint say the rest. */
export function failureTitle({ code, isUnreached }: Failure): string {
  return isUnreached ? "The host cannot be reached" : TITLES[code];
}

/** Words that begin a sentence of the host and are no names: `bwrap is missing` keeps its spelling, `the disk is full` does not. */
const BEGINNINGS =
  /^(agents|an?|at|can|choose|connections|files|give|in|it|its|no|nobody|not|nothing|only|programs|say|sessions|somebody|that|the|there|this|use|walls|what|write)\b/;

/** A sentence as a person writes one: many of the host's begin in lower case, to stand behind a name. */
export function asSentence(words: string): string {
  const begun = BEGINNINGS.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  return words === "" || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** Why it failed and what to do, as sentences. */
export function reasonOf({ message, hint }: Failure): string {
  // What to do may end in a command, which a full stop would spoil.
  return hint ? `${asSentence(message)} ${hint}` : asSentence(message);
}

/** Whether asking again by itself can help. */
export function mayRetry(failure: Failure): boolean {
  return failure.code === "unavailable" || failure.code === "busy";
}
