import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { renderApp } from "@/gallery/render.tsx";

const PATH = "/p/1/settings";
const button = (name: string | RegExp) => screen.getByRole("button", { name });

test("deleting a project needs its name, and tells where the folder went", async () => {
  const { user, host, router } = renderApp(PATH);
  await user.click(await screen.findByRole("button", { name: "Delete…" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(dialog).toHaveTextContent("/projects/ledger is moved to the trash");
  const confirm = within(dialog).getByRole("button", { name: "Delete project" });
  await user.type(within(dialog).getByRole("textbox"), "ledge");
  expect(confirm).toBeDisabled();
  await user.type(within(dialog).getByRole("textbox"), "r");
  await user.click(confirm);
  await waitFor(() => expect(host.world.projects.size).toBe(0));
  await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  expect(await screen.findByText("Its folder is in the trash.")).toBeVisible();
});

test("a project with a run cannot be deleted under it", async () => {
  renderApp(PATH, { prepare: (host) => host.start(1) });
  expect(await screen.findByRole("button", { name: "Delete…" })).toBeDisabled();
  expect(screen.getByText(/A run is active. Stop it/)).toBeVisible();
});

test("a name that is refused stays in its field with the reason", async () => {
  const { user, host } = renderApp(PATH, {
    prepare: (made) =>
      made.failWith(
        "project_rename",
        new Failure({ code: "conflict", message: "There is a project of this name.", hint: null, incident: null }),
      ),
  });
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "books");
  await user.click(button("Rename"));
  await waitFor(() => expect(name).toHaveAccessibleDescription(/There is a project of this name/));
  expect(name).toHaveValue("books");
  host.failWith("project_rename", null);
  await user.click(button("Rename"));
  await waitFor(() => expect(host.project().name).toBe("books"));
});

test("the settings of runs are kept together, and one does not erase another", async () => {
  const { user, host } = renderApp(`${PATH}?section=runs`, {
    prepare: (made) => {
      made.project().settings = {
        model: "opus",
        checks: [{ kind: "test", command: "make test", origin: "configured" }],
      };
    },
  });
  const attempts = await screen.findByRole("textbox", { name: /Attempts/ });
  await user.type(attempts, "0");
  expect(attempts).toHaveAccessibleDescription(/At least 1/);
  expect(button("Save")).toBeDisabled();
  await user.clear(attempts);
  await user.type(attempts, "5");
  await user.click(button("Save"));
  await waitFor(() => expect(host.project().settings.max_attempts).toBe(5));
  expect(host.project().settings).toMatchObject({ model: "opus", checks: [{ command: "make test" }] });
});

test("checks are those that were found, or one's own", async () => {
  const { user, host } = renderApp(`${PATH}?section=checks`);
  expect(await screen.findByText("package.json scripts.test")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /My own/ }));
  await user.click(button("Add a check"));
  await user.type(screen.getByRole("textbox", { name: "Command of check 2" }), "npm run lint");
  await user.click(button("Save"));
  await waitFor(() =>
    expect(host.project().settings.checks?.map((check) => check.command)).toEqual(["npm test", "npm run lint"]),
  );
  await user.click(screen.getByRole("radio", { name: /Found by the host/ }));
  await user.click(button("Save"));
  await waitFor(() => expect(host.project().settings.checks, "none of one's own").toEqual([]));
});

test("a command is judged while it is typed, and nothing is run", async () => {
  const { user, host } = renderApp(`${PATH}?section=policy`);
  const command = await screen.findByRole("textbox", { name: "Command" });
  await user.type(command, "sudo reboot");
  const verdict = screen.getByRole("status", { name: "What would happen" });
  await waitFor(() => expect(verdict).toHaveTextContent("It would be refused"));
  expect(verdict).toHaveTextContent("command.unknown");
  await user.clear(command);
  await user.type(command, "git push");
  await waitFor(() => expect(verdict).toHaveTextContent("You would be asked"));
  await user.clear(command);
  expect(verdict, "nothing is said of nothing").toBeEmptyDOMElement();
  const asked = host.calls.filter((call) => call.procedure === "policy_check").length;
  expect(asked, "not at every key").toBeLessThan("sudo rebootgit push".length);
});

test("an entry is added, counts at once, and its removal can be undone", async () => {
  const { user, host } = renderApp(`${PATH}?section=policy`);
  await user.type(await screen.findByRole("textbox", { name: "Add an entry" }), "docker");
  await user.click(button("Add"));
  const list = await screen.findByRole("list", { name: "Entries of this project" });
  expect(within(list).getByText("docker")).toBeVisible();
  await user.click(button("Remove the entry docker"));
  await waitFor(() => expect(host.project().policy).toEqual([]));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  await waitFor(() => expect(host.project().policy).toEqual([{ effect: "ask", entry: "docker" }]));
});

test("an entry that means nothing stays in its field with the reason", async () => {
  const { user } = renderApp(`${PATH}?section=policy`, {
    prepare: (made) =>
      made.failWith(
        "policy_entry_add",
        new Failure({ code: "bad_input", message: "Quotes have no place in an entry.", hint: null, incident: null }),
      ),
  });
  const entry = await screen.findByRole("textbox", { name: "Add an entry" });
  await user.type(entry, "rm 'x'");
  await user.click(button("Add"));
  await waitFor(() => expect(entry).toHaveAccessibleDescription(/Quotes have no place/));
  expect(entry).toHaveValue("rm 'x'");
});

test("a prompt gets a text of its own, is compared with the usual one, and reset with a way back", async () => {
  const { user, host } = renderApp(`${PATH}?section=prompts`);
  const prompt = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Text of coding_prompt" });
  const usual = prompt.value;
  await user.type(prompt, "Be brief.");
  await user.click(button("Save"));
  await waitFor(() => expect(host.project().prompts.get("coding_prompt")).toBe(`${usual}Be brief.`));
  expect(await screen.findByText("This project has its own text.")).toBeVisible();
  await user.click(button("Compare with the usual text"));
  expect(await screen.findByText("Be brief.")).toBeVisible();
  await user.click(button("Edit"));
  await user.click(button("Reset"));
  await waitFor(() => expect(host.project().prompts.has("coding_prompt")).toBe(false));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  await waitFor(() => expect(host.project().prompts.get("coding_prompt")).toBe(`${usual}Be brief.`));
});

test("leaving a changed prompt asks first, and going to another one keeps it", async () => {
  const { user, router } = renderApp(`${PATH}?section=prompts`);
  await user.type(await screen.findByRole("textbox", { name: "Text of coding_prompt" }), "Mine.");
  await user.click(button("testing_prompt"));
  await user.click(button(/^coding_prompt/));
  expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Text of coding_prompt" }).value).toMatch(/Mine\.$/);
  await user.click(screen.getByRole("link", { name: "Checks" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Keep editing" }));
  expect(router.state.location.search).toEqual({ section: "prompts" });
});
