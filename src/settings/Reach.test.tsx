import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "@/gallery/axe.ts";
import { renderApp } from "@/gallery/render.tsx";

const PATH = "/p/1/settings?section=reach";
const field = (name: RegExp) => screen.findByRole("textbox", { name });

test("folders and hosts are kept line by line, and the rest of the settings as it was", async () => {
  const { user, host, container } = renderApp(PATH, {
    prepare: (made) => {
      made.project().settings = { model: "opus", hosts: ["a.example.org"] };
    },
  });
  expect(await field(/Further hosts/)).toHaveValue("a.example.org");
  expect(await violationsOf(container)).toEqual([]);
  await user.type(await field(/Further folders/), "/srv/design{Enter}{Enter}~/reference{Enter}/srv/design");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(host.project().settings).toMatchObject({
      model: "opus",
      readable: ["/srv/design", "~/reference"],
      hosts: ["a.example.org"],
    }),
  );
});

test("what the host refuses stays typed, with the reason", async () => {
  const { user, host } = renderApp(PATH);
  const message = "readable: / holds far more than a project reads";
  host.failWith("project_settings_write", new Failure({ code: "bad_input", message, hint: null, incident: null }));
  await user.type(await field(/Further folders/), "/");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/holds far more than a project reads/)).toBeVisible();
  expect(await field(/Further folders/)).toHaveValue("/");
});
