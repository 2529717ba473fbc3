import { describe, expect, it } from "vitest";
import type { SetupStatus } from "@/api/bindings.ts";
import { checkPoints, readiness } from "./checklist.ts";

const status = (over: Partial<SetupStatus> = {}): SetupStatus => ({
  version: "0.1.0",
  data_dir: "/home/me/.local/share/harness",
  claude: {
    is_found: true,
    path: "/opt/claude",
    version: "2.1.197",
    login: "subscription",
    account: "me@example.org",
    problem: null,
    fix: null,
  },
  git: { is_found: true, path: "/usr/bin/git", fix: null },
  sandbox: { level: "full", kind: "bubblewrap", missing: [], fix: null },
  keychain: { is_available: true, has_key: false, payer: "auto", problem: null },
  checks: [],
  ...over,
});
const point = (of: SetupStatus, id: string) => checkPoints(of).find((each) => each.id === id);

describe("first-run check", () => {
  it("is ready when everything is there", () => {
    expect(checkPoints(status()).every((each) => each.state === "ok")).toBe(true);
    expect(readiness(status())).toBe("ready");
  });

  it("allows only rehearsals without a login, and says how to log in", () => {
    const claude = { ...status().claude, login: "none" as const, problem: "not logged in", fix: "log in" };
    expect(readiness(status({ claude }))).toBe("rehearsals_only");
    expect(point(status({ claude }), "login")).toMatchObject({
      state: "warning",
      detail: "not logged in",
      fix: "log in",
    });
  });

  it("is ready with a login that has something to be known about, and says it", () => {
    const claude = {
      ...status().claude,
      problem: "the API key wins over your subscription",
      fix: "use the subscription",
    };
    expect(readiness(status({ claude }))).toBe("ready");
    expect(point(status({ claude }), "login")).toMatchObject({
      state: "warning",
      detail: "the API key wins over your subscription",
      fix: "use the subscription",
    });
  });

  it("does not ask for a login that cannot be made before the CLI is there", () => {
    const claude = {
      ...status().claude,
      is_found: false,
      login: "unknown" as const,
      problem: "not found",
      fix: "install it",
    };
    expect(point(status({ claude }), "claude")).toMatchObject({ state: "problem", fix: "install it" });
    expect(point(status({ claude }), "login")?.fix).toBeNull();
    expect(readiness(status({ claude }))).toBe("not_ready");
  });

  it("names everything that is missing from the walls", () => {
    const sandbox = {
      level: "partial" as const,
      kind: "",
      missing: ["bwrap is missing.", "socat is missing."],
      fix: "install them",
    };
    expect(point(status({ sandbox }), "sandbox")).toMatchObject({
      state: "problem",
      detail: "bwrap is missing. socat is missing.",
      fix: "install them",
    });
  });

  it("shows what else the host looked at, once", () => {
    const check = (id: string) => ({
      id,
      title: id,
      state: "warning" as const,
      detail: "little room",
      fix: "make room",
    });
    const ids = checkPoints(
      status({ checks: [check("claude"), check("git"), check("claude.login"), check("disk")] }),
    ).map((each) => each.id);
    expect(ids).toEqual(["claude", "login", "git", "sandbox", "keychain", "disk"]);
  });
});
