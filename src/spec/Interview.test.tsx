import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "@/gallery/axe.ts";
import { renderApp } from "@/gallery/render.tsx";

const PATH = "/p/1/specs?tab=talk";
const words = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Your message" });
const button = (name: string | RegExp) => screen.getByRole("button", { name });

const conversation = () => screen.findByRole("region", { name: "Talk it through with Claude" });

async function begun(path = PATH) {
  const drawn = renderApp(path, {
    prepare: (host) => {
      host.project().specs = [];
    },
  });
  await drawn.user.click(await screen.findByRole("textbox", { name: "What do you want to build?" }));
  await drawn.user.paste("A list.");
  await drawn.user.click(button("Begin"));
  await words();
  return drawn;
}

test("a project without a specification offers to talk it through", async () => {
  const { user, router } = renderApp("/p/1/specs", {
    prepare: (host) => {
      host.project().specs = [];
    },
  });
  await user.click(await screen.findByRole("button", { name: "Talk it through" }));
  expect(await screen.findByRole("textbox", { name: "What do you want to build?" })).toBeVisible();
  expect(router.state.location.search).toMatchObject({ tab: "talk" });
});

test("a talk grows a draft beside it, which becomes the specification when it is accepted", async () => {
  const { user, host } = await begun();
  const chat = screen.getByRole("log", { name: "Conversation" });
  expect(await within(chat).findByText(/shall use it/)).toBeVisible();
  expect(screen.getAllByText(/Missing:/)[0]).toHaveTextContent("Technology stack");
  await user.type(await words(), "Only me.{Enter}");
  const form = await screen.findByRole("group", { name: "Claude asks" });
  expect(await violationsOf(await conversation()), "a question is usable by everybody").toEqual([]);
  await user.click(within(form).getByRole("radio", { name: /A file/ }));
  await user.click(within(form).getByRole("button", { name: "Send the answer" }));
  expect(await within(chat).findByText(/what is needed to begin/)).toBeVisible();
  expect(host.calls.findLast(({ procedure }) => procedure === "interview_send")?.input).toMatchObject({
    answers: ["A file"],
  });
  expect(screen.getByText(/<technology_stack>A file/)).toBeVisible();
  await user.click(button("Accept the draft"));
  expect(await screen.findByRole("textbox", { name: "Text of the specification main" })).toHaveValue(
    host.project().specs[0]?.text,
  );
});

test("a draft that changed since it was looked at is not accepted, and the reason is told", async () => {
  const { user, host } = await begun();
  expect(await screen.findByText(/Missing:/)).toBeVisible();
  const project = host.project();
  // It changes at the last moment: the page cannot have heard of it.
  const change = () => {
    if (project.interview) project.interview = { ...project.interview, draft: "<overview>Something else.</overview>" };
  };
  button("Accept the draft").addEventListener("click", change, { once: true });
  await user.click(button("Accept the draft"));
  expect(await screen.findByText(/look at it again, then accept it/)).toBeVisible();
  expect(project.specs, "nothing was written that nobody saw").toEqual([]);
  expect(await screen.findByText(/Something else/), "there is the other one to look at").toBeVisible();
  await user.click(button("Accept the draft"));
  expect(await screen.findByRole("textbox", { name: "Text of the specification main" })).toHaveValue(
    "<overview>Something else.</overview>",
  );
});

test("what the agent writes while the question hides the draft is not accepted with it", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await screen.findByRole("textbox", { name: "What do you want to build?" }), "More.");
  await user.click(button("Begin"));
  await words();
  const project = host.project();
  const before = project.specs[0]?.text;
  await user.click(button("Accept the draft"));
  const dialog = await screen.findByRole("alertdialog");
  if (!project.interview) throw new Error("an interview goes on");
  project.interview = { ...project.interview, draft: "<overview>Something else.</overview>" };
  host.emit(1, { event: "interview_changed", interview: 1 });
  expect(await screen.findByText(/Something else/), "the page knows of it").toBeInTheDocument();
  await user.click(within(dialog).getByRole("button", { name: "Accept the draft" }));
  expect(await screen.findByText(/look at it again, then accept it/)).toBeVisible();
  expect(project.specs[0]?.text, "nothing was written that nobody saw").toBe(before);
});

test("what could not be sent is still there, and the reason beside it", async () => {
  const { user, host } = await begun();
  const failure = new Failure({
    code: "not_possible_now",
    message: "The disk is full.",
    hint: "Make room.",
    incident: null,
  });
  host.failWith("interview_send", failure);
  await user.type(await words(), "Only me.{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("It was not sent. The disk is full. Make room.");
  expect(await words()).toHaveValue("Only me.");
  host.failWith("interview_send", null);
  await user.click(button("Send"));
  expect(
    await screen.findByRole("group", { name: "Claude asks" }),
    "it was sent, and answered by a question",
  ).toBeVisible();
  expect(screen.queryByDisplayValue("Only me."), "nothing of it is left to send twice").toBeNull();
  expect(screen.queryByRole("textbox", { name: "Your message" }), "the question is the one place to answer").toBeNull();
});

test("whoever writes by the keyboard alone goes on in the question, and after it in their words", async () => {
  const { user } = await begun();
  await user.type(await words(), "Only me.{Enter}");
  const question = await screen.findByRole("group", { name: "Claude asks" });
  await waitFor(() => expect(question).toHaveFocus());
  await user.tab();
  await user.keyboard(" ");
  expect(within(question).getAllByRole("radio")[0]).toBeChecked();
  await user.keyboard("{Enter}");
  await waitFor(async () => expect(await words()).toHaveFocus());
});

test("what keeps an answer away is told with the way out", async () => {
  const { user, host } = await begun();
  const tell = (code: string, until_ms: number | null) => {
    const project = host.project();
    if (!project.interview) throw new Error("an interview goes on");
    project.interview = {
      ...project.interview,
      problem: { code, message: "claude does not accept the login", fix: "Log in.", until_ms },
    };
    host.emit(1, { event: "interview_changed", interview: 1 });
  };
  tell("auth_expired", null);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(/does not accept the login\. ?Log in\./);
  expect(within(alert).getByRole("link", { name: "To the setup" })).toHaveAttribute("href", "/setup");
  tell("budget_exhausted", null);
  await user.click(await screen.findByRole("button", { name: /Allow \$10/ }));
  await waitFor(() =>
    expect(host.calls.findLast(({ procedure }) => procedure === "interview_send")?.input).toMatchObject({
      text: "A list.",
      budget_usd: 10,
    }),
  );
  tell("rate_limited", Date.UTC(2026, 2, 14, 14, 5));
  expect(await screen.findByRole("alert")).toHaveTextContent(/The limit is lifted at/);
});

test("words that are being written are shown as they come, and can be stopped", async () => {
  const { user, host } = await begun();
  const project = host.project();
  if (!project.interview) throw new Error("an interview goes on");
  project.interview = { ...project.interview, activity: "thinking", partial: "I would sugg" };
  host.emit(1, { event: "interview_changed", interview: 1 });
  expect(await screen.findByText("I would sugg")).toBeVisible();
  expect(screen.getByText("Claude is thinking…")).toHaveRole("status");
  await user.click(button("Stop"));
  await waitFor(() => expect(screen.queryByText("I would sugg")).toBeNull());
});

test("a draft that would replace a specification, and the end without one, are asked about first", async () => {
  const { user, host } = renderApp(PATH);
  await user.type(await screen.findByRole("textbox", { name: "What do you want to build?" }), "More.");
  await user.click(button("Begin"));
  await words();
  const before = host.project().specs[0]?.text;
  await user.click(button("Accept the draft"));
  const dialog = await screen.findByRole("alertdialog");
  expect(dialog).toHaveTextContent("stays in its history");
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(host.project().specs[0]?.text, "nothing is replaced unasked").toBe(before);
  await user.click(button("End"));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "End" }));
  expect(await screen.findByText(/was ended without a specification/)).toBeVisible();
});
