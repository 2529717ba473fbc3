import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { violationsOf } from "@/gallery/axe.ts";
import { renderApp } from "@/gallery/render.tsx";

beforeEach(() => {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (query) =>
      ({
        matches: query.includes("max-width"),
        media: query,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as unknown as MediaQueryList,
  );
  Element.prototype.scrollTo ??= () => undefined;
});

test("on a narrow screen the main places are under the thumb, with what waits for a person", async () => {
  const { container } = renderApp("/p/1/run", {
    projects: [{ name: "ledger", cards: 20 }],
    prepare: (host) => {
      host.start();
      host.ask("approval");
    },
  });
  const bar = await screen.findByRole("navigation", { name: "Main places" });
  expect(within(bar).getByRole("link", { name: /Run/ })).toHaveAttribute("aria-current", "page");
  expect(await within(bar).findByRole("img", { name: "1 needs you" })).toBeVisible();
  expect(await violationsOf(container)).toEqual([]);
  expect(await screen.findByRole("button", { name: "Stop" }), "a run can be stopped from anywhere").toBeVisible();
});

test("the menu has everything else, and closes when one goes somewhere", async () => {
  const { user } = renderApp("/p/1/board", { projects: [{ name: "ledger", cards: 20 }] });
  const bar = await screen.findByRole("navigation", { name: "Main places" });
  expect(screen.queryByRole("navigation", { name: "Projects and pages" })).toBeNull();
  await user.click(within(bar).getByRole("button", { name: "Menu" }));
  const menu = await screen.findByRole("dialog", { name: "Projects and pages" });
  await user.click(await within(menu).findByRole("link", { name: "Specs" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Specifications" })).toBeVisible();
  expect(screen.queryByRole("dialog", { name: "Projects and pages" })).toBeNull();
});

test("one column is seen at a time, and each is one press away", async () => {
  const { user } = renderApp("/p/1/board", { projects: [{ name: "ledger", cards: 60 }] });
  const switcher = await screen.findByRole("navigation", { name: "Columns" });
  const scrolled = vi.spyOn(Element.prototype, "scrollTo");
  const columns = within(switcher).getAllByRole("button");
  expect(columns).toHaveLength(5);
  await user.click(within(switcher).getByRole("button", { name: /Done/ }));
  const [{ left } = { left: 0 }] = scrolled.mock.lastCall as unknown as [ScrollToOptions];
  expect(left, "the fifth column begins four widths away").toBe(4 * 320);
});
