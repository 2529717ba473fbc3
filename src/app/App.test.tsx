import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { card } from "@/board/testing.ts";
import { renderApp } from "@/gallery/render.tsx";
import { incidentOf } from "./ErrorPage.tsx";
import { paletteEntries } from "./palette-entries.ts";

test("the sidebar lists every project and the pages of the open one", async () => {
  renderApp("/p/1/board", {
    projects: [
      { name: "ledger", cards: 20 },
      { name: "notes", cards: 5 },
    ],
  });
  const sidebar = await screen.findByRole("navigation", { name: "Projects and pages" });
  expect(
    await within(sidebar).findByRole("link", { name: /notes/ }),
    "a project that is not open is one click away",
  ).toBeVisible();
  expect(within(sidebar).getByRole("link", { name: "Board" }), "a person sees where they are").toHaveAttribute(
    "aria-current",
    "page",
  );
});

test("a project that does not exist leads to a page that says so", async () => {
  renderApp("/p/77/board");
  expect(await screen.findByText("This project is not open here")).toBeVisible();
});

test("a project whose folder is gone says so on each of its pages, and where to mend it", async () => {
  const { user, router } = renderApp("/p/1/board", {
    projects: [{ name: "ledger", cards: 5, problem: "The folder is no longer there." }],
  });
  expect(await screen.findByText(/The folder \/projects\/ledger was moved or deleted/)).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Specs" }));
  expect(screen.getByText(/The folder \/projects\/ledger was moved or deleted/)).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Open it where it is now" }));
  expect(router.state.location.pathname).toBe("/");
});

test("the window is called after the page and the project, with what waits for a person first", async () => {
  renderApp("/p/1/board", {
    projects: [{ name: "ledger", cards: 0 }],
    prepare: (host) => {
      host.start();
      host.ask("approval");
    },
  });
  await waitFor(() => expect(document.title).toBe("(1) Board · ledger · Auto Agent Harness"));
});

test("the same fault has the same incident number, and another one another", () => {
  const fault = new Error("a");
  expect(incidentOf(fault)).toBe(incidentOf(fault));
  expect(incidentOf(fault)).not.toBe(incidentOf(new Error("b")));
});

test("the palette finds a card by its number first, and by words among the rest", () => {
  const cards = [card({ id: 7, name: "Export invoices" }), card({ id: 8, name: "Show 7 invoices" })];
  const known = { live: () => true, projects: [], cards };
  expect(paletteEntries("7", known)[0]).toEqual({ kind: "card", id: 7, title: "Export invoices" });
  expect(
    paletteEntries("invoices show", known).map(({ id }) => id),
    "in any order",
  ).toEqual([8]);
  const many = Array.from({ length: 10_000 }, (_, at) => card({ id: at + 1, name: "Invoice" }));
  expect(
    paletteEntries("invoice", { ...known, cards: many }).length,
    "a palette is no list of everything",
  ).toBeLessThan(20);
});
