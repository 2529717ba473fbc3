import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { FakeHost } from "@/api/fake/host.ts";
import { Failure } from "@/api/failure.ts";
import { violationsOf } from "./axe.ts";
import { renderApp } from "./render.tsx";

const inputOf = (host: FakeHost, procedure: string) =>
  host.calls.findLast((call) => call.procedure === procedure)?.input;
const asked = (kind: "approval" | "question") => (host: FakeHost) => {
  host.start(1);
  host.tick();
  host.ask(kind);
};

describe.each(["/p/1/run", "/p/1/board"])("what waits for a person, on %s", (path) => {
  test("a call is shown in full with its rule, and approving it once reaches the host", async () => {
    const { host, user } = renderApp(path, { prepare: asked("approval") });
    const card = await screen.findByRole("article", { name: "The agent wants to use Bash" });
    expect(card).toHaveTextContent("git push origin main");
    expect(card).toHaveTextContent("git.publish");
    await user.click(within(card).getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(screen.queryByRole("article", { name: /wants to use/ })).toBeNull());
    expect(inputOf(host, "request_decide")).toMatchObject({ request: 1, decision: "approved", scope: "once" });
  });
});

describe("a person's word", () => {
  test("may reach over the run, or for good with the line that the policy gets", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: asked("approval") });
    await user.click(await screen.findByRole("button", { name: "More ways to approve" }));
    expect(screen.getByRole("menuitem", { name: /^Always/ })).toHaveTextContent("git push origin main");
    await user.click(screen.getByRole("menuitem", { name: /^For this run/ }));
    await waitFor(() => expect(inputOf(host, "request_decide")).toMatchObject({ decision: "approved", scope: "run" }));
  });

  test("cannot reach for good where the host says why not", async () => {
    const { host, user } = renderApp("/p/1/run", {
      prepare: (made) => {
        asked("approval")(made);
        const project = made.project(1);
        project.requests = project.requests.map((view) => ({
          ...view,
          always_entry: null,
          always_problem: "It writes to a file.",
        }));
      },
    });
    await user.click(await screen.findByRole("button", { name: "More ways to approve" }));
    const always = screen.getByRole("menuitem", { name: /^Always/ });
    expect(always).toHaveTextContent("It writes to a file.");
    await user.click(always);
    expect(inputOf(host, "request_decide")).toBeUndefined();
  });

  test("may be no, with a remark to the agent", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: asked("approval") });
    await user.click(await screen.findByRole("button", { name: "Deny" }));
    await user.type(screen.getByLabelText(/What the agent should know/), "Ask me on Monday.");
    await user.click(screen.getByRole("button", { name: "Deny" }));
    await waitFor(() =>
      expect(inputOf(host, "request_decide")).toMatchObject({
        decision: "denied",
        scope: "once",
        remark: "Ask me on Monday.",
      }),
    );
  });

  test("answers a question by its options, but not with none", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: asked("question") });
    await user.click(await screen.findByRole("button", { name: "Send the answer" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Choose or write an answer.");
    await user.click(screen.getByRole("radio", { name: /^No/ }));
    await user.click(screen.getByRole("button", { name: "Send the answer" }));
    await waitFor(() => expect(inputOf(host, "request_answer")).toMatchObject({ answers: ["No"], is_free: false }));
  });

  test("answers a question with something else, or in its own words altogether", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: asked("question") });
    await user.click(await screen.findByRole("radio", { name: "Something else" }));
    await user.type(screen.getByLabelText(/: Something else$/), "Only paid ones");
    await user.click(screen.getByRole("button", { name: "Answer in your own words instead" }));
    await user.type(screen.getByLabelText("Your answer"), "It depends.");
    await user.click(screen.getByRole("button", { name: "Send the answer" }));
    await waitFor(() =>
      expect(inputOf(host, "request_answer")).toMatchObject({ answers: ["It depends."], is_free: true }),
    );
  });

  test("that does not reach the host is told, and the card stays", async () => {
    const { user } = renderApp("/p/1/run", {
      prepare: (host) => {
        asked("approval")(host);
        host.failWith(
          "request_decide",
          new Failure({ code: "conflict", message: "It has been answered already.", hint: null, incident: null }),
        );
      },
    });
    await user.click(await screen.findByRole("button", { name: "Approve" }));
    expect(await screen.findByText("Your word did not reach the agent")).toBeVisible();
    expect(screen.getByRole("article", { name: /wants to use/ })).toBeVisible();
  });
});

describe("a request over time", () => {
  test("counts down until the agent waits no longer", async () => {
    renderApp("/p/1/run", { prepare: asked("approval"), now: () => Date.now() });
    expect(await screen.findByRole("timer")).toHaveTextContent(/^4:5\d left|^5:00 left/);
  });

  test("that has expired can still be answered, and says what was done", async () => {
    renderApp("/p/1/run", {
      prepare: (host) => {
        asked("approval")(host);
        const project = host.project(1);
        project.requests = project.requests.map((view) => ({
          ...view,
          request: { ...view.request, state: "expired" },
        }));
      },
    });
    expect(await screen.findByText(/^Expired: it was refused/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Approve" })).toBeEnabled();
  });

  test("that is withdrawn under a person's hands says so instead of vanishing", async () => {
    const { host, user } = renderApp("/p/1/run", { prepare: asked("approval") });
    await screen.findByRole("button", { name: "Approve" });
    const project = host.project(1);
    project.requests = project.requests.map((view) => ({ ...view, request: { ...view.request, state: "withdrawn" } }));
    host.emit(1, {
      event: "request_settled",
      request: 1,
      kind: "approval",
      feature: null,
      state: "withdrawn",
      word: null,
    });
    expect(await screen.findByText("Withdrawn: it is no longer needed.")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("button", { name: "Approve" })).toBeNull());
    await user.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByText(/^Withdrawn/)).toBeNull();
  });

  test("is announced, and is usable by everybody", async () => {
    const { container, host } = renderApp("/p/1/run", { prepare: asked("approval") });
    await screen.findByRole("button", { name: "Approve" });
    host.ask("question");
    await waitFor(() =>
      expect(screen.getAllByRole("status").map((one) => one.textContent)).toContain("2 requests wait for you"),
    );
    expect(await violationsOf(container)).toEqual([]);
  }, 30_000);
});
