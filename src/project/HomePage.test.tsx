import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Failure } from "@/api/failure.ts";
import { renderApp } from "@/gallery/render.tsx";

const PLAN = {
  projects: [
    { name: "ledger", cards: 24 },
    { name: "field-notes", cards: 10 },
    { name: "moved", cards: 4, problem: "The folder is no longer there." },
  ],
};

async function rows() {
  const list = await screen.findByRole("list", { name: "Projects" });
  return within(list)
    .getAllByRole("listitem")
    .map((row) => within(row).getByRole("link").textContent);
}

test("before the first project there are four ways to begin, and the demo is labelled as a rehearsal", async () => {
  const { user, host, router } = renderApp("/", { projects: [] });
  expect(await screen.findByRole("heading", { name: "What shall be built?" })).toBeVisible();
  for (const name of [/New project/, /Open a folder/, /Import an old project/]) {
    expect(screen.getByRole("button", { name })).toBeEnabled();
  }
  const demo = screen.getByRole("button", { name: /Try the demo/ });
  expect(demo, "nobody takes it for a real run").toHaveTextContent("Rehearsal");
  await user.click(demo);
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/1/board"));
  expect(host.project(1).is_rehearsal).toBe(true);
});

test("a row says in words how the project stands, how far it is, and what the last run cost", async () => {
  renderApp("/", { ...PLAN, prepare: (host) => host.start(1) });
  const list = await screen.findByRole("list", { name: "Projects" });
  const row = within(list).getByRole("link", { name: "ledger" }).closest("li");
  if (!row) throw new Error("the link is in a row");
  expect(within(row).getByRole("progressbar", { name: "Progress of ledger" })).toBeVisible();
  expect(within(row).getByText(/of 2\d pass/)).toBeVisible();
  expect(await within(row).findByText(/Cost of the last run/), "the cost is read out, too").toBeInTheDocument();
  expect(await within(row).findByText("Full sandbox")).toBeVisible();
});

test("the search finds names, says when nothing is found, and goes back to all", async () => {
  const { user } = renderApp("/", PLAN);
  await screen.findByRole("list", { name: "Projects" });
  await user.type(screen.getByRole("searchbox", { name: "Search projects" }), "field");
  await waitFor(async () => expect(await rows()).toEqual(["field-notes"]));
  await user.type(screen.getByRole("searchbox"), "zzz");
  expect(await screen.findByText("No project matches “fieldzzz”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Clear the search" }));
  await waitFor(async () => expect(await rows()).toHaveLength(3));
});

test("what is searched for and the order stand in the address, and count when one comes back", async () => {
  const { user, router } = renderApp("/?sort=name", PLAN);
  await screen.findByRole("list", { name: "Projects" });
  expect(await rows()).toEqual(["field-notes", "ledger", "moved"]);
  await user.type(screen.getByRole("searchbox"), "led");
  await waitFor(() => expect(router.state.location.search).toEqual({ sort: "name", q: "led" }));
  expect(screen.getByRole("searchbox"), "no letter is lost on the way").toHaveValue("led");
});

test("a forgotten project can be brought back", async () => {
  const { user, host } = renderApp("/", PLAN);
  await user.click(await screen.findByRole("button", { name: "More about field-notes" }));
  await user.click(await screen.findByRole("menuitem", { name: "Forget" }));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  expect(host.calls.map((call) => call.procedure)).toContain("project_open");
});

test("a project whose folder is gone says so and what to do", async () => {
  renderApp("/", PLAN);
  const row = (await screen.findByRole("link", { name: "moved" })).closest("li");
  expect(row).toHaveTextContent("Folder not found");
  expect(row).toHaveTextContent("Open it where it is now, or forget the project.");
});

test("when the projects cannot be read, the page says why and asks again", async () => {
  const { user, host } = renderApp("/", {
    ...PLAN,
    prepare: (host) =>
      host.failWith(
        "project_list",
        new Failure({
          code: "internal",
          message: "The database is locked.",
          hint: "Close the other program.",
          incident: "7",
        }),
      ),
  });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The database is locked.");
  expect(alert).toHaveTextContent("Close the other program.");
  host.failWith("project_list", null);
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await rows()).toHaveLength(3);
});

test("a folder of the host is opened without a dialog of the system", async () => {
  const { user, host, router } = renderApp("/", { projects: [] });
  await user.click(await screen.findByRole("button", { name: /Open a folder/ }));
  const dialog = await screen.findByRole("dialog");
  await user.click(await within(dialog).findByRole("button", { name: /code/ }));
  await user.click(await within(dialog).findByRole("button", { name: "Open this folder" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/1/board"));
  expect(host.calls).toContainEqual({ procedure: "project_open", input: { path: "/projects/code" } });
});

test("the system's own dialog is used where there is one, and a change of mind opens nothing", async () => {
  const pickFolder = vi.fn(async () => null);
  const { user, host } = renderApp("/", {
    projects: [],
    host: {
      can: {
        pickFolder: true,
        openInEditor: true,
        reveal: true,
        quit: true,
        logIn: true,
        linkPages: false,
        desktopSettings: true,
      },
      pickFolder,
    },
  });
  await user.click(await screen.findByRole("button", { name: /Import an old project/ }));
  expect(pickFolder).toHaveBeenCalledWith("Import an old project");
  expect(host.calls.map((call) => call.procedure)).not.toContain("project_import");
});

test("a machine without a login says that only rehearsals can run, with the way to mend it", async () => {
  renderApp("/", {
    ...PLAN,
    prepare: ({ world }) => {
      world.setup = { ...world.setup, claude: { ...world.setup.claude, login: "none" } };
    },
  });
  expect(await screen.findByText("Claude is not logged in: only rehearsals can run.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Set up" })).toHaveAttribute("href", "/setup");
});
