import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/gallery/render.tsx";

test("the worst comes first, with what to do and the page to do it on", async () => {
  renderApp("/p/1/health", {
    prepare: (host) => {
      host.answer("project_health", () => [
        { id: "git.repository", title: "Git repository", state: "ok", detail: "on main", fix: null },
        { id: "disk", title: "Disk space", state: "warning", detail: "3 GiB free", fix: "Free some space." },
        { id: "spec.main", title: "Specification", state: "problem", detail: "there is none", fix: "Write one." },
      ]);
    },
  });
  expect(await screen.findByRole("heading", { name: "A run would not start" })).toBeVisible();
  const lines = within(screen.getByRole("list", { name: "Health" })).getAllByRole("listitem");
  expect(lines.map((line) => within(line).getByRole("heading").textContent)).toEqual([
    "Specification",
    "Disk space",
    "Git repository",
  ]);
  const [first] = lines;
  if (!first) throw new Error("there are lines");
  expect(first, "the state is in words for those who see no colours").toHaveTextContent("Problem");
  expect(first).toHaveTextContent("What to do: Write one.");
  expect(within(first).getByRole("link")).toHaveAttribute("href", "/p/1/specs");
});

test("looking again shows what was mended", async () => {
  const { user, host } = renderApp("/p/1/health", {
    prepare: (made) =>
      made.answer("project_health", () => [{ id: "disk", title: "Disk", state: "problem", detail: "full", fix: null }]),
  });
  await screen.findByRole("heading", { name: "A run would not start" });
  host.answer("project_health", () => [{ id: "disk", title: "Disk", state: "ok", detail: "9 GiB", fix: null }]);
  await user.click(screen.getByRole("button", { name: "Check again" }));
  expect(await screen.findByRole("heading", { name: "Nothing is in the way of a run" })).toBeVisible();
});
