import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { FakeHost } from "@/api/fake/host.ts";
import { statusOf } from "@/api/fake/run.ts";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "./axe.ts";
import { renderApp } from "./render.tsx";

const running = (host: FakeHost) => {
  host.start(1);
  for (let turn = 0; turn < 4; turn += 1) host.tick();
};
const inputOf = (host: FakeHost, procedure: string) =>
  host.calls.findLast((call) => call.procedure === procedure)?.input;

/** Holds the answer to an order back until it is let go, and then ends the run as the host would. */
function held(host: FakeHost, order: "run_pause" | "run_stop"): () => void {
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  host.answer(order, async () => {
    await gate;
    const project = host.project(1);
    const end = { code: order === "run_pause" ? "paused" : "stopped" } as const;
    project.runs = project.runs.map((run) => ({ ...run, end, ended_at_ms: host.world.now(), state: "idle" }));
    return statusOf(project);
  });
  return letGo;
}

describe("starting a run", () => {
  test("what is chosen is what the host is asked for, and is there again the next time", async () => {
    const { host, user, unmount } = renderApp("/p/1/run");
    await user.click(await screen.findByRole("button", { name: "Start" }));
    const dialog = await screen.findByRole("dialog", { name: "Start a run" });
    await user.type(await within(dialog).findByLabelText(/^Model/), "opus");
    const budget = within(dialog).getByLabelText(/^Budget/);
    await user.clear(budget);
    await user.type(budget, "7.5");
    await user.type(within(dialog).getByLabelText(/^Sessions at most/), "3");
    await user.click(within(dialog).getByLabelText(/^Quick/));
    await user.click(within(dialog).getByLabelText(/^I am here/));
    await user.click(within(dialog).getByRole("button", { name: "Start" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(inputOf(host, "run_start")).toEqual({
      project: 1,
      mode: "auto",
      model: "opus",
      is_quick: true,
      budget_usd: 7.5,
      max_sessions: 3,
      rehearsal: null,
      attended_minutes: 10,
    });
    expect(await screen.findByRole("button", { name: "Pause" })).toBeEnabled();
    unmount();

    const again = renderApp("/p/1/run");
    await again.user.click(await screen.findByRole("button", { name: "Start" }));
    expect(await screen.findByLabelText(/^Budget/)).toHaveValue("7.5");
    expect(screen.getByLabelText(/^Quick/)).toBeChecked();
  });

  test("an amount that is none is refused in the form, before anything is sent", async () => {
    const { host, user } = renderApp("/p/1/run");
    await user.click(await screen.findByRole("button", { name: "Start" }));
    const budget = await screen.findByLabelText(/^Budget/);
    await user.clear(budget);
    await user.type(budget, "a lot");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Start" }));
    expect(budget).toBeInvalid();
    expect(screen.getByRole("alert")).toHaveTextContent("above 0");
    expect(inputOf(host, "run_start")).toBeUndefined();
  });

  test("a refusal of the host is told in the dialog with what to do, and what was typed stays", async () => {
    const { user } = renderApp("/p/1/run", {
      prepare: (host) =>
        host.failWith(
          "run_start",
          new Failure({
            code: "not_possible_now",
            message: "The specification is missing.",
            hint: "Write one first.",
            incident: null,
          }),
        ),
    });
    await user.click(await screen.findByRole("button", { name: "Start" }));
    const model = await screen.findByLabelText(/^Model/);
    await user.clear(model);
    await user.type(model, "opus");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Start" }));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The specification is missing.");
    expect(alert).toHaveTextContent("Write one first.");
    expect(screen.getByLabelText(/^Model/)).toHaveValue("opus");
  });

  test("a start that fails for want of the CLI says that, and does not call the host unreachable", async () => {
    const message = "the Claude CLI at /usr/bin/claude does not run: exit status 1. Install it again.";
    const { host, user } = renderApp("/p/1/run", {
      prepare: (made) =>
        made.failWith("run_start", new Failure({ code: "unavailable", message, hint: null, incident: null })),
    });
    await user.click(await screen.findByRole("button", { name: "Start" }));
    await screen.findByLabelText(/^Model/);
    const start = () => within(screen.getByRole("dialog")).getByRole("button", { name: "Start" });
    await user.click(start());
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The run was not started: Something that it needs is missing or does not work");
    expect(alert).toHaveTextContent("The Claude CLI at /usr/bin/claude does not run");
    host.cut(true);
    await user.click(start());
    await waitFor(() => expect(screen.getByRole("dialog")).toHaveTextContent("The host cannot be reached"));
  });

  test("a project that is a rehearsal says so, on the page and in the dialog, and starts a rehearsal", async () => {
    const { host, user } = renderApp("/p/2/run", {
      projects: [
        { name: "ledger", cards: 3 },
        { name: "to-do", cards: 6, isRehearsal: true },
      ],
    });
    expect(await screen.findByText(/scripted model answers/)).toBeVisible();
    await user.click(await screen.findByRole("button", { name: "Start" }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText(/scripted model answers/);
    await user.click(within(dialog).getByRole("button", { name: "Start" }));
    await waitFor(() => expect(inputOf(host, "run_start")).toMatchObject({ rehearsal: expect.any(String) }));
    expect((inputOf(host, "run_start") as { rehearsal: string }).rehearsal).not.toBe("");
  });
});

describe("a run that goes on", () => {
  test("pausing shows at once, before the host has answered", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: running });
    const answer = held(host, "run_pause");
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/^Pausing: the session may finish/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Pause" })).toBeDisabled();
    answer();
    expect(await screen.findByText("Paused by a person.")).toBeVisible();
  });

  test("stopping asks first, says what is kept, and then shows at once", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: running });
    const answer = held(host, "run_stop");
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    const dialog = screen.getByRole("alertdialog", { name: "Stop the run now?" });
    expect(dialog).toHaveTextContent("What it has done so far is saved");
    expect(inputOf(host, "run_stop")).toBeUndefined();
    await user.click(within(dialog).getByRole("button", { name: "Stop now" }));
    expect(await screen.findByText(/^Stopping:/)).toBeVisible();
    answer();
    expect(await screen.findByRole("button", { name: "Start again" })).toBeEnabled();
  });

  test("a pause that failed is told with what to do, and the run is shown as it is", async () => {
    const { user } = renderApp("/p/1/run", {
      prepare: (host) => {
        running(host);
        host.failWith(
          "run_pause",
          new Failure({ code: "busy", message: "The disk is full.", hint: "Free some space.", incident: null }),
        );
      },
    });
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    expect(await screen.findByText("The run was not paused")).toBeVisible();
    expect(await screen.findByRole("button", { name: "Pause" })).toBeEnabled();
  });

  test("thought and tool follow the agent as it works", async () => {
    const { host } = renderApp("/p/1/run", { prepare: running });
    await screen.findByText("Thought");
    const { id } = host.project(1).sessions.at(-1) ?? { id: "" };
    host.emit(1, { event: "agent_said", session: id, text: "Now I know why." });
    host.emit(1, { event: "tool_used", session: id, tool: "Grep", subject: "needle" });
    expect(await screen.findByText("Now I know why.")).toBeVisible();
    expect(await screen.findByText("needle")).toBeVisible();
    expect(screen.getByRole("meter", { name: "Context window" })).toHaveAttribute(
      "aria-valuetext",
      expect.stringContaining("of 200K"),
    );
  });

  test("waiting says until when and for how long, in words that a screen reader hears once", async () => {
    const { host } = renderApp("/p/1/run", { prepare: running, now: () => Date.now() });
    await screen.findByRole("button", { name: "Pause" });
    const project = host.project(1);
    project.runs = project.runs.map((run) => ({ ...run, paused_until_ms: Date.now() + 125_000 }));
    host.emit(1, { event: "run_waiting", run: 1, until_ms: Date.now() + 125_000, reason: "rate_limited" });
    expect(await screen.findByText(/^until \d\d:\d\d \(2:0\d\)/)).toHaveAttribute("aria-live", "off");
    expect(screen.getByText("Waiting for the quota of the subscription.", { selector: "[role=status]" })).toBeVisible();
  });

  test("a missing sandbox is named, not only coloured", async () => {
    renderApp("/p/1/run", {
      prepare: (host) => {
        running(host);
        const project = host.project(1);
        project.runs = project.runs.map((run) => ({ ...run, sandbox: "policy_only" }));
      },
    });
    expect(await screen.findByText("No sandbox.")).toBeVisible();
  });

  test("a run of another process can be watched, and says where it can be stopped", async () => {
    renderApp("/p/1/run", {
      prepare: (host) => {
        running(host);
        const elsewhere = { ...statusOf(host.project(1)), can_pause: false, can_stop: false, elsewhere: { pid: 4711 } };
        host.answer("run_status", () => elsewhere);
      },
    });
    expect(await screen.findByText(/process 4711/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  });
});

describe("the pages of runs", () => {
  test.each(["/p/1/run", "/p/1/runs"])(
    "%s is usable by everybody",
    async (path) => {
      const { container } = renderApp(path, { prepare: running });
      await screen.findByRole("table");
      expect(await violationsOf(container)).toEqual([]);
    },
    30_000,
  );

  test("a project that never ran says how to begin", async () => {
    renderApp("/p/1/run");
    expect(await screen.findByText("Nothing has run yet", { selector: "p" })).toBeVisible();
  });

  test("the history tells of each run how it ended, and what a session came to", async () => {
    const { user } = renderApp("/p/1/runs", {
      prepare: (host) => {
        running(host);
        const project = host.project(1);
        const ended_at_ms = host.world.now();
        project.runs = project.runs.map((run) => ({ ...run, ended_at_ms, end: { code: "stopped" }, state: "idle" }));
        project.sessions = project.sessions.map((one) => ({ ...one, ended_at_ms, outcome: { code: "stopped" } }));
        host.start(1);
      },
    });
    const history = await screen.findByRole("navigation", { name: "All runs" });
    expect(within(history).getByText("Stopped")).toBeVisible();
    expect(within(history).getByText("Going on")).toBeVisible();
    await user.click(within(history).getByRole("link", { name: /Run 1/ }));
    await waitFor(() => expect(screen.getByRole("table")).toHaveTextContent("Stopped"));
  });

  test("an earlier run is shown as such, and orders are given to the current one only", async () => {
    const { user } = renderApp("/p/1/run?run=1", {
      prepare: (host) => {
        running(host);
        const project = host.project(1);
        project.runs = project.runs.map((run) => ({ ...run, ended_at_ms: 1, end: { code: "stopped" }, state: "idle" }));
        host.start(1);
      },
    });
    expect(await screen.findByText(/This is an earlier run/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
    await user.click(screen.getByRole("link", { name: "Go to the current one" }));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeEnabled();
  });

  test("what cannot be read is told, and trying again goes on", async () => {
    const { host, user } = renderApp("/p/1/run", {
      prepare: (made) =>
        made.failWith(
          "run_status",
          new Failure({ code: "internal", message: "The file is damaged.", hint: "Restore it.", incident: "42" }),
        ),
    });
    expect(await screen.findByText("The run cannot be shown", { selector: "p" })).toBeVisible();
    host.failWith("run_status", null);
    await user.click(screen.getAllByRole("button", { name: "Try again" })[0] ?? document.body);
    expect(await screen.findByText("Nothing has run yet", { selector: "p" })).toBeVisible();
  });
});
