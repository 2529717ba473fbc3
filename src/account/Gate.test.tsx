import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure, unreached } from "@/api/failure.ts";
import { FAKE_PASSWORD, FakeDoor, type FakeDoorPlan } from "@/api/fake/door.ts";
import { violationsOf } from "@/gallery/axe.ts";
import { renderApp } from "@/gallery/render.tsx";
import { deviceName } from "./device-name.ts";
import { fragmentOf } from "./fragment.ts";

function renderDoor(path: string, plan: FakeDoorPlan = {}) {
  const door = new FakeDoor(plan);
  return { door, ...renderApp(path, { door, projects: [{ name: "ledger", cards: 20 }] }) };
}

const field = (name: string) => screen.findByLabelText(name);
const board = () => screen.findByRole("heading", { level: 1, name: "Board" });

test("whoever follows a link to a page signs in, and is on that page", async () => {
  const { user, router, container } = renderDoor("/p/1/board?q=7", { user: null });
  await user.type(await field("Name"), "mira");
  expect(screen.queryByRole("heading", { name: "Board" }), "nothing is shown to strangers").toBeNull();
  expect(await violationsOf(container)).toEqual([]);
  await user.type(await field("Password"), `${FAKE_PASSWORD}{Enter}`);
  expect(await board()).toBeVisible();
  expect(router.state.location.search, "the place in full, with its filter").toEqual({ q: "7" });
});

test("password managers find what they look for", async () => {
  renderDoor("/login", { user: null });
  expect(await field("Name")).toHaveAttribute("autocomplete", "username");
  expect(await field("Password")).toHaveAttribute("autocomplete", "current-password");
});

test("a wrong password is said, and what was typed stays", async () => {
  const { user } = renderDoor("/", { user: null });
  await user.type(await field("Name"), "mira");
  await user.type(await field("Password"), "wrong{Enter}");
  expect(await screen.findByText(/The name or the password is wrong/)).toBeVisible();
  expect(await field("Name")).toHaveValue("mira");
  expect(await field("Password")).toHaveValue("wrong");
});

test("after too many tries the time to wait is counted down, and no try is wasted", async () => {
  const { user, door } = renderDoor("/", { user: null });
  await user.type(await field("Name"), "mira");
  await user.type(await field("Password"), "wrong");
  door.failWith(
    new Failure({ code: "busy", message: "Too many tries.", hint: null, incident: null }, { wait_ms: 42_000 }),
  );
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("timer")).toHaveTextContent(/The next one counts in 4\d s/);
  expect(screen.getByRole("button", { name: "Sign in" })).toBeDisabled();
  await user.type(await field("Password"), "{Enter}");
  expect(door.tried, "Enter does not send what would be refused").toHaveLength(1);
});

test("a session that ends over a half-written card asks for the password, and the card is still there", async () => {
  const { user, door } = renderDoor("/p/1/board?add=feature");
  const name = await screen.findByRole("textbox", { name: /^Title/ });
  await user.type(name, "Export invoices");
  door.expire();
  const again = await screen.findByRole("dialog", { name: "Sign in again" });
  expect(within(again).getByLabelText("Name"), "who it was is known").toHaveValue("mira");
  await user.type(within(again).getByLabelText("Password"), `${FAKE_PASSWORD}{Enter}`);
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "Sign in again" })).toBeNull());
  expect(screen.getByRole("textbox", { name: /^Title/ }), "nothing typed is lost").toHaveValue("Export invoices");
});

test("another person who signs in over an ended session begins afresh", async () => {
  const { user, door, host } = renderDoor("/p/1/board?q=7");
  await board();
  door.expire();
  const again = await screen.findByRole("dialog", { name: "Sign in again" });
  host.calls.length = 0;
  await user.clear(within(again).getByLabelText("Name"));
  await user.type(within(again).getByLabelText("Name"), "otto");
  await user.type(within(again).getByLabelText("Password"), `${FAKE_PASSWORD}{Enter}`);
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "Sign in again" })).toBeNull());
  await board();
  expect(
    host.calls.some(({ procedure }) => procedure === "feature_list"),
    "nothing that the other one was told is shown on",
  ).toBe(true);
});

test("the setup link makes the first account, and its secret leaves the address at once", async () => {
  const { user, router, door, container } = renderDoor("/setup#token=fake-setup", { user: null, needsSetup: true });
  await user.type(await field("Name"), "mira");
  await waitFor(() => expect(router.state.location.hash, "a glance at the screen gives nothing away").toBe(""));
  expect(screen.queryByLabelText("Setup code"), "the link brought it").toBeNull();
  expect(await field("New password")).toHaveAttribute("autocomplete", "new-password");
  expect(await violationsOf(container)).toEqual([]);
  await user.type(await field("New password"), `${FAKE_PASSWORD}{Enter}`);
  expect(await screen.findByRole("heading", { level: 1, name: "Setup" })).toBeVisible();
  expect(door.tried).toMatchObject([{ by: "setup", token: "fake-setup", name: "mira", password: FAKE_PASSWORD }]);
});

test("without the link the setup code is asked for, and the whole link may be pasted", async () => {
  const { user, door } = renderDoor("/", { user: null, needsSetup: true });
  await user.type(await field("Setup code"), "http://host/setup#token=fake-setup");
  await user.type(await field("Name"), "mira");
  await user.type(await field("New password"), `${FAKE_PASSWORD}{Enter}`);
  await waitFor(() => expect(door.tried[0]).toMatchObject({ token: "fake-setup" }));
});

test("a pairing link fills in the code but signs nobody in by itself", async () => {
  const { user, router, door, container } = renderDoor("/pair#code=FAKE-CODE", { user: null });
  expect(await field("Pairing code")).toHaveValue("FAKE-CODE");
  await waitFor(() => expect(router.state.location.hash).toBe(""));
  expect(door.tried, "a link alone must not sign anybody in").toEqual([]);
  expect(await violationsOf(container)).toEqual([]);
  const device = await field("Name of this device");
  await user.clear(device);
  await user.type(device, "My phone");
  await user.click(screen.getByRole("button", { name: "Pair" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Projects" })).toBeVisible();
  expect(door.tried).toEqual([{ by: "pair", code: "FAKE-CODE", device_name: "My phone" }]);
});

test("a code that is over says so and can be replaced", async () => {
  const { user } = renderDoor("/pair#code=OLD", { user: null });
  await user.click(await screen.findByRole("button", { name: "Pair" }));
  expect(await screen.findByText(/This code is over or was used/)).toBeVisible();
  expect(await field("Pairing code")).toHaveValue("OLD");
});

test("a host that does not answer is told, and asked again", async () => {
  const door = new FakeDoor();
  door.failWith(unreached("no answer"));
  const { user } = renderApp("/", { door });
  expect(await screen.findByText("The host cannot be reached")).toBeVisible();
  door.failWith(null);
  await user.click(screen.getByRole("button", { name: "Try again now" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Projects" })).toBeVisible();
});

test("a device is proposed a name that a person knows it by", () => {
  const android =
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36";
  const iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
  const edge =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
  expect([android, iphone, edge, ""].map(deviceName)).toEqual([
    "Chrome on Android",
    "Safari on iPhone",
    "Edge on Windows",
    "Browser",
  ]);
});

test("only the secrets of a fragment are taken", () => {
  expect(fragmentOf("#token=a%2Bb")).toEqual({ token: "a+b", code: null });
  expect(fragmentOf("#main")).toBeNull();
  expect(fragmentOf("")).toBeNull();
});
