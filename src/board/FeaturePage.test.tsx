import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { FakeHost } from "@/api/fake/host.ts";
import { reach } from "@/gallery/reach.ts";
import { renderApp } from "@/gallery/render.tsx";
import { card } from "./testing.ts";

const prepare = (host: FakeHost) => {
  const evidence = { is_passing: false, warnings: 0, at_ms: 5 };
  const cards = [
    card({ id: 1, name: "Sign in", status: "blocked", note: "Three tries failed.", evidence }),
    card({ id: 2, name: "Show invoices", dependencies: [1], blocked_by: [1] }),
  ];
  host.project().cards = new Map(cards.map((one) => [one.id, one]));
};

test("a card's page says what it is, why it stands where it does, and what the checks said", async () => {
  renderApp("/p/1/feature/1", { prepare });
  expect(await screen.findByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  expect((await screen.findAllByText("Three tries failed."))[0]).toBeVisible();
  expect(screen.getByText(/expected 50, received 49/), "the output of what failed is open at once").toBeVisible();
  expect(
    within(screen.getByRole("region", { name: "Waiting for this" })).getByRole("link", { name: /Show invoices/ }),
  ).toHaveAttribute("href", "/p/1/feature/2");
});

test("another try is given from the page", async () => {
  const { user, host } = renderApp("/p/1/feature/1", { prepare });
  await user.click(await screen.findByRole("button", { name: "Actions for #1" }));
  await reach(() => screen.getByRole("menuitem", { name: "Move to…" }));
  await user.keyboard("{ArrowRight}");
  await reach(() => screen.getByRole("menuitem", { name: "Pending: try again" }));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(host.project().cards.get(1)?.status).toBe("pending"));
});

test("a card that is gone leads back to the board", async () => {
  const { user, router } = renderApp("/p/1/feature/99", { prepare });
  await screen.findByText("This card is gone");
  await user.click(screen.getByRole("button", { name: "Board" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/1/board"));
});

test("the graph lists the longest chain and what unblocks most, and opens a card by keys", async () => {
  const { user, router } = renderApp("/p/1/graph", { prepare });
  const most = await screen.findByRole("button", { name: /Sign in.*1 card waits for it/ });
  await user.click(most);
  const graph = screen.getByRole("application", { name: "Graph of 2 cards" });
  await reach(() => graph);
  await user.keyboard("{ArrowRight}");
  expect(
    await screen.findByText(/^#2 Show invoices\. Pending\. Waits for 1/),
    "a screen reader hears where the key led",
  ).toBeInTheDocument();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/1/feature/2"));
});
