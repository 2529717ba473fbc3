import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Failure } from "@/api/failure.ts";
import { renderApp } from "@/gallery/render.tsx";
import type { browserHost } from "@/host/browser.ts";

const DESKTOP = {
  can: {
    pickFolder: true,
    openInEditor: true,
    reveal: true,
    quit: true,
    logIn: true,
    linkPages: false,
    desktopSettings: true,
  },
};
const button = (name: string | RegExp) => screen.getByRole("button", { name });

test("a theme counts at once, and is taken back when the host does not keep it", async () => {
  const { user, host } = renderApp("/settings");
  await user.click(await screen.findByRole("radio", { name: "Dark" }));
  await waitFor(() => expect(document.documentElement.dataset["theme"]).toBe("dark"));
  await waitFor(() => expect(host.world.settings.theme).toBe("dark"));
  host.failWith(
    "app_settings_write",
    new Failure({ code: "internal", message: "The disk is full.", hint: "Make room.", incident: "1" }),
  );
  await user.click(screen.getByRole("radio", { name: "Light" }));
  expect(await screen.findByText("The setting was not kept")).toBeVisible();
  await waitFor(() => expect(screen.getByRole("radio", { name: "Dark" })).toBeChecked());
});

test("two settings changed one after the other both stay", async () => {
  const { user, host } = renderApp("/settings?section=notifications", { latency_ms: 30 });
  await user.click(await screen.findByRole("switch", { name: "A run finished" }));
  await user.click(screen.getByRole("switch", { name: "A feature was blocked" }));
  await waitFor(() =>
    expect(host.world.settings.notify, "the second change does not undo the first").toMatchObject({
      finished: false,
      blocked: false,
      needs_you: true,
    }),
  );
});

test("under reduced motion, sound and confetti are off and say why", async () => {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (query) =>
      ({
        matches: query.includes("reduced-motion"),
        media: query,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as unknown as MediaQueryList,
  );
  renderApp("/settings", {
    prepare: ({ world }) => {
      world.settings = { ...world.settings, is_confetti_on: true };
    },
  });
  const confetti = await screen.findByRole("switch", { name: "Confetti" });
  expect(confetti).not.toBeChecked();
  expect(confetti).toHaveAccessibleDescription(/reduced motion/);
});

test("a budget that is no number is said while it is typed, and cannot be saved", async () => {
  const { user, host } = renderApp("/settings?section=runs");
  const budget = await screen.findByRole("textbox", { name: /Budget/ });
  await user.clear(budget);
  await user.type(budget, "12 apples");
  expect(budget).toHaveAccessibleDescription(/Write a number/);
  expect(button("Save")).toBeDisabled();
  await user.clear(budget);
  await user.type(budget, "7,5");
  await user.click(button("Save"));
  await waitFor(() => expect(host.world.settings.default_budget_usd).toBe(7.5));
});

test("what was typed stays when saving fails", async () => {
  const { user, host } = renderApp("/settings?section=runs", {
    prepare: (made) =>
      made.failWith(
        "app_settings_write",
        new Failure({ code: "internal", message: "No.", hint: null, incident: null }),
      ),
  });
  const model = await screen.findByRole("textbox", { name: /Model/ });
  await user.type(model, "opus");
  await user.click(button("Save"));
  expect(await screen.findByText("The setting was not kept")).toBeVisible();
  expect(model).toHaveValue("opus");
  expect(host.world.settings.default_model).toBeNull();
});

test("an editor command has to say where the file goes", async () => {
  const { user, host } = renderApp("/settings?section=desktop", { host: DESKTOP });
  const editor = await screen.findByRole("textbox", { name: /Editor/ });
  await user.type(editor, "code --goto");
  expect(editor).toHaveAccessibleDescription(/\{path\}/);
  expect(button("Save")).toBeDisabled();
  await user.type(editor, " {{path}:{{line}");
  await user.click(button("Save"));
  await waitFor(() => expect(host.world.settings.editor_command).toBe("code --goto {path}:{line}"));
});

test("settings of the desktop are off in a browser, and say why", async () => {
  renderApp("/settings?section=desktop");
  expect(await screen.findByText(/work on the desktop that the application runs on/)).toBeVisible();
  expect(screen.getByRole("switch", { name: /Keep the computer awake/ })).toBeDisabled();
});

test("a shortcut is changed by pressing it; keys that are taken name who has them", async () => {
  const { user, host } = renderApp("/settings?section=shortcuts");
  const change = await screen.findByRole("button", { name: "Change the keys for: Board" });
  await user.click(change);
  await user.keyboard("g");
  expect(await screen.findByText("G is taken by “Dependency graph”. Change that one first.")).toBeVisible();
  await user.keyboard("{Control>}w{/Control}");
  expect(await screen.findByText(/belongs to the browser/)).toBeVisible();
  await user.keyboard("y");
  await waitFor(() => expect(host.world.settings.shortcuts).toEqual({ "go.board": "y" }));
  await user.click(button("Give back the first keys to: Board"));
  await waitFor(() => expect(host.world.settings.shortcuts).toEqual({}));
});

test("Escape leaves a shortcut as it is", async () => {
  const { user, host } = renderApp("/settings?section=shortcuts");
  await user.click(await screen.findByRole("button", { name: "Change the keys for: Board" }));
  await user.keyboard("{Escape}");
  expect(button("Change the keys for: Board")).toHaveTextContent("Change");
  await user.keyboard("y");
  expect(host.world.settings.shortcuts).toEqual({});
});

test("all shortcuts can be reset, and the reset undone", async () => {
  const { user, host } = renderApp("/settings?section=shortcuts", {
    prepare: ({ world }) => {
      world.settings = { ...world.settings, shortcuts: { "go.board": "y" } };
    },
  });
  await user.click(await screen.findByRole("button", { name: "Reset all" }));
  await waitFor(() => expect(host.world.settings.shortcuts).toEqual({}));
  await waitFor(() => user.click(screen.getByRole("button", { name: "Undo" })));
  await waitFor(() => expect(host.world.settings.shortcuts).toEqual({ "go.board": "y" }));
});

test("an API key is stored and removed, and never stays on the page", async () => {
  const { user, host } = renderApp("/settings?section=account", { host: DESKTOP });
  const key = await screen.findByLabelText("New API key");
  expect(key, "nobody reads it over a shoulder").toHaveAttribute("type", "password");
  await user.type(key, "hello");
  await user.click(button("Store key"));
  expect(await screen.findByRole("alert")).toHaveTextContent("This is not an API key.");
  expect(key, "what was typed can be mended").toHaveValue("hello");
  await user.clear(key);
  await user.type(key, "sk-ant-1234");
  await user.click(button("Store key"));
  expect(await screen.findByText("A key is in the keychain")).toBeVisible();
  expect(key).toHaveValue("");
  await user.click(button("Remove key"));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Remove key" }));
  await waitFor(() => expect(host.world.setup.keychain.has_key).toBe(false));
});

test("the first-run check names what is missing, says what to do, and looks again", async () => {
  const { user, host } = renderApp("/setup", {
    prepare: ({ world }) => {
      world.setup = {
        ...world.setup,
        sandbox: { level: "partial", kind: "", missing: ["socat is not there."], fix: "sudo apt install socat" },
      };
    },
  });
  expect(await screen.findByText("Something has to be mended before runs can start")).toBeVisible();
  expect(screen.getByText("socat is not there.")).toBeVisible();
  expect(screen.getByText("sudo apt install socat")).toBeVisible();
  host.world.setup = { ...host.world.setup, sandbox: { level: "full", kind: "bubblewrap", missing: [], fix: null } };
  await user.click(button("Check again"));
  expect(await screen.findByText("Everything is ready")).toBeVisible();
});

test("the login of the CLI is run from the page, its words are shown, and the check looks again at its end", async () => {
  let events: Parameters<ReturnType<typeof browserHost>["listen"]>[0] = {};
  const startLogin = vi.fn(async () => undefined);
  const { user, host } = renderApp("/setup", {
    host: {
      ...DESKTOP,
      startLogin,
      listen: (heard) => {
        events = { ...events, ...heard };
        return () => undefined;
      },
    },
    prepare: ({ world }) => {
      world.setup = { ...world.setup, claude: { ...world.setup.claude, login: "none", account: null } };
    },
  });
  expect(await screen.findByText("claude auth login"), "the same in a terminal").toBeVisible();
  await user.click(button("Log in…"));
  expect(startLogin).toHaveBeenCalledOnce();
  events.loginSaid?.("Open this address in your browser");
  expect(await screen.findByText("Open this address in your browser")).toBeVisible();
  host.world.setup = { ...host.world.setup, claude: { ...host.world.setup.claude, login: "subscription" } };
  events.loginEnded?.(true);
  expect(await screen.findByText("You are logged in")).toBeVisible();
  expect(await screen.findByText("Everything is ready")).toBeVisible();
});
