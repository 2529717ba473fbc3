import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { cardOf } from "@/api/fake/cards.ts";
import type { FakeHost } from "@/api/fake/host.ts";
import { Failure } from "@/api/failure.ts";
import type { FeatureCard } from "@/api/bindings.ts";
import { reach } from "@/gallery/reach.ts";
import { renderApp } from "@/gallery/render.tsx";
import { useToasts } from "@/ui/toast.ts";
import { card } from "./testing.ts";

/** Puts exactly these cards on the board of the first project. */
function holding(...cards: FeatureCard[]) {
  return (host: FakeHost) => {
    host.project().cards = new Map(cards.map((one) => [one.id, one]));
  };
}

const PLAN = [
  card({ id: 1, name: "Sign in", status: "passing" }),
  card({ id: 2, name: "Show invoices" }),
  card({ id: 3, name: "Export invoices", dependencies: [2], blocked_by: [2] }),
  card({ id: 4, name: "Rename labels", status: "blocked", note: "Three tries failed." }),
  card({ id: 5, name: "Totals are wrong", kind: "bug", status: "open", priority: 0 }),
];

const column = async (name: RegExp) => screen.findByRole("region", { name });
const titles = (within_: HTMLElement) =>
  within(within_)
    .queryAllByRole("group")
    .map((one) => one.getAttribute("aria-label")?.split(".")[0]);

test("cards stand in the columns of their progress, bugs first", async () => {
  renderApp("/p/1/board", { prepare: holding(...PLAN) });
  const pending = await column(/^Pending, 3 cards/);
  await waitFor(() =>
    expect(titles(pending)).toEqual([
      "#5 Bug: Totals are wrong",
      "#2 Feature: Show invoices",
      "#3 Feature: Export invoices",
    ]),
  );
  expect(within(pending).getByText("waits for #2"), "a person sees what holds it up").toBeVisible();
  expect(
    within(await column(/^Blocked, 1 card/)).getByText("Three tries failed."),
    "and why it is stuck",
  ).toBeVisible();
});

test("arrow keys move between cards, and Enter opens the one they are on", async () => {
  const { user, router } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  const first = await screen.findByRole("group", { name: /^#5/ });
  first.focus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(screen.getByRole("group", { name: /^#3/ }), "two cards further down").toHaveFocus();
  await user.keyboard("{ArrowRight}");
  expect(screen.getByRole("group", { name: /^#4/ }), "the next column that has a card").toHaveFocus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/1/feature/4"));
});

test("Tab reaches a card in each column, without a mouse and before anything was touched", async () => {
  const { user } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  const first = await screen.findByRole("group", { name: /^#5/ });
  await reach(() => screen.getByRole("combobox", { name: "State" }));
  await user.tab();
  expect(first).toHaveFocus();
  await user.tab();
  expect(screen.getByRole("group", { name: /^#4/ }), "the next column that has a card").toHaveFocus();
});

test("after a card is deleted the focus is on the next one", async () => {
  const { user } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#5/ }));
  await user.keyboard("{Delete}");
  await waitFor(() =>
    expect(screen.getByRole("group", { name: /^#2/ }), "a person who tidies up goes on").toHaveFocus(),
  );
});

test("the menu offers only lawful places, and says of the others why", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#3/ }));
  await user.keyboard("m");
  const menu = await screen.findByRole("menu");
  expect(within(menu).getByRole("menuitem", { name: /^Done/ }), "only checks make a card pass").toHaveTextContent(
    "Only the host's own checks",
  );
  expect(within(menu).getByRole("menuitem", { name: /^One down/ })).toHaveAttribute("aria-disabled", "true");
  await user.click(within(menu).getByRole("menuitem", { name: "One up" }));
  await waitFor(() =>
    expect(host.calls.find(({ procedure }) => procedure === "feature_move")?.input).toEqual({
      project: 1,
      feature: 3,
      before: 2,
      after: null,
    }),
  );
  const pending = await column(/^Pending/);
  await waitFor(() => expect(titles(pending)[1], "the board shows it").toBe("#3 Feature: Export invoices"));
});

test("a card that is deleted comes back with Undo", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#2/ }));
  await user.keyboard("{Delete}");
  await waitFor(() => expect(screen.queryByRole("group", { name: /^#2/ }), "it goes at once").toBeNull());
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByRole("group", { name: /^#2/ }), "and is back with all it had").toBeVisible();
  expect(host.project().cards.has(2)).toBe(true);
});

test("what was deleted comes back by its key, or from a list, long after the offer in the corner is gone", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#2/ }));
  await user.keyboard("{Delete}");
  await screen.findByRole("button", { name: "Undo" });
  act(() => useToasts.setState({ toasts: [] }));
  await user.type(screen.getByRole("searchbox"), "x{Control>}z{/Control}");
  expect(host.project().cards.has(2), "within a text the key is the text's").toBe(false);
  await user.clear(screen.getByRole("searchbox"));
  await reach(() => screen.getByRole("group", { name: /^#3/ }));
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByRole("group", { name: /^#2/ })).toBeVisible();
  await reach(() => screen.getByRole("group", { name: /^#3/ }));
  await user.keyboard("{Delete}");
  await user.click(await screen.findByRole("button", { name: "Recently deleted" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Bring back #3 Export invoices/ }));
  expect(await screen.findByRole("group", { name: /^#3/ })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "Recently deleted" })).toBeNull());
});

test("a card keeps the focus while others come and go around it", async () => {
  const { router } = renderApp("/p/1/board?q=export", { prepare: holding(...PLAN) });
  const only = await screen.findByRole("group", { name: /^#3/ });
  await reach(() => only);
  await act(() => router.navigate({ to: "/p/$project/board", params: { project: 1 }, search: {} }));
  await screen.findByRole("group", { name: /^#2/ });
  expect(only, "the very card, and not another drawing of it").toHaveFocus();
});

test("what came back by its key is not offered in the corner any more", async () => {
  const { user } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#2/ }));
  await user.keyboard("{Delete}");
  await screen.findByRole("button", { name: "Undo" });
  await reach(() => screen.getByRole("group", { name: /^#3/ }));
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByRole("group", { name: /^#2/ })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "Undo" })).toBeNull());
});

test("what the host refuses is taken back on the board, and the toast says what to do", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  const refusal = new Failure({
    code: "not_possible_now",
    message: "A session works on it.",
    hint: "Stop the run first.",
    incident: null,
  });
  host.failWith("feature_remove", refusal);
  await reach(() => screen.getByRole("group", { name: /^#2/ }));
  await user.keyboard("{Delete}");
  expect(await screen.findByText("A session works on it. Stop the run first.")).toBeVisible();
  expect(await screen.findByRole("group", { name: /^#2/ }), "nothing was deleted, so nothing is missing").toBeVisible();
});

test("several cards are selected by keys and changed together; what was refused is said", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#5/ }));
  await user.keyboard("x{Shift>}{ArrowDown}{/Shift}");
  const bar = await screen.findByRole("toolbar");
  expect(within(bar).getByRole("status")).toHaveTextContent("2 cards selected");
  await user.click(within(bar).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/2 cards were left as they are/), "neither waits for a new try").toBeVisible();
  expect(host.calls.find(({ procedure }) => procedure === "feature_bulk")?.input).toMatchObject({
    features: [5, 2],
    action: "retry",
  });
});

test("a click with Shift selects everything from the last selected card on", async () => {
  const { user } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await user.keyboard("{Control>}");
  await user.click(await screen.findByRole("group", { name: /^#5/ }));
  await user.keyboard("{/Control}{Shift>}");
  await user.click(screen.getByRole("group", { name: /^#3/ }));
  await user.keyboard("{/Shift}");
  expect(within(await screen.findByRole("toolbar")).getByRole("status")).toHaveTextContent("3 cards selected");
});

test("the filter stands in the URL, and a link with it shows the same cards", async () => {
  const { user, router, unmount } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await user.type(await screen.findByRole("searchbox", { name: "Filter cards" }), "invoices");
  expect(await screen.findByText("2 of 5 cards")).toBeVisible();
  const link = router.state.location.href;
  expect(link).toContain("q=invoices");
  unmount();
  renderApp(link, { prepare: holding(...PLAN) });
  expect(await screen.findByText("2 of 5 cards"), "whoever gets the link sees the same").toBeVisible();
});

test("what happens on the host shows without a reload", async () => {
  const { host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await column(/^Done, 1 card/);
  const now = cardOf({
    id: 2,
    kind: "feature",
    status: "passing",
    category: "api",
    layer: 4,
    dependencies: [],
    name: "Show invoices",
    now_ms: 0,
    random: () => 0.5,
  });
  host.project().cards.set(2, now);
  host.emit(1, {
    event: "feature_changed",
    feature: 2,
    name: now.name,
    kind: "feature",
    status: "passing",
    reason: "every check succeeded",
  });
  expect(await column(/^Done, 2 cards/)).toBeVisible();
});

test("a board without cards says what to do next", async () => {
  renderApp("/p/1/board", { projects: [{ name: "empty", cards: 0 }] });
  expect(await screen.findByText("There are no cards yet")).toBeVisible();
  expect(screen.getByRole("button", { name: "Write a specification" })).toBeEnabled();
});

test("a board that cannot be loaded says why and is loaded again on request", async () => {
  const failure = new Failure({
    code: "internal",
    message: "The disk is full.",
    hint: "Free some space.",
    incident: "i-7",
  });
  const { user, host } = renderApp("/p/1/board", { prepare: (made) => made.failWith("feature_list", failure) });
  expect(await screen.findByText("The disk is full.")).toBeVisible();
  expect(screen.getByText("i-7"), "what to look for in the log").toBeVisible();
  host.failWith("feature_list", null);
  await user.click(screen.getByRole("button", { name: "Load again" }));
  expect(await column(/^Pending/)).toBeVisible();
});

test("of ten thousand cards only those in view exist", async () => {
  renderApp("/p/1/board", { projects: [{ name: "large", cards: 10_000 }] });
  const done = await column(/^Done, 5,\d{3} cards/);
  await waitFor(() => expect(within(done).getAllByRole("listitem").length).toBeGreaterThan(3));
  expect(within(done).getAllByRole("listitem").length, "a view of 800 pixels holds about ten").toBeLessThan(20);
  expect(within(done).getAllByRole("listitem")[0], "a screen reader is told how many there are").toHaveAttribute(
    "aria-setsize",
    expect.stringMatching(/^5\d{3}$/),
  );
});

test("what is typed quickly into the filter stays as it was typed", async () => {
  const { user, router } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  const field = await screen.findByRole("searchbox", { name: "Filter cards" });
  await user.type(field, "export");
  expect(field, "no letter is lost while the address follows").toHaveValue("export");
  await waitFor(() => expect(router.state.location.search).toMatchObject({ q: "export" }));
});

test("keys do nothing to a card that has no focus any more", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#2/ }));
  await reach(() => screen.getByRole("combobox", { name: "Kind" }));
  await user.keyboard("{Delete}");
  expect(host.project().cards.has(2), "the focus is on a filter, and not on the card").toBe(true);
});

test("a letter typed in a list to choose from is no command", async () => {
  const { user, router } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("combobox", { name: "Kind" }));
  await user.keyboard("g");
  expect(router.state.location.pathname, "a letter goes to the entry that begins with it").toBe("/p/1/board");
});

test("a selected card that is filtered away is not deleted with the others", async () => {
  const { user, host } = renderApp("/p/1/board", { prepare: holding(...PLAN) });
  await reach(() => screen.getByRole("group", { name: /^#2/ }));
  await user.keyboard("x");
  await user.type(screen.getByRole("searchbox", { name: "Filter cards" }), "labels");
  await waitFor(() => expect(screen.queryByRole("group", { name: /^#2/ })).toBeNull());
  await reach(() => screen.getByRole("group", { name: /^#4/ }));
  await user.keyboard("{Delete}");
  await waitFor(() => expect(host.project().cards.has(4), "the card with the focus goes").toBe(false));
  expect(host.project().cards.has(2), "the one nobody sees stays").toBe(true);
});
