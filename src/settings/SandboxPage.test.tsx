import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { renderApp } from "@/gallery/render.tsx";

test("the test of the sandbox is started by a person, shows that it runs, and lists each attempt", async () => {
  const { user } = renderApp("/sandbox", { latency_ms: 150 });
  expect(await screen.findByText("Try to break out")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Start the test" }));
  expect(await screen.findByText("Attempts are being made")).toBeVisible();
  const heading = await screen.findByRole("heading", { name: "5 of 5 attempts were held" });
  expect(heading, "a screen reader hears the outcome").toHaveFocus();
  expect(within(screen.getByRole("list", { name: "Attempts" })).getAllByText("held")).toHaveLength(5);
});

test("an attempt that got through stands first, is called so, and says what to do", async () => {
  const { user } = renderApp("/sandbox", {
    prepare: (host) =>
      host.answer("sandbox_prove", () => ({
        attempts: [
          { id: "home", title: "Read the home directory", is_held: true, detail: "", ms: 4 },
          { id: "gpu", title: "Reach the graphics card", is_held: null, detail: "there is none", ms: 1 },
          { id: "net", title: "Reach another server", is_held: false, detail: "connected", ms: 9 },
        ],
        held: 1,
        total: 3,
        level: "partial",
      })),
  });
  await user.click(await screen.findByRole("button", { name: "Start the test" }));
  expect(await screen.findByRole("heading", { name: "1 attempt got through" })).toBeVisible();
  const attempts = within(screen.getByRole("list", { name: "Attempts" })).getAllByRole("listitem");
  expect(attempts.map((attempt) => attempt.textContent)).toEqual([
    expect.stringContaining("NOT HELD"),
    expect.stringContaining("not tested"),
    expect.stringContaining("held"),
  ]);
  expect(screen.getByText(/Mend what the setup page names/)).toBeVisible();
});

test("a test that cannot be made says why and can be tried again", async () => {
  const { user, host } = renderApp("/sandbox");
  host.failWith(
    "sandbox_prove",
    new Failure({ code: "not_possible_now", message: "bwrap is missing.", hint: "Install it.", incident: null }),
  );
  await user.click(await screen.findByRole("button", { name: "Start the test" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("bwrap is missing.");
  host.failWith("sandbox_prove", null);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "5 of 5 attempts were held" })).toBeVisible();
});
