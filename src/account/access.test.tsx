import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { FAKE_PASSWORD, FakeDoor, type FakeDoorPlan } from "@/api/fake/door.ts";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "@/gallery/axe.ts";
import { renderApp } from "@/gallery/render.tsx";

/** In the desktop window there is no door; over the network there is. */
const renderDesktop = (section: string) => renderApp(`/settings?section=${section}`);
const renderBrowser = (section: string, plan: FakeDoorPlan = {}) => {
  const door = new FakeDoor(plan);
  return { door, ...renderApp(`/settings?section=${section}`, { door }) };
};
const button = (name: string | RegExp) => screen.findByRole("button", { name });

test("the desktop lets other devices in with one switch, and says where they find it", async () => {
  const { user, host, container } = renderDesktop("network");
  const open = await screen.findByRole("switch", { name: "Let other devices in" });
  expect(open).not.toBeChecked();
  expect(screen.queryByRole("button", { name: "Show a pairing code" }), "there is nothing to come through").toBeNull();
  await user.click(open);
  expect(await screen.findByText(/^https:\/\/192\.168\.1\.20/)).toBeVisible();
  expect(screen.getByText("Fingerprint of the certificate (SHA-256)")).toBeVisible();
  expect(
    host.calls.find(({ procedure }) => procedure === "lan_start")?.input,
    "encrypted unless told otherwise",
  ).toEqual({
    address: null,
    is_tls: true,
  });
  expect(await violationsOf(container)).toEqual([]);
  await user.click(await screen.findByRole("switch", { name: "Let other devices in" }));
  expect(await screen.findByText("No other device is let in.")).toBeVisible();
});

test("a pairing code is shown as a picture and to type, and goes away when a device has used it", async () => {
  const { user, host } = renderDesktop("network");
  await user.click(await screen.findByRole("switch", { name: "Let other devices in" }));
  host.answer("pairing_start", () => ({
    code: "7K3M9QXZ",
    url: "https://192.168.1.20:8888/pair#code=7K3M9QXZ",
    qr_svg: "<svg xmlns='http://www.w3.org/2000/svg'/>",
    expires_at_ms: Date.now() + 300_000,
  }));
  await user.click(await button("Show a pairing code"));
  expect(await screen.findByRole("img", { name: "Pairing code as a picture for a camera" })).toBeVisible();
  expect(screen.getByText("7K3M9QXZ")).toBeVisible();
  expect(screen.getByRole("timer")).toHaveTextContent(/Works for [45] min/);
  const before = await host.call("device_list", null);
  host.answer("device_list", () => [
    ...(before as never[]),
    { ...(before as { id: number }[])[0], id: 99, name: "New phone", is_current: false } as never,
  ]);
  host.emit(0, { event: "accounts_changed" });
  expect(
    await screen.findByText("New phone is signed in."),
    "the person at the desktop sees that it worked",
  ).toBeVisible();
  expect(screen.queryByText("7K3M9QXZ"), "a used code is of no use").toBeNull();
});

test("a code that is over is not shown any longer", async () => {
  const { user, host } = renderDesktop("network");
  await user.click(await screen.findByRole("switch", { name: "Let other devices in" }));
  host.answer("pairing_start", () => ({ code: "OLD", url: "u", qr_svg: "<svg/>", expires_at_ms: Date.now() - 1 }));
  await user.click(await button("Show a pairing code"));
  expect(await button("Show a new code")).toBeVisible();
  expect(screen.queryByText("OLD")).toBeNull();
});

test("a device is signed out after a question", async () => {
  const { user, host } = renderDesktop("network");
  const list = await screen.findByRole("list", { name: "Devices that are signed in" });
  const [first] = within(list).getAllByRole("button", { name: /^Sign out Pixel/ });
  await user.click(first as HTMLElement);
  const asked = await screen.findByRole("alertdialog", { name: /Sign out Pixel/ });
  expect(host.calls.some(({ procedure }) => procedure === "device_revoke")).toBe(false);
  await user.click(within(asked).getByRole("button", { name: "Sign out" }));
  await waitFor(() => expect(within(list).queryByText(/Pixel/)).toBeNull());
});

test("somebody is added, and gets another role", async () => {
  const { user, host, container } = renderDesktop("people");
  await user.click(await button("Add somebody"));
  const form = await screen.findByRole("dialog", { name: "Add somebody" });
  await user.type(within(form).getByLabelText("Name"), "nora");
  await user.type(within(form).getByLabelText("Password"), "short{Enter}");
  expect(await within(form).findByText(/at least 12 characters: choose/)).toBeVisible();
  await user.type(within(form).getByLabelText("Password"), " and then a long one{Enter}");
  expect(await screen.findByText("nora", { selector: "span" })).toBeVisible();
  expect(host.calls.findLast(({ procedure }) => procedure === "user_add")?.input).toMatchObject({ role: "operator" });
  expect(await violationsOf(container)).toEqual([]);
});

test("the last admin stays one, and the reason is said", async () => {
  const { user } = renderDesktop("people");
  await user.click(await button("More about mira"));
  await user.click(await screen.findByRole("menuitem", { name: "Remove…" }));
  const asked = await screen.findByRole("alertdialog", { name: "Remove mira?" });
  await user.click(within(asked).getByRole("button", { name: "Remove" }));
  expect(await screen.findByText(/This is the last admin/)).toBeVisible();
});

test("a token is shown once, and never again", async () => {
  const { user, container } = renderDesktop("tokens");
  expect(await screen.findByText("There are no tokens.")).toBeVisible();
  await user.click(await button("Make a token"));
  await user.type(await screen.findByLabelText("What it is for"), "nightly report{Enter}");
  const made = await screen.findByRole("dialog", { name: "The new token" });
  expect(within(made).getByText(/^aah_/)).toBeVisible();
  await user.click(within(made).getByRole("button", { name: "I have copied it" }));
  expect(await screen.findByText("nightly report")).toBeVisible();
  expect(screen.queryByText(/^aah_/)).toBeNull();
  await user.click(await button("Make a token"));
  expect(await screen.findByLabelText("What it is for"), "the next one begins anew").toHaveValue("");
  expect(screen.queryByText(/^aah_/)).toBeNull();
  expect(await violationsOf(container)).toEqual([]);
});

test("one's own password is changed with the current one, and nothing typed is lost when that is wrong", async () => {
  const { user, door, container } = renderBrowser("you");
  const changed = vi.spyOn(door, "changePassword");
  await user.type(await screen.findByLabelText("Current password"), "wrong");
  await user.type(screen.getByLabelText("New password"), "another long sentence");
  await user.click(await button("Change the password"));
  expect(await screen.findByText(/The current password is wrong/)).toBeVisible();
  expect(screen.getByLabelText("New password")).toHaveValue("another long sentence");
  await user.clear(screen.getByLabelText("Current password"));
  await user.type(screen.getByLabelText("Current password"), `${FAKE_PASSWORD}{Enter}`);
  await waitFor(() => expect(screen.getByLabelText("New password"), "no password stays on the page").toHaveValue(""));
  expect(changed).toHaveBeenLastCalledWith({ current: FAKE_PASSWORD, new: "another long sentence" });
  expect(await violationsOf(container)).toEqual([]);
});

test("signing out leads to the sign-in, and nothing of the person is left behind it", async () => {
  const { user } = renderBrowser("you");
  await user.click(await button("Sign out"));
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(screen.queryByText(/You are signed in/)).toBeNull();
  expect(screen.getByLabelText("Name"), "the next one may be somebody else").toHaveValue("");
});

test("a viewer sees what only an admin may do, with the reason, and asks the host for nothing", async () => {
  const { host } = renderBrowser("people", { user: { name: "otto", role: "viewer" } });
  expect(await screen.findByText("Only an admin may do this.")).toBeVisible();
  expect(host.calls.some(({ procedure }) => procedure === "user_list")).toBe(false);
});

test("over the network the switch explains that it belongs to the machine itself", async () => {
  renderBrowser("network");
  expect(await screen.findByRole("switch", { name: "Let other devices in" })).toBeDisabled();
  expect(screen.getByText(/Only at the machine that the application runs on/)).toBeVisible();
});

test("a list that cannot be read says why, and is read again", async () => {
  const { user, host } = renderApp("/settings?section=tokens", {
    prepare: (fake) =>
      fake.failWith("token_list", new Failure({ code: "internal", message: "broken", hint: null, incident: "i-1" })),
  });
  expect(await screen.findByText("The tokens cannot be shown")).toBeVisible();
  host.failWith("token_list", null);
  await user.click(await button("Try again"));
  expect(await screen.findByText("There are no tokens.")).toBeVisible();
});
