import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { reach } from "@/gallery/reach.ts";
import { renderApp } from "@/gallery/render.tsx";

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const name = () => screen.findByRole("textbox", { name: "Name" });
const spec = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Text of the specification" });
const FULL =
  "<project_name>Shop</project_name><overview>Sell books.</overview><technology_stack>Rust</technology_stack><feature_count>5</feature_count><core_features>Add a book.</core_features>";

async function toSpec(user: ReturnType<typeof renderApp>["user"]) {
  await user.type(await name(), "bookshop");
  await user.click(button("Continue"));
  await screen.findByRole("radio", { name: /Write it here/ });
}

test("a step with something missing says what, beside the field, and goes no further", async () => {
  const { user } = renderApp("/new");
  await name();
  await user.click(button("Continue"));
  expect(await name()).toHaveAccessibleDescription(/Give the project a name/);
  await user.type(await name(), "ledger");
  expect(await name(), "a project of this name exists").toHaveAccessibleDescription(/already/);
  await user.clear(await name());
  await user.type(await name(), "a/b");
  expect(await name()).toHaveAccessibleDescription(/a folder carries the name/);
  expect(screen.queryByRole("radio", { name: /Paste it/ })).toBeNull();
});

test("a project is made from a pasted text, checked on the way, and its board is shown", async () => {
  const { user, host, router } = renderApp("/new");
  await toSpec(user);
  await user.click(screen.getByRole("radio", { name: /Paste it/ }));
  await user.click(await spec());
  await user.paste(FULL);
  expect(await screen.findByText("60 of 100")).toBeVisible();
  await user.click(button("Continue"));
  expect(await screen.findByText("/projects/bookshop")).toBeVisible();
  await user.click(button("Create project"));
  await waitFor(() => expect(router.state.location.pathname).toBe("/p/2/board"));
  expect(host.calls).toContainEqual({
    procedure: "project_create",
    input: { name: "bookshop", parent_dir: "/projects", template: "empty", spec_text: FULL },
  });
});

test("the skeleton alone is no specification: the reason stands beside it, and Later goes on without one", async () => {
  const { user, host } = renderApp("/new");
  await toSpec(user);
  expect(await screen.findByText(/The specification is empty/)).toBeVisible();
  await user.click(button("Continue"));
  expect(await spec()).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /Later/ }));
  await user.click(button("Continue"));
  await user.click(await screen.findByRole("button", { name: "Create project" }));
  const created = await waitFor(() => {
    const call = host.calls.find((one) => one.procedure === "project_create");
    expect(call).toBeDefined();
    return call;
  });
  expect(created?.input).not.toHaveProperty("spec_text");
});

test("a text file is read, and one that is no text is refused with what to do", async () => {
  const { user } = renderApp("/new");
  await toSpec(user);
  await user.click(screen.getByRole("radio", { name: /From a file/ }));
  const choose = screen.getByLabelText("Choose a file", { selector: "input" });
  await user.upload(choose, new File([new Uint8Array([0xff, 0xfe, 0x41])], "picture.txt", { type: "text/plain" }));
  expect(await screen.findByText(/no text in UTF-8/)).toBeVisible();
  await user.upload(choose, new File([FULL], "shop.txt", { type: "text/plain" }));
  expect((await spec()).value).toBe(FULL);
  expect(screen.queryByText(/no text in UTF-8/)).toBeNull();
});

test("a creation that fails keeps everything and says what to do", async () => {
  const { user, host } = renderApp("/new", {
    prepare: (made) =>
      made.failWith(
        "project_create",
        new Failure({ code: "refused", message: "The folder is read-only.", hint: "Choose another.", incident: null }),
      ),
  });
  await toSpec(user);
  await user.click(screen.getByRole("radio", { name: /Later/ }));
  await user.click(button("Continue"));
  await user.click(await screen.findByRole("button", { name: "Create project" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The folder is read-only. Choose another.");
  await user.click(button("Change: Folder"));
  expect(await name()).toHaveValue("bookshop");
  await user.click(button("Continue"));
  await user.click(await screen.findByRole("button", { name: "Continue" }));
  host.failWith("project_create", null);
  await user.click(await screen.findByRole("button", { name: "Create project" }));
  await waitFor(() => expect(host.world.projects.size).toBe(2));
});

test("the browser's way back goes one step back and keeps what was typed", async () => {
  const { user, router } = renderApp("/new");
  await toSpec(user);
  await user.click(screen.getByRole("radio", { name: /Paste it/ }));
  await user.click(await spec());
  await user.paste("Sell books.");
  router.history.back();
  expect(await name()).toHaveValue("bookshop");
  router.history.forward();
  expect((await spec()).value).toBe("Sell books.");
});

test("leaving asks first when something would be lost", async () => {
  const { user, router } = renderApp("/new");
  await user.type(await name(), "bookshop");
  await user.click(screen.getByRole("link", { name: "Sandbox test" }));
  const dialog = await screen.findByRole("alertdialog");
  await user.click(within(dialog).getByRole("button", { name: "Stay" }));
  expect(await name()).toHaveValue("bookshop");
  await user.click(screen.getByRole("link", { name: "Sandbox test" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Leave" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/sandbox"));
});

test("a link into the middle begins at the beginning", async () => {
  const { router } = renderApp("/new?step=summary");
  await name();
  await waitFor(() => expect(router.state.location.search).toEqual({ step: "place" }));
});

test("a project is made without a mouse, and each step says where one is", async () => {
  const { user, host } = renderApp("/new");
  await name();
  expect(screen.getByRole("heading", { level: 1 }), "a screen reader begins with the page's title").toHaveFocus();
  await user.tab();
  expect(await name()).toHaveFocus();
  await user.keyboard("bookshop{Enter}");
  const step = await screen.findByRole("heading", { name: "Step 2 of 3: Specification" });
  await waitFor(() => expect(step).toHaveFocus());
  await user.tab();
  expect(screen.getByRole("radio", { name: /Write it here/ })).toHaveFocus();
  // A person holds the key for longer than the focus needs to move.
  await user.keyboard("{ArrowLeft>}");
  await waitFor(() => expect(screen.getByRole("radio", { name: /Later/ }), "the arrow keys choose").toBeChecked());
  await user.keyboard("{/ArrowLeft}");
  await user.tab();
  await user.tab();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.getByRole("heading", { name: "Step 3 of 3: Summary" })).toHaveFocus());
  await reach(() => button("Create project"));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(host.world.projects.size).toBe(2));
});
