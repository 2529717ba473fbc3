import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { FakeHost } from "@/api/fake/host.ts";
import { renderApp } from "@/gallery/render.tsx";
import { card } from "./testing.ts";

const prepare = (host: FakeHost) => {
  const cards = [
    card({ id: 1, name: "Sign in" }),
    card({ id: 2, name: "Show invoices", dependencies: [1] }),
    card({ id: 3, name: "Export invoices" }),
  ];
  host.project().cards = new Map(cards.map((one) => [one.id, one]));
};

test("N opens the form, and a card with steps and what it waits for is added", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare });
  await screen.findByRole("group", { name: /^#1/ });
  await user.keyboard("n");
  const form = await screen.findByRole("dialog", { name: "Add to the board" });
  await user.type(within(form).getByRole("textbox", { name: "Title" }), "Send reminders");
  await user.type(within(form).getByRole("textbox", { name: "Step 1" }), "Wait a day{Enter}");
  await user.type(await within(form).findByRole("textbox", { name: "Step 2" }), "Read the letter");
  await user.type(within(form).getByRole("combobox", { name: /Waits for/ }), "export{Enter}");
  await user.click(within(form).getByRole("button", { name: "Add the card" }));
  await screen.findByText("#4 was added");
  expect(host.calls.find(({ procedure }) => procedure === "feature_create")?.input).toMatchObject({
    feature: { name: "Send reminders", steps: ["Wait a day", "Read the letter"], dependencies: [3] },
  });
});

test("a form without a title says so at the field, and sends nothing", async () => {
  const { user, host } = renderApp("/p/1/board?add=feature", { prepare });
  await user.click(await screen.findByRole("button", { name: "Add the card" }));
  expect(screen.getByRole("textbox", { name: "Title" })).toHaveAccessibleDescription(/Give it a title/);
  expect(host.calls.some(({ procedure }) => procedure === "feature_create")).toBe(false);
});

test("what was written survives closing the form by mistake", async () => {
  const { user } = renderApp("/p/1/board?add=feature", { prepare });
  await user.type(await screen.findByRole("textbox", { name: "Title" }), "Half a thought");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(screen.getByRole("button", { name: /^Add/ }));
  expect(await screen.findByRole("textbox", { name: "Title" })).toHaveValue("Half a thought");
});

test("a bug is reported from the same form, and comes before every feature", async () => {
  const { user, host } = renderApp("/p/1/board?add=bug", { prepare });
  await user.clear(await screen.findByRole("textbox", { name: "What is wrong" }));
  await user.type(screen.getByRole("textbox", { name: "What is wrong" }), "Totals are wrong");
  await user.click(screen.getByRole("button", { name: "Report the bug" }));
  await screen.findByText(/#4 was reported/);
  expect(host.project().cards.get(4)).toMatchObject({ kind: "bug", status: "open" });
});

test("several features are described in words and seen before anything is added", async () => {
  const { user, host } = renderApp("/p/1/board?add=several", { prepare });
  await user.type(
    await screen.findByRole("textbox", { name: "Describe what you want" }),
    "- Archive invoices{Enter}- Merge customers{Enter}- Nonsense",
  );
  await user.click(screen.getByRole("button", { name: "Show the cards" }));
  await user.click(await screen.findByRole("button", { name: "Leave out Nonsense" }));
  expect(host.project().cards.size, "so far it was only a preview").toBe(3);
  await user.click(screen.getByRole("button", { name: "Add 2 cards" }));
  await screen.findByText("2 cards were added");
  expect(host.project().cards.size).toBe(5);
});

test("what words became is put right by keys alone before it is added, and survives closing the form", async () => {
  const { user, host } = renderApp("/p/1/board?add=several", { prepare });
  const words = await screen.findByRole("textbox", { name: "Describe what you want" });
  await user.clear(words);
  await user.type(words, "- Archive invoices{Enter}- Totals are wrong");
  await user.keyboard("{Control>}{Enter}{/Control}");
  const first = await screen.findByRole("textbox", { name: "Title of card 1" });
  await waitFor(() => expect(first, "one goes on where the cards are").toHaveFocus());
  await user.type(first, " of a year{Enter}");
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Title of card 2" })).toHaveFocus());
  await user.keyboard("Merge customers{Alt>}{ArrowUp}{/Alt}");
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Title of card 1" })).toHaveValue("Merge customers"));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("n");
  await user.click(await screen.findByRole("radio", { name: "Describe several" }));
  await user.click(await screen.findByRole("combobox", { name: "Kind of card 3" }));
  await user.click(await screen.findByRole("option", { name: "Bug" }));
  await user.clear(screen.getByRole("combobox", { name: "Category of card 2" }));
  await user.type(screen.getByRole("combobox", { name: "Category of card 2" }), "storage");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await screen.findByText("3 cards were added");
  expect(host.calls.find(({ procedure }) => procedure === "feature_create_many")?.input).toMatchObject({
    features: [
      { name: "Merge customers", kind: "feature" },
      { name: "Archive invoices of a year", category: "storage" },
      { name: "Totals are wrong", kind: "bug" },
    ],
  });
});

test("a card without a title is pointed at, and none is added", async () => {
  const { user, host } = renderApp("/p/1/board?add=several", { prepare });
  await user.type(await screen.findByRole("textbox", { name: "Describe what you want" }), "- Archive invoices");
  await user.click(screen.getByRole("button", { name: "Show the cards" }));
  const title = await screen.findByRole("textbox", { name: "Title of card 1" });
  await user.clear(title);
  await user.click(screen.getByRole("button", { name: "Add 1 card" }));
  expect(title).toBeInvalid();
  expect(title).toHaveFocus();
  expect(host.calls.some(({ procedure }) => procedure === "feature_create_many")).toBe(false);
});

test("a circle of cards that wait for each other is refused, with its cards named and the form kept", async () => {
  const { user, host } = renderApp("/p/1/board?edit=1", { prepare });
  await user.type(await screen.findByRole("combobox", { name: /Waits for/ }), "2{Enter}");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const alert = await screen.findByText(/that would close the circle #1 → #2 → #1/);
  expect(alert).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Title" }), "nothing that was typed is lost").toHaveValue("Sign in");
  expect(host.project().cards.get(1)?.dependencies).toEqual([]);
});

test("an edit is saved and seen on the board", async () => {
  const { user } = renderApp("/p/1/board?edit=3", { prepare });
  const title = await screen.findByRole("textbox", { name: "Title" });
  await user.clear(title);
  await user.type(title, "Export as CSV");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("group", { name: /^#3 Feature: Export as CSV/ })).toBeInTheDocument();
});
