import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "@/gallery/axe.ts";
import { renderApp } from "@/gallery/render.tsx";

const shot = (type = "image/png") => new File([new Uint8Array([1, 2, 3])], "shot.png", { type });
const paste = (target: Element | Document, file: File) =>
  fireEvent.paste(target, { clipboardData: { files: [file], getData: () => "" } });

test("a screenshot that is pasted into a bug report is on the card that comes of it", async () => {
  const { user, host } = renderApp("/p/1/board?add=bug", { projects: [{ name: "ledger", cards: 3 }] });
  const dialog = await screen.findByRole("dialog");
  const name = within(dialog).getByRole("textbox", { name: "What is wrong" });
  fireEvent.change(name, { target: { value: "Totals are off" } });
  paste(name, shot());
  expect(await within(dialog).findByRole("img", { name: "shot.png" })).toBeVisible();
  expect(await violationsOf(dialog)).toEqual([]);
  paste(name, shot("image/svg+xml"));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent(/no PNG, JPEG, GIF or WebP/);
  await user.click(within(dialog).getByRole("button", { name: "Report the bug" }));
  await waitFor(() => expect(host.project().images).toHaveLength(1));
  expect(host.project().images[0]?.view.data).toBe("AQID");
});

test("pictures are shown on the card's page, whole on demand, and removed with a way back", async () => {
  const { user, host, container } = renderApp("/p/1/feature/1");
  await screen.findByText(/Paste one anywhere on this page/);
  paste(document, shot());
  await user.click(await screen.findByRole("button", { name: "Show shot.png whole" }));
  const whole = within(await screen.findByRole("dialog")).getByRole("img", { name: "shot.png" });
  expect(whole).toHaveAttribute("src", "data:image/png;base64,AQID");
  await user.keyboard("{Escape}");
  expect(await violationsOf(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Remove shot.png" }));
  await waitFor(() => expect(host.project().images).toHaveLength(0));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(host.project().images).toHaveLength(1));
});

test("a picture that the host refuses is told with the reason", async () => {
  const { host } = renderApp("/p/1/feature/1");
  await screen.findByText(/Paste one anywhere on this page/);
  const message = "#1 has no room for another picture.";
  host.failWith("image_add", new Failure({ code: "not_possible_now", message, hint: null, incident: null }));
  paste(document, shot());
  expect(await screen.findByText("The picture was not added")).toBeVisible();
});
