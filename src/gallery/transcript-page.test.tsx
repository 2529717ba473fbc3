import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import type { TranscriptBody, TranscriptEntry } from "@/api/bindings.ts";
import type { FakeHost } from "@/api/fake/host.ts";
import { FakeFilter } from "@/api/fake/transcript-filter.ts";
import { unreached } from "@/api/failure.ts";
import { violationsOf } from "./axe.ts";
import { tauriHost } from "@/host/tauri.ts";
import { renderApp } from "./render.tsx";

/** A run whose only session says exactly this. */
const saying =
  (...rows: (TranscriptBody | [parent: string, body: TranscriptBody])[]) =>
  (host: FakeHost) => {
    host.addLongRun(rows.length);
    const entries = rows.map((row, ordinal): TranscriptEntry => {
      const [parent_call, body] = Array.isArray(row) ? row : [null, row];
      return { ordinal, at_ms: 0, kind: "assistant", parent_call, body: [body] };
    });
    host.answer("transcript_window", ({ from, limit }) => entries.slice(from, from + limit));
    const filter = new FakeFilter();
    const session = host.project(1).sessions.at(-1)?.id ?? "";
    const all = [{ session, rows: entries.length, rowAt: (at: number) => entries[at] ?? ({} as TranscriptEntry) }];
    host.answer("transcript_filtered", (asked) => filter.answer(all, asked));
    host.answer("transcript_facets", () => filter.facets(all));
  };

const call = (id: string, name: string, input: unknown): TranscriptBody => ({ type: "tool_call", id, name, input });
const result = (id: string, text: string, is_error = false): TranscriptBody => ({
  type: "tool_result",
  id,
  is_error,
  text,
  is_cut: false,
});
const long = (rows: number) => (host: FakeHost) => void host.addLongRun(rows);
const feed = () => screen.findByRole("feed", { name: "Entries" });

describe("the rows of a transcript", () => {
  test("text is Markdown without HTML, and links leave through the host alone", async () => {
    const openLink = vi.fn(() => Promise.resolve());
    const text = '**Done.** <img src=x onerror="alert(1)"> See [the page](https://example.org).';
    const { container, user } = renderApp("/p/1/transcript", {
      prepare: saying({ type: "text", text }),
      host: { openLink },
    });
    await feed();
    expect(await screen.findByText("Done.")).toBeVisible();
    expect(container.querySelector("img")).toBeNull();
    await user.click(screen.getByRole("link", { name: "the page" }));
    expect(openLink).toHaveBeenCalledExactlyOnceWith("https://example.org");
  });

  test("an edit shows what it changes, and a command what came of it, in one place", async () => {
    renderApp("/p/1/transcript", {
      prepare: saying(
        call("a", "Edit", { file_path: "src/a.ts", old_string: "one\n", new_string: "two\n" }),
        result("a", "The file was updated."),
        call("b", "Bash", { command: "npm test" }),
        result("b", "FAIL: expected 2", true),
      ),
    });
    await feed();
    expect(await screen.findByText("added:")).toBeInTheDocument();
    expect(screen.getByText("removed:")).toBeInTheDocument();
    expect(screen.getByText("FAIL: expected 2")).toBeVisible();
    expect(screen.queryByText("The file was updated."), "nobody needs to read that").toBeNull();
    expect(screen.getAllByRole("article")).toHaveLength(2);
  });

  test("refusals with their rule, retries, loops, checkpoints and thoughts all have their look", async () => {
    const { user } = renderApp("/p/1/transcript", {
      prepare: saying(
        {
          type: "refused",
          tool: "Bash",
          subject: "rm -rf /",
          rule: "command.destructive",
          reason: "It removes everything.",
        },
        { type: "retry", attempt: 2, max_attempts: 10, wait_ms: 4000, why: "overloaded" },
        { type: "loop", loop_kind: "error_loop", step: "nudged", text: "The same error four times." },
        { type: "checkpoint", checkpoint: 4, name: "before session" },
        { type: "thinking", text: "Let me think.\n\nYes." },
        { type: "other", json: { type: "new_thing" } },
      ),
    });
    await feed();
    expect(await screen.findByText("command.destructive")).toBeVisible();
    expect(screen.getByText(/API retry 2 of 10: overloaded · waits 4 s/)).toBeVisible();
    expect(screen.getByText(/The same error four times/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Checkpoint 4" })).toHaveAttribute("href", "/p/1/checkpoints?checkpoint=4");
    await user.click(screen.getByRole("button", { name: /Thinking/, expanded: false }));
    expect(screen.getByText("Yes.")).toBeVisible();
    expect(screen.getByRole("button", { name: /Message of the CLI/ })).toBeVisible();
  });

  test("the steps of a sub-agent are folded until a person wants them", async () => {
    const { user } = renderApp("/p/1/transcript", {
      prepare: saying(
        call("t", "Task", { description: "Look around", prompt: "Look" }),
        ["t", { type: "text", text: "I look." }],
        ["t", { type: "text", text: "I found it." }],
        { type: "text", text: "Thanks." },
      ),
    });
    await feed();
    await user.click(await screen.findByRole("button", { name: /2 steps of 1 sub-agent/ }));
    expect(await screen.findByText("I found it.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Fold its steps" }));
    await waitFor(() => expect(screen.queryByText("I found it.")).toBeNull());
    expect(screen.getByText("Thanks.")).toBeVisible();
  });
});

describe("a transcript of a million rows", () => {
  test("begins at its end, with few rows drawn and few fetched", async () => {
    const { host } = renderApp("/p/1/transcript", { prepare: long(1_000_000) });
    await feed();
    await waitFor(() => expect(document.querySelector('[data-row="999997"] time')).not.toBeNull());
    expect(screen.getAllByRole("article").length).toBeLessThan(60);
    const fetched = host.calls.filter((one) => one.procedure === "transcript_window");
    expect(fetched.length).toBeLessThanOrEqual(3);
    expect(screen.getByRole("button", { name: /Following/ })).toHaveAttribute("aria-pressed", "true");
  });

  test("a link leads to its row, which has the focus and stands out", async () => {
    const { host } = renderApp("/p/1/transcript", { prepare: long(1_000_000), projects: [{ name: "x", cards: 3 }] });
    await feed();
    const { id } = host.project(1).sessions.at(-1) ?? { id: "" };
    const linked = renderApp(`/p/1/transcript?session=${id}&row=500002`, {
      prepare: long(1_000_000),
      projects: [{ name: "x", cards: 3 }],
    });
    await waitFor(() => expect(linked.container.querySelector('[data-row="500002"] time')).not.toBeNull());
    await waitFor(() => expect(document.activeElement).toHaveAttribute("data-row", "500002"));
    expect(within(linked.container).getByRole("button", { name: /Jump to latest/ })).toBeVisible();
  });

  test("scrolling up stops following, what comes in is counted, and one press leads back", async () => {
    const { host, user } = renderApp("/p/1/transcript?run=1", {
      prepare: (made) => {
        made.start(1);
        for (let turn = 0; turn < 50; turn += 1) made.tick();
      },
    });
    const list = (await feed()).closest("[role=group]") ?? document.body;
    await screen.findAllByRole("article");
    fireEvent.scroll(list, { target: { scrollTop: list.scrollTop - 200 } });
    const { rows, id } = host.project(1).sessions.find((one) => one.run === 1 && one.ended_at_ms === null) ?? {
      rows: 0,
      id: "",
    };
    host.emit(1, { event: "transcript_grew", session: id, rows: rows + 7 });
    expect(await screen.findByText(/7 new entries/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: /Jump to latest/ }));
    expect(screen.queryByRole("button", { name: /Jump to latest/ })).toBeNull();
  });
});

describe("finding something in a transcript", () => {
  test("a search lists its hits, and J and K step through them", async () => {
    const { user, router } = renderApp("/p/1/transcript", { prepare: long(2000) });
    await feed();
    await user.keyboard("/");
    expect(screen.getByRole("textbox", { name: "Search this run" })).toHaveFocus();
    await user.keyboard("overloaded{Enter}");
    const hits = await screen.findAllByRole("link", { name: /overloaded/ });
    expect(hits.length).toBe(9);
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("j");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ q: "overloaded", row: 211 }));
    await user.keyboard("j");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ row: 422 }));
    await user.keyboard("k");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ row: 211 }));
  });

  test("asking for trouble shows refusals, retries and failures of all sessions, and nothing else", async () => {
    const { user, router } = renderApp("/p/1/transcript", { prepare: long(2000) });
    await feed();
    await user.click(screen.getByRole("button", { name: "Trouble" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ show: "trouble" }));
    expect((await screen.findAllByText(/command\.unknown|Failed|API retry/)).length).toBeGreaterThan(3);
    expect(screen.queryByText(/I will move the filter/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "All" }));
    expect((await screen.findAllByText(/I will move the filter/)).length).toBeGreaterThan(0);
  });

  test("a filter of a million rows shows its last rows at once, with how many there are, and fetches no others", async () => {
    const { host, user } = renderApp("/p/1/transcript", { prepare: long(1_000_000) });
    await feed();
    await waitFor(() => expect(document.querySelector('[data-row="999997"] time')).not.toBeNull());
    const before = host.calls.length;
    await user.click(screen.getByRole("button", { name: "Edits" }));
    expect(await screen.findByText(/^\d{3},\d{3} rows$/, undefined, { timeout: 20_000 })).toBeVisible();
    expect((await screen.findAllByText("added:")).length).toBeGreaterThan(0);
    expect(screen.queryByText(/I will move the filter/)).toBeNull();
    const asked = host.calls.slice(before).filter((one) => one.procedure === "transcript_window");
    expect(asked, "the rows of the run itself are not read").toEqual([]);
  });

  test("the calls of one tool, and those that name one file, are shown alone", async () => {
    const { user, router } = renderApp("/p/1/transcript?tool=Read", { prepare: long(400) });
    expect((await screen.findAllByText("src/invoices/list.ts")).length).toBeGreaterThan(0);
    expect(screen.queryByText("npm test -- invoices"), "that is another tool").toBeNull();
    await user.click(screen.getByRole("combobox", { name: "Tool" }));
    await user.click(await screen.findByRole("option", { name: /^Bash/ }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ tool: "Bash" }));
    expect((await screen.findAllByText("npm test -- invoices")).length).toBeGreaterThan(0);
  });

  test("a link to a row leads to it in a filtered transcript too, or to the next one found", async () => {
    const id =
      renderApp("/p/1/transcript", { prepare: long(2000) })
        .host.project(1)
        .sessions.at(-1)?.id ?? "";
    const { container } = renderApp(`/p/1/transcript?session=${id}&row=1001&show=edits`, { prepare: long(2000) });
    await waitFor(() => expect(container.contains(document.activeElement)).toBe(true));
    await waitFor(() => expect(document.activeElement).toHaveAttribute("role", "article"));
    expect(within(document.activeElement as HTMLElement).getAllByText("added:").length).toBeGreaterThan(0);
  });

  test("a sort that nothing is of says so and offers everything", async () => {
    const { user } = renderApp("/p/1/transcript?show=edits", {
      prepare: saying({ type: "text", text: "Only words." }),
    });
    await user.click(await screen.findByRole("button", { name: "Show everything" }));
    expect(await screen.findByText("Only words.")).toBeVisible();
  });

  test("a file leads to the call that last changed it", async () => {
    const { router } = renderApp("/p/1/transcript?changed=src/invoices/list.ts", { prepare: long(400) });
    await waitFor(() => expect(router.state.location.search).toMatchObject({ run: 1, row: expect.any(Number) }));
    const { row = 0 } = router.state.location.search as { row?: number };
    expect(row % 8, "the edits of this run").toBe(4);
  });
});

describe("a transcript and a person's hands", () => {
  test("an entry and a link to it can be copied", async () => {
    const { user } = renderApp("/p/1/transcript", { prepare: saying({ type: "text", text: "Copy me." }) });
    const row = (await screen.findByText("Copy me.")).closest("article, [role=article]") ?? document.body;
    await user.click(within(row as HTMLElement).getByRole("button", { name: "Copy the entry" }));
    expect(await navigator.clipboard.readText()).toBe("Copy me.");
    await user.click(within(row as HTMLElement).getByRole("button", { name: "Copy a link to the entry" }));
    expect(await navigator.clipboard.readText()).toMatch(/\/p\/1\/transcript\?run=1&session=.+&row=0$/);
  });

  test("in the desktop application the link is one that the system opens, and leads to the card", async () => {
    const desk = tauriHost();
    const { user, router } = renderApp("/p/1/transcript", {
      host: { can: desk.can, linkTo: desk.linkTo },
      prepare: saying({ type: "text", text: "Copy me." }),
    });
    const row = (await screen.findByText("Copy me.")).closest("article, [role=article]") ?? document.body;
    await user.click(within(row as HTMLElement).getByRole("button", { name: "Copy a link to the entry's card" }));
    expect(await navigator.clipboard.readText(), "the window's own address leads nowhere else").toMatch(
      /^auto-agent-harness:\/\/project\/1\/feature\/\d+$/,
    );
    expect(await screen.findByText("The link to the card was copied")).toBeVisible();
    expect(router.state.location.pathname).toBe("/p/1/transcript");
  });

  test("rows that cannot be fetched are told of, and trying again shows them", async () => {
    const { host, user } = renderApp("/p/1/transcript", {
      prepare: (made) => {
        made.addLongRun(50);
        made.failWith("transcript_window", unreached("The host does not answer."));
      },
    });
    expect(await screen.findByText("These entries could not be loaded.")).toBeVisible();
    host.failWith("transcript_window", null);
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect((await screen.findAllByText(/I will move the filter/)).length).toBeGreaterThan(0);
  });

  test("what came in while the host could not be heard is there as soon as it can", async () => {
    const { host } = renderApp("/p/1/transcript?run=1", {
      prepare: (made) => {
        made.start(1);
        made.tick();
      },
    });
    await feed();
    host.cut(true);
    for (let turn = 0; turn < 3; turn += 1) host.tick();
    host.cut(false);
    expect(await screen.findByText("12 rows")).toBeVisible();
  });

  test("before anything has run, the page says what will appear", async () => {
    renderApp("/p/1/transcript");
    expect(await screen.findByText("Nothing has been said yet")).toBeVisible();
  });

  test("it is usable by everybody", async () => {
    const { container } = renderApp("/p/1/transcript", { prepare: long(300) });
    await feed();
    await screen.findAllByText(/I will move the filter/);
    expect(await violationsOf(container)).toEqual([]);
  });
});
