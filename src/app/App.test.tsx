import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/gallery/render.tsx";

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
