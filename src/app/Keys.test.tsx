import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderApp } from "@/gallery/render.tsx";
import { ACTIONS, ACTION_IDS, keysOf } from "@/ui/actions.ts";
import { isReserved, strokeOf } from "@/ui/keys.ts";

const PROJECTS = [
  { name: "ledger", cards: 20 },
  { name: "notes", cards: 5 },
];

test("no shortcut takes a combination away from the browser", () => {
  for (const id of ACTION_IDS) {
    const keys = ACTIONS[id].keys;
    if (keys) expect(isReserved(keys), `${id} is on ${keys}`).toBe(false);
  }
});

test("no two actions that can be done at the same time share a key", () => {
  const everywhere = ACTION_IDS.filter((id) => ["Anywhere", "Go to", "Run"].includes(ACTIONS[id].group));
  for (const group of ["Board", "Transcript", "Review"]) {
    const keys = [...everywhere, ...ACTION_IDS.filter((id) => ACTIONS[id].group === group)].flatMap(
      (id) => ACTIONS[id].keys ?? [],
    );
    expect(new Set(keys).size, `on the page ${group}`).toBe(keys.length);
  }
});

test("a key is written as people write it", () => {
  const stroke = (key: string, held: Partial<KeyboardEvent> = {}) =>
    strokeOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });
  expect(stroke("k", { metaKey: true }), "Cmd and Ctrl are the same to us").toBe("mod+k");
  expect(stroke("X", { shiftKey: true })).toBe("shift+x");
  expect(stroke("?", { shiftKey: true }), "the sign already needs Shift").toBe("?");
  expect(
    stroke("[", { ctrlKey: true, altKey: true, getModifierState: (key) => key === "AltGraph" }),
    "as typed on a German keyboard",
  ).toBe("[");
  expect(stroke("Shift", { shiftKey: true }), "a lone modifier is nothing yet").toBeNull();
});

test("keys that a person chose count instead of ours, and an empty choice means none", () => {
  expect(keysOf("board.add", { "board.add": "shift+n" })).toBe("shift+n");
  expect(keysOf("board.add", { "board.add": "" })).toBeNull();
  expect(keysOf("board.add", {})).toBe("n");
});

test("the palette goes to a page, a project and a card by number", async () => {
  const { user, router } = renderApp("/p/1/board", { projects: PROJECTS });
  await screen.findByRole("region", { name: /^Pending/ });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "12");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(router.state.location.pathname, "a number is a card").toBe("/p/1/feature/12"));
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "notes{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/2/board"));
});

test("a question mark shows every shortcut, and Escape gives the focus back", async () => {
  const { user } = renderApp("/p/1/board", { projects: PROJECTS });
  await screen.findByRole("region", { name: /^Pending/ });
  await user.keyboard("?");
  const overlay = await screen.findByRole("dialog", { name: "Shortcuts" });
  expect(within(overlay).getByText("Add a feature or report a bug")).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("letters typed into a field are letters", async () => {
  const { user } = renderApp("/p/1/board", { projects: PROJECTS });
  await user.type(await screen.findByRole("searchbox"), "n?g");
  expect(screen.queryByRole("dialog"), "no form and no overlay opened").toBeNull();
  expect(screen.getByRole("searchbox")).toHaveValue("n?g");
});

test("a key that a person chose in the settings works at once", async () => {
  const { user } = renderApp("/p/1/board", {
    projects: PROJECTS,
    prepare: (host) => {
      host.world.settings = { ...host.world.settings, shortcuts: { "board.add": "i" } };
    },
  });
  await screen.findByRole("region", { name: /^Pending/ });
  await user.keyboard("i");
  expect(await screen.findByRole("dialog", { name: "Add to the board" })).toBeVisible();
});

test("a lost connection is said, and so is that it is back", async () => {
  const { host } = renderApp("/p/1/board", { projects: PROJECTS });
  await screen.findByRole("region", { name: /^Pending/ });
  host.cut(true);
  expect(await screen.findByText(/connection to the host is lost/)).toBeVisible();
  host.cut(false);
  expect(await screen.findByText("Connected again")).toBeVisible();
  expect(screen.queryByText(/connection to the host is lost/)).toBeNull();
});

test("being asked to quit while a run is active shows the four answers and gives back the chosen one", async () => {
  const isTrayShown = vi.fn(() => Promise.resolve(true));
  const answerQuit = vi.fn(() => Promise.resolve());
  const quitShown = vi.fn(() => Promise.resolve());
  let ask: ((projects: number[]) => void) | undefined;
  const { user } = renderApp("/", {
    projects: PROJECTS,
    host: {
      answerQuit,
      quitShown,
      isTrayShown,
      listen: (events) => {
        ask = events.quitAsked;
        return () => undefined;
      },
    },
  });
  await screen.findByRole("navigation", { name: "Projects and pages" });
  ask?.([1]);
  expect(await screen.findByRole("button", { name: "Keep running in the tray" })).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Finish this session, then quit" }));
  expect(quitShown, "the machine must know that it need not ask by itself").toHaveBeenCalledOnce();
  expect(answerQuit).toHaveBeenCalledExactlyOnceWith("finish_session");
});

test("where no tray shows the program, the question does not speak of one", async () => {
  let ask: ((projects: number[]) => void) | undefined;
  renderApp("/", {
    projects: PROJECTS,
    host: {
      quitShown: () => Promise.resolve(),
      isTrayShown: () => Promise.resolve(false),
      listen: (events) => {
        ask = events.quitAsked;
        return () => undefined;
      },
    },
  });
  await screen.findByRole("navigation", { name: "Projects and pages" });
  ask?.([1]);
  expect(await screen.findByRole("button", { name: /^Keep running; starting it again/ })).toBeVisible();
});

test("the theme follows the system until a person chooses one", async () => {
  const { host } = renderApp("/", { projects: PROJECTS });
  await waitFor(() => expect(document.documentElement.dataset.theme, "the system asks for nothing").toBe("light"));
  await host.call("app_settings_write", { ...host.world.settings, theme: "high_contrast" });
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe("high_contrast"));
});
