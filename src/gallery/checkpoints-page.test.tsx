import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { FakeHost } from "@/api/fake/host.ts";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "./axe.ts";
import { renderApp } from "./render.tsx";

const inputOf = (host: FakeHost, procedure: string) =>
  host.calls.findLast((call) => call.procedure === procedure)?.input;
const timeline = () => screen.findByRole("navigation", { name: "Checkpoints, newest first" });

describe("the saved states of a project", () => {
  test("a checkpoint shows what it holds and what going back to it would change", async () => {
    const { user } = renderApp("/p/1/checkpoints");
    await user.click(within(await timeline()).getByRole("button", { name: /#29 passed/ }));
    expect(await screen.findByText(/^32 of 60 passed/, { selector: "dd" })).toBeVisible();
    expect(await screen.findByText("4 files change")).toBeVisible();
    expect(screen.getByText("1 card changes")).toBeVisible();
    expect(screen.getByText(/^2 commits leave the branch/)).toBeVisible();
    expect(screen.getAllByText("data/sample.sqlite")[0]).toBeVisible();
  });

  test("restoring asks, restores, and can be undone from where it is told", async () => {
    const { host, user } = renderApp("/p/1/checkpoints?checkpoint=3");
    await user.click(await screen.findByRole("button", { name: "Restore…" }));
    const dialog = screen.getByRole("alertdialog");
    expect(dialog).toHaveTextContent("What is there now is saved first");
    await user.click(within(dialog).getByRole("button", { name: "Restore" }));
    expect(await screen.findByText(/^Restored: 3 files and 1 card changed/)).toBeVisible();
    expect(inputOf(host, "checkpoint_restore")).toEqual({ project: 1, checkpoint: 3, stop_run: false });
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(await screen.findByText("The restore was undone")).toBeVisible();
  });

  test("while a run goes on, restoring stops it only if a person says so", async () => {
    const { host, user } = renderApp("/p/1/checkpoints", { prepare: (made) => made.start(1) });
    await user.click(await screen.findByRole("button", { name: "Restore…" }));
    const dialog = await screen.findByRole("alertdialog");
    await waitFor(() => expect(dialog).toHaveTextContent("A run is going on."));
    await user.click(within(dialog).getByRole("button", { name: "Stop the run and restore" }));
    await waitFor(() => expect(inputOf(host, "checkpoint_restore")).toMatchObject({ stop_run: true }));
  });

  test("a restore that was refused changes nothing on the screen and says why", async () => {
    const { user } = renderApp("/p/1/checkpoints", {
      prepare: (host) =>
        host.failWith(
          "checkpoint_restore",
          new Failure({ code: "refused", message: "A file is open elsewhere.", hint: "Close it.", incident: null }),
        ),
    });
    await user.click(await screen.findByRole("button", { name: "Restore…" }));
    await user.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Restore" }));
    expect(await screen.findByText("Nothing was restored")).toBeVisible();
  });

  test("a checkpoint is saved under a name, which it must have", async () => {
    const { host, user } = renderApp("/p/1/checkpoints");
    await user.click(await screen.findByRole("button", { name: "Save a checkpoint" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Save" }));
    expect(within(dialog).getByRole("alert")).toHaveTextContent("Give it a name.");
    await user.type(within(dialog).getByLabelText("Name"), "before the move{Enter}");
    expect(await screen.findByRole("heading", { level: 2, name: "before the move" })).toBeVisible();
    expect(inputOf(host, "checkpoint_create")).toEqual({ project: 1, name: "before the move" });
  });

  test("one can be kept for good, and one deleted after a question", async () => {
    const { host, user } = renderApp("/p/1/checkpoints?checkpoint=6");
    await user.click(await screen.findByRole("button", { name: "Keep for good" }));
    expect(await screen.findByRole("button", { name: "Let it be cleaned up" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Delete" }));
    await user.click(
      within(screen.getByRole("alertdialog", { name: "Delete checkpoint 6?" })).getByRole("button", { name: "Delete" }),
    );
    await waitFor(() => expect(inputOf(host, "checkpoint_delete")).toEqual({ project: 1, checkpoint: 6 }));
    expect(await screen.findByText(/Checkpoint 6 no longer exists/)).toBeVisible();
  });

  test("a project without any says when they are made", async () => {
    renderApp("/p/1/checkpoints", { projects: [{ name: "fresh", cards: 0 }] });
    expect(await screen.findByText("No checkpoint yet")).toBeVisible();
  });

  test("it is usable by everybody", async () => {
    const { container } = renderApp("/p/1/checkpoints");
    await screen.findByText("4 files change");
    expect(await violationsOf(container)).toEqual([]);
  });
});
