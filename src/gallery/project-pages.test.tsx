import { screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "./axe.ts";
import { renderApp } from "./render.tsx";

/** A page, and what is on it once it is there. */
const PAGES: readonly [path: string, shows: RegExp][] = [
  ["/", /of \d+ pass/],
  ["/setup", /Everything is ready/],
  ["/new", /In the folder/],
  ["/sandbox", /Try to break out/],
  ["/settings", /Theme/],
  ["/settings?section=notifications", /A run finished/],
  ["/settings?section=desktop", /Editor/],
  ["/settings?section=runs", /Budget/],
  ["/settings?section=account", /Logged in/],
  ["/settings?section=shortcuts", /Open the command palette/],
  ["/p/1/specs", /Completeness/],
  ["/p/1/specs?tab=coverage", /Matched by their words/],
  ["/p/1/specs?tab=history", /Compare with/],
  ["/p/1/specs?tab=talk", /What do you want to build/],
  ["/p/1/health", /Git repository/],
  ["/p/1/settings", /Leave or delete/],
  ["/p/1/settings?section=runs", /Time limit/],
  ["/p/1/settings?section=checks", /package\.json/],
  ["/p/1/settings?section=reach", /Further hosts/],
  ["/p/1/settings?section=policy", /Built-in rules/],
  ["/p/1/settings?section=prompts", /Filled in by the host/],
];

describe("every page about projects, specifications and settings", () => {
  test.each(PAGES)("%s is usable by everybody", async (path, shows) => {
    const { container } = renderApp(path);
    await screen.findAllByText(shows);
    expect(await violationsOf(container)).toEqual([]);
    expect(screen.getAllByRole("heading", { level: 1 }), "a page has one title").toHaveLength(1);
  });

  test("the beginning without a project is usable by everybody", async () => {
    const { container } = renderApp("/", { projects: [] });
    await screen.findByText("What shall be built?");
    expect(await violationsOf(container)).toEqual([]);
  });

  test.each(["/", "/setup", "/p/1/specs", "/p/1/health", "/p/1/settings?section=runs", "/settings"])(
    "%s says what failed and offers to try again",
    async (path) => {
      const failure = new Failure({
        code: "internal",
        message: "The file is damaged.",
        hint: "Restore it.",
        incident: "42",
      });
      const { container } = renderApp(path, {
        prepare: (host) => {
          for (const procedure of [
            "project_list",
            "setup_status",
            "spec_list",
            "project_health",
            "project_settings_read",
            "app_settings_read",
          ] as const) {
            host.failWith(procedure, failure);
          }
        },
      });
      const alert = await screen.findByRole("alert");
      expect(alert).toHaveTextContent("The file is damaged.");
      expect(alert).toHaveTextContent("Restore it.");
      expect(screen.getByRole("button", { name: "Try again" })).toBeEnabled();
      expect(await violationsOf(container)).toEqual([]);
    },
  );
});
