import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { FakeDoor } from "@/api/fake/door.ts";
import { renderApp } from "./render.tsx";

/** Reads a change from what the fake host was asked; reads are everybody's. */
const CHANGES =
  /^(feature_(create|edit|move|pin|remove|retry|reopen)|run_(start|stop|pause)|request_|app_settings_write)/;

function renderAs(role: "viewer" | "operator", path: string) {
  const door = new FakeDoor({ user: { name: "otto", role } });
  const drawn = renderApp(path, {
    door,
    projects: [{ name: "ledger", cards: 20 }],
    prepare: (host) => {
      host.start();
      host.ask("approval");
    },
  });
  const changes = () =>
    drawn.host.calls.map(({ procedure }) => procedure).filter((name) => CHANGES.test(name) && name !== "request_list");
  return { ...drawn, changes };
}

describe("what the role does not allow", () => {
  test("a viewer watches a run and cannot stop it, nor answer for others, and reads why", async () => {
    const { changes } = renderAs("viewer", "/p/1/run");
    expect(await screen.findByRole("button", { name: "Stop" })).toBeDisabled();
    expect(await screen.findByRole("button", { name: /^Approve/ })).toBeDisabled();
    expect(screen.getAllByText("Viewers look on: this needs an operator.").length).toBeGreaterThan(0);
    expect(changes()).toEqual([]);
  });

  test("a viewer presses the button for a new card in vain", async () => {
    const { user, changes } = renderAs("viewer", "/p/1/board");
    const add = await screen.findByRole("button", { name: /^Add/ });
    expect(add, "it stays reachable, so that its reason can be found").toHaveAttribute("aria-disabled", "true");
    await user.click(add);
    expect(screen.queryByRole("dialog", { name: "Add to the board" })).toBeNull();
    await user.hover(add);
    expect(await screen.findByRole("tooltip")).toHaveTextContent("Viewers look on: this needs an operator.");
    expect(changes()).toEqual([]);
  });

  test("an operator works, and settings for everybody stay an admin's", async () => {
    const { user, changes } = renderAs("operator", "/settings");
    const dark = await screen.findByRole("radio", { name: "Dark" });
    expect(dark).toBeDisabled();
    await user.click(dark);
    expect(screen.getByText("Only an admin may do this.")).toBeVisible();
    expect(changes()).toEqual([]);
  });

  test("an operator answers what an agent asks", async () => {
    const { user, changes } = renderAs("operator", "/p/1/run");
    const asked = await screen.findByRole("article");
    await user.click(within(asked).getByRole("button", { name: /^Approve/ }));
    expect(changes()).toEqual(["request_decide"]);
  });
});
