import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { renderApp } from "@/gallery/render.tsx";

const PATH = "/p/1/specs";

const field = (name = "main") =>
  screen.findByRole<HTMLTextAreaElement>("textbox", { name: `Text of the specification ${name}` });
const button = (name: string | RegExp) => screen.getByRole("button", { name });

test("a project without a specification says what one is for, and begins one with a skeleton", async () => {
  const { user, host } = renderApp(PATH, {
    prepare: (made) => {
      made.project().specs = [];
    },
  });
  await user.click(await screen.findByRole("button", { name: "Write one" }));
  await user.click(await screen.findByRole("button", { name: "Begin writing" }));
  expect((await field()).value).toContain("<overview>");
  expect(host.project().specs, "nothing is stored before it is saved").toEqual([]);
  expect(button("Save")).toBeEnabled();
});

test("what is missing is added with its skeleton where it belongs, without losing a character", async () => {
  const { user } = renderApp(PATH);
  const before = (await field()).value;
  await user.click(await screen.findByRole("button", { name: "Add the part Feature count" }));
  const after = (await field()).value;
  expect(after).toContain("## Feature count\n\n<!-- About how many features, as a number -->");
  expect(after.replace("## Feature count\n\n<!-- About how many features, as a number -->\n\n", "")).toBe(before);
  const { selectionStart, selectionEnd } = await field();
  expect(after.slice(selectionStart, selectionEnd), "typing replaces the hint").toMatch(/^<!--/);
});

test("the text is judged while it is written", async () => {
  const { user } = renderApp(PATH);
  await user.clear(await field());
  expect(await screen.findByText("Write something and it is checked as you type.")).toBeVisible();
  await user.type(await field(), "<overview></overview>");
  expect(await screen.findByText(/The specification is empty; describe in it/)).toBeVisible();
  expect(await field(), "a screen reader finds the reason at the field").toHaveAccessibleDescription(/is empty/);
});

test("saving stores the text and says so; a failure keeps it and says what to do", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await field(), "More.");
  host.failWith(
    "spec_write",
    new Failure({ code: "unavailable", message: "The disk is full.", hint: "Make room.", incident: null }),
  );
  await user.click(button("Save"));
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The disk is full. Make room. Your text is still here.");
  expect((await field()).value).toMatch(/More\.$/);
  host.failWith("spec_write", null);
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(host.project().specs[0]?.text).toMatch(/More\.$/));
  await waitFor(() => expect(screen.queryByText("Unsaved changes")).toBeNull());
});

test("a change made elsewhere never replaces what was typed: both can be compared and one is chosen", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await field(), "Mine.");
  await host.call("spec_write", { project: 1, name: "main", text: "Theirs." });
  expect(await screen.findByText(/was changed elsewhere while you were editing/)).toBeVisible();
  expect((await field()).value).toMatch(/Mine\.$/);
  expect(button("Save"), "nothing is overwritten before a person chose").toBeDisabled();
  await user.click(button("Keep mine"));
  await user.click(button("Save"));
  await waitFor(() => expect(host.project().specs[0]?.text).toMatch(/Mine\.$/));
});

test("a change that was not heard of is found before it would be overwritten", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await field(), "Mine.");
  const [main, ...others] = host.project().specs;
  if (!main) throw new Error("there is a main specification");
  host.project().specs = [{ ...main, text: "Theirs." }, ...others];
  await user.click(button("Save"));
  expect(await screen.findByText(/was changed elsewhere while you were editing/)).toBeVisible();
  expect(host.project().specs[0]?.text, "theirs is still there").toBe("Theirs.");
});

test("discarded changes can be had back", async () => {
  const { user } = renderApp(PATH);
  const before = (await field()).value;
  await user.type(await field(), "Mine.");
  await user.click(button("Discard changes"));
  await waitFor(async () => expect((await field()).value).toBe(before));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  await waitFor(async () => expect((await field()).value).toMatch(/Mine\.$/));
});

test("whoever saves during a run is told what the run makes of it", async () => {
  const { user, host } = renderApp(PATH);
  await host.call("run_start", { project: 1, mode: "auto" });
  await user.type(await field(), "More.");
  await user.click(button("Save"));
  expect(await screen.findByText(/The run goes on with the text/)).toBeVisible();
});

test("a change between the look and the write is a conflict too, and the write says over what it goes", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await field(), "Mine.");
  const over = host.project().specs[0]?.revision;
  await expect(
    host.call("spec_write", { project: 1, name: "main", text: "x", over: `${over} no more` }),
  ).rejects.toMatchObject({ code: "conflict" });
  const message = "prompts/app_spec.txt changed since you read it.";
  host.failWith("spec_write", new Failure({ code: "conflict", message, hint: null, incident: null }));
  await user.click(button("Save"));
  expect(await screen.findByRole("alert"), "when nothing else shows it").toHaveTextContent(message);
  expect((await field()).value).toMatch(/Mine\.$/);
});

test("taking the other text can be undone", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await field(), "Mine.");
  await host.call("spec_write", { project: 1, name: "main", text: "Theirs." });
  await user.click(await screen.findByRole("button", { name: "Take theirs" }));
  await waitFor(async () => expect((await field()).value).toBe("Theirs."));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  await waitFor(async () => expect((await field()).value).toMatch(/Mine\.$/));
});

test("going to another specification keeps what was typed, and leaving the page asks first", async () => {
  const { user, router } = renderApp(PATH);
  await user.type(await field(), "Mine.");
  const list = screen.getByRole("navigation", { name: "Specifications of this project" });
  await user.click(within(list).getByRole("button", { name: /backend/ }));
  await field("backend");
  await user.click(within(list).getByRole("button", { name: /main/ }));
  expect((await field()).value).toMatch(/Mine\.$/);

  await user.click(screen.getByRole("link", { name: "Health" }));
  const dialog = await screen.findByRole("alertdialog");
  await user.click(within(dialog).getByRole("button", { name: "Keep editing" }));
  expect(router.state.location.pathname).toBe(PATH);
  expect((await field()).value).toMatch(/Mine\.$/);
});

test("a deleted specification can be brought back", async () => {
  const { user, host } = renderApp(`${PATH}?spec=backend`);
  const text = (await field("backend")).value;
  await user.click(button("More"));
  await user.click(await screen.findByRole("menuitem", { name: "Delete specification" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(dialog).toHaveTextContent("stay on the board");
  await user.click(within(dialog).getByRole("button", { name: "Delete specification" }));
  await waitFor(() => expect(host.project().specs.map((spec) => spec.name)).toEqual(["main"]));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  await waitFor(() => expect(host.project().specs.find((spec) => spec.name === "backend")?.text).toBe(text));
});

test("coverage shows which parts nobody builds, and shows only those on demand", async () => {
  const { user } = renderApp(`${PATH}?tab=coverage`);
  const filter = await screen.findByRole("group", { name: "Show only" });
  expect(await screen.findByText("Export a month as CSV")).toBeVisible();
  await user.click(within(filter).getByRole("button", { name: /No feature/ }));
  expect(screen.queryByText("Export a month as CSV")).toBeNull();
  expect(screen.getByText("Show invoices by customer")).toBeVisible();
});

test("an earlier version is compared and brought back into the editor, unsaved", async () => {
  const { user, host } = renderApp(`${PATH}?tab=history`, {
    prepare: (made) => void made.call("spec_write", { project: 1, name: "main", text: "Another text.\n" }),
  });
  const versions = await screen.findByRole("navigation", { name: "Versions" });
  await user.click(within(versions).getByRole("button", { name: /Version 1/ }));
  await user.click(button("Bring this version back"));
  expect((await field()).value).toContain("# Ledger");
  expect(await screen.findByText("Unsaved changes")).toBeVisible();
  expect(host.project().specs[0]?.text, "a person saves it, or not").toBe("Another text.\n");
});

test("without the host nothing typed is lost, and it can be saved when the host is back", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await field(), "Offline.");
  host.cut(true);
  await user.click(button("Save"));
  expect(await screen.findByText(/Your text is still here/)).toBeVisible();
  expect((await field()).value).toMatch(/Offline\.$/);
  host.cut(false);
  await user.click(button("Save"));
  await waitFor(() => expect(host.project().specs[0]?.text).toMatch(/Offline\.$/));
});
