import type { SetupStatus } from "@/api/bindings.ts";
import { asSentence } from "@/api/failure.ts";

/** One thing this machine needs, as the first-run check shows it. */
export type CheckPoint = {
  readonly id: "claude" | "login" | "git" | "sandbox" | "keychain" | (string & {});
  readonly state: "ok" | "warning" | "problem";
  /** Given by the host for what only it knows of; none where the words depend on what was found. */
  readonly title: string | null;
  /** What was found, in a sentence of the host's; none where there is nothing to add. */
  readonly detail: string | null;
  /** What to do about it. */
  readonly fix: string | null;
};

/** The things that are shown with controls of their own; what else the host looked at follows as it says. */
const OWN: ReadonlySet<string> = new Set(["claude", "login", "git", "sandbox", "keychain", "api_key"]);

/** Everything a run needs, in the order it is set up. */
export function checkPoints(status: SetupStatus): CheckPoint[] {
  const { claude, git, sandbox, keychain } = status;
  const isLoggedIn = isLogin(claude);
  const others = status.checks.filter((check) => !OWN.has(check.id.split(/[._-]/)[0] ?? "") && !OWN.has(check.id));
  return [
    {
      id: "claude",
      state: claude.is_found ? "ok" : "problem",
      title: null,
      detail: claude.is_found ? [claude.version, claude.path].filter(Boolean).join(" · ") : claude.problem,
      fix: claude.is_found ? null : claude.fix,
    },
    {
      id: "login",
      // Logged in and still something to know: which of two ways pays, for example.
      state: isLoggedIn && claude.problem === null ? "ok" : "warning",
      title: null,
      detail: claude.is_found ? (claude.problem ?? claude.account) : null,
      fix: claude.is_found ? claude.fix : null,
    },
    { id: "git", state: git.is_found ? "ok" : "warning", title: null, detail: git.path, fix: git.fix },
    {
      id: "sandbox",
      state: sandbox.level === "full" ? "ok" : "problem",
      title: null,
      detail: sandbox.level === "full" ? sandbox.kind : sandbox.missing.map(asSentence).join(" "),
      fix: sandbox.fix,
    },
    {
      id: "keychain",
      state: keychain.is_available ? "ok" : "warning",
      title: null,
      detail: keychain.problem,
      fix: null,
    },
    ...others,
  ];
}

function isLogin({ login }: SetupStatus["claude"]): boolean {
  return login === "subscription" || login === "api_key";
}

/** What the whole list says: whether runs can start, only rehearsals can, or something has to be mended first. */
export function readiness(status: SetupStatus): "ready" | "rehearsals_only" | "not_ready" {
  if (checkPoints(status).some((point) => point.state === "problem")) return "not_ready";
  return isLogin(status.claude) ? "ready" : "rehearsals_only";
}
