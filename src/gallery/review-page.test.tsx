import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import type { ChangeList } from "@/api/bindings.ts";
import type { FakeHost } from "@/api/fake/host.ts";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "./axe.ts";
import { renderApp } from "./render.tsx";

const inputOf = (host: FakeHost, procedure: string) =>
  host.calls.findLast((call) => call.procedure === procedure)?.input;
const LIST = "/p/1/review?feature=7&file=src%2Finvoices%2Flist.ts";

describe("reviewing what changed", () => {
  test("the tree names each file with what happened to it and how much", async () => {
    renderApp("/p/1/review");
    const tree = await screen.findByRole("navigation", { name: "Changed files" });
    const file = await within(tree).findByRole("button", { name: /^list\.ts/ });
    expect(file).toHaveAccessibleName(/changed, 2 lines added, 2 lines removed/);
    expect(within(tree).getByRole("button", { name: /^legacy\.ts/ })).toHaveAccessibleName(/deleted/);
    expect(screen.getByText("0 of 7 viewed")).toBeVisible();
  });

  test("each source of changes asks the host for exactly those", async () => {
    for (const [search, of] of [
      ["", "working"],
      ["?feature=7", { feature: 7 }],
      ["?session=s-1", { session: "s-1" }],
      ["?checkpoint=3", { since_checkpoint: 3 }],
      ["?commit=abc", { commit: "abc" }],
    ] as const) {
      const { host, unmount } = renderApp(`/p/1/review${search}`);
      await screen.findByRole("navigation", { name: "Changed files" });
      expect(inputOf(host, "change_list")).toEqual({ project: 1, of });
      unmount();
    }
  });

  test("lines say whether they came or went, in one column or two", async () => {
    const { user } = renderApp(LIST);
    await screen.findAllByText("added:");
    expect(screen.getAllByText("removed:")).toHaveLength(2);
    const split = screen.getByRole("button", { name: "Split" });
    await user.click(split);
    expect(split).toHaveAttribute("aria-pressed", "true");
    expect(await screen.findAllByText("added:")).toHaveLength(2);
    await user.keyboard("u");
    expect(screen.getByRole("button", { name: "Unified" })).toHaveAttribute("aria-pressed", "true");
  });

  test("J and K walk through the files, X marks one as viewed", async () => {
    const { user } = renderApp(LIST);
    await screen.findByRole("heading", { level: 2, name: /src\/invoices\/list\.ts/ });
    await user.keyboard("j");
    expect(await screen.findByRole("heading", { level: 2, name: /EmptyList\.tsx/ })).toBeVisible();
    await user.keyboard("x");
    expect(await screen.findByText("1 of 7 viewed")).toBeVisible();
    expect(screen.getByRole("checkbox", { name: /EmptyList\.tsx as viewed/ })).toBeChecked();
    await user.keyboard("k");
    expect(await screen.findByRole("heading", { level: 2, name: /invoices\/list\.ts/ })).toBeVisible();
  });

  test("a file that says something else is viewed no longer, though as many of its lines changed", async () => {
    const { host, user, unmount } = renderApp(LIST);
    const list = (await host.call("change_list", { project: 1, of: { feature: 7 } })) as ChangeList;
    const boxOf = (name: RegExp) => screen.findByRole("checkbox", { name });
    await user.click(await boxOf(/list\.ts as viewed/));
    expect(await boxOf(/list\.ts as viewed/)).toBeChecked();
    unmount();
    const again = renderApp(LIST);
    expect(await boxOf(/list\.ts as viewed/), "nothing changed since").toBeChecked();
    again.unmount();
    renderApp(LIST, {
      prepare: (made) => {
        const files = list.files.map((file) => ({ ...file, content: `${file.content}, and once more` }));
        made.answer("change_list", () => ({ ...list, files }));
      },
    });
    expect(await boxOf(/list\.ts as viewed/)).not.toBeChecked();
  });

  test("a comment on a line becomes a message to the agent on that card", async () => {
    const { host, user } = renderApp(LIST);
    await user.click((await screen.findAllByRole("button", { name: "Comment on line 5" }))[0] ?? document.body);
    const form = screen.getByRole("form", { name: /line 5/ });
    await user.click(within(form).getByRole("button", { name: "Send to the agent" }));
    expect(within(form).getByRole("alert")).toHaveTextContent("Write what the agent is to know.");
    await user.type(within(form).getByRole("textbox"), "Name it visible.");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText("Comment sent")).toBeVisible();
    expect(inputOf(host, "review_comment")).toEqual({
      project: 1,
      feature: 7,
      path: "src/invoices/list.ts",
      line: 5,
      text: "Name it visible.",
      becomes: "message",
    });
    expect(screen.queryByRole("form", { name: /line 5/ })).toBeNull();
  });

  test("where the changes belong to no card, a comment can only become a bug", async () => {
    const { host, user } = renderApp("/p/1/review?file=src%2Finvoices%2Flist.ts");
    await user.click((await screen.findAllByRole("button", { name: "Comment on line 5" }))[0] ?? document.body);
    expect(screen.getByRole("button", { name: "Send to the agent" })).toBeDisabled();
    await user.type(screen.getByRole("textbox", { name: /line 5/ }), "It cuts too early.");
    await user.click(screen.getByRole("button", { name: "Report as a bug" }));
    expect(await screen.findByRole("button", { name: /^Open #/ })).toBeVisible();
    expect(inputOf(host, "review_comment")).toMatchObject({ becomes: "bug", feature: null });
  });

  test("a comment that was not sent stays, and the failure is told", async () => {
    const { user } = renderApp(LIST, {
      prepare: (host) =>
        host.failWith(
          "review_comment",
          new Failure({ code: "busy", message: "The disk is full.", hint: "Free some space.", incident: null }),
        ),
    });
    await user.click((await screen.findAllByRole("button", { name: "Comment on line 5" }))[0] ?? document.body);
    await user.type(screen.getByRole("textbox", { name: /line 5/ }), "Mine.");
    await user.click(screen.getByRole("button", { name: "Send to the agent" }));
    expect(await screen.findByText("The comment was not sent")).toBeVisible();
    expect(screen.getByRole("textbox", { name: /line 5/ })).toHaveValue("Mine.");
  });

  test("a large file waits for a person, a binary one says that it has no lines", async () => {
    const { user, host } = renderApp("/p/1/review?file=package-lock.json");
    expect(await screen.findByText("A large file")).toBeVisible();
    expect(inputOf(host, "change_diff"), "nothing is fetched before it is wanted").toBeUndefined();
    await user.click(screen.getByRole("button", { name: "Show anyway" }));
    await waitFor(() => expect(inputOf(host, "change_diff")).toMatchObject({ path: "package-lock.json" }));
    await user.click(screen.getByRole("button", { name: /^empty\.png/ }));
    expect(await screen.findByText("A binary file")).toBeVisible();
  });

  test("a file opens in the editor where the machine has one", async () => {
    const openInEditor = vi.fn(() => Promise.resolve());
    const can = {
      pickFolder: false,
      openInEditor: true,
      reveal: false,
      quit: false,
      logIn: false,
      linkPages: true,
      desktopSettings: false,
    };
    const { user } = renderApp(LIST, { host: { openInEditor, can } });
    await user.click(await screen.findByRole("button", { name: "Open in the editor" }));
    expect(openInEditor).toHaveBeenCalledWith({ project: 1, path: "src/invoices/list.ts" });
  });

  test("no change at all says so", async () => {
    renderApp("/p/1/review", {
      prepare: (host) =>
        host.answer("change_list", () => ({ base: "a", head: "b", commits: [], files: [], is_cut: false })),
    });
    expect(await screen.findByText("Nothing has changed")).toBeVisible();
  });

  test("it is usable by everybody", async () => {
    const { container } = renderApp(LIST);
    await screen.findAllByText("added:");
    expect(await violationsOf(container)).toEqual([]);
  });
});
