import type { TranscriptBody, TranscriptEntry, TranscriptHitView } from "../bindings.ts";
import { FakeFilter } from "./transcript-filter.ts";
import { type FakeSession, type Handlers, type World, fail, projectOf } from "./world.ts";

type TranscriptName = Extract<keyof Handlers, `transcript_${string}`>;

const DIFF_OLD =
  "export function page(entries: Entry[], size: number) {\n  const cut = entries.slice(0, size);\n  return cut.filter(isVisible);\n}\n";
const DIFF_NEW =
  "export function page(entries: Entry[], size: number) {\n  const shown = entries.filter(isVisible);\n  return shown.slice(0, size);\n}\n";

/** What one turn of an agent looks like; a session is this again and again with its numbers moving on. */
const TURN: readonly ((row: number) => TranscriptBody[])[] = [
  (row) => [
    {
      type: "thinking",
      text: `The filter comes after the cut, so page ${row} loses entries. I look at the callers first.`,
    },
  ],
  (row) => [
    {
      type: "text",
      text: `I will move the filter before the cut in **list.ts** and add a test for exactly ${row % 60} entries.`,
    },
  ],
  (row) => [{ type: "tool_call", id: `call-${row}`, name: "Read", input: { file_path: "src/invoices/list.ts" } }],
  (row) => [{ type: "tool_result", id: `call-${row - 1}`, is_error: false, text: DIFF_OLD, is_cut: false }],
  (row) => [
    {
      type: "tool_call",
      id: `call-${row}`,
      name: "Edit",
      input: { file_path: "src/invoices/list.ts", old_string: DIFF_OLD, new_string: DIFF_NEW },
    },
  ],
  (row) => [
    { type: "tool_result", id: `call-${row - 1}`, is_error: false, text: "The file was updated.", is_cut: false },
  ],
  (row) => [
    {
      type: "tool_call",
      id: `call-${row}`,
      name: "Bash",
      input: { command: "npm test -- invoices", description: "Run the tests of the list" },
    },
  ],
  (row) => [
    {
      type: "tool_result",
      id: `call-${row - 1}`,
      is_error: row % 3 === 0,
      text:
        row % 3 === 0
          ? "FAIL list.test.ts > keeps the last entry\nexpected 50, received 49"
          : `Tests  ${row % 90} passed`,
      is_cut: false,
    },
  ],
];

/** Row `ordinal` of a session, from 0. Made when asked for: a session may have a million. */
export function rowOf(session: FakeSession, ordinal: number): TranscriptEntry {
  const at_ms = session.started_at_ms + ordinal * 400;
  const entry = (kind: string, body: TranscriptBody[]): TranscriptEntry => ({
    ordinal,
    at_ms,
    kind,
    parent_call: null,
    body,
  });
  if (ordinal === 0)
    return entry("system", [
      { type: "system", subtype: "init", text: "Session started with the model sonnet, 14 tools." },
    ]);
  if (ordinal === 1) return entry("user", [{ type: "prompt", text: "Work on the card until its checks succeed." }]);
  if (ordinal % 211 === 0)
    return entry("harness", [{ type: "retry", attempt: 2, max_attempts: 10, wait_ms: 4000, why: "overloaded" }]);
  if (ordinal % 173 === 0) {
    return entry("harness", [
      {
        type: "refused",
        tool: "Bash",
        subject: "curl https://example.org",
        rule: "command.unknown",
        reason: "This command is on no list.",
      },
    ]);
  }
  if (ordinal % 499 === 0)
    return entry("harness", [{ type: "checkpoint", checkpoint: 1 + (ordinal % 9), name: "before session" }]);
  const body = TURN[ordinal % TURN.length]?.(ordinal) ?? [];
  return entry(body[0]?.type === "tool_result" ? "user" : "assistant", body);
}

const wordsOf = (entry: TranscriptEntry): string => entry.body.map((part) => textsIn(part).join(" ")).join(" ");

/** Every text within a part, as a person would read it: neither names of fields nor numbers of calls. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => (["type", "id"].includes(name) ? [] : textsIn(one)));
}

export function transcriptHandlers(world: World): Pick<Handlers, TranscriptName> {
  const sessionOf = (project: number, id: string): FakeSession =>
    projectOf(world, project).sessions.find((one) => one.id === id) ?? fail("not_found", "There is no such session.");
  const filter = new FakeFilter();
  const rowsOf = (project: number, run: number) =>
    projectOf(world, project)
      .sessions.filter((session) => session.run === run)
      .map((session) => ({
        session: session.id,
        rows: session.rows,
        rowAt: (ordinal: number) => rowOf(session, ordinal),
      }));
  return {
    transcript_filtered: (asked) => {
      if (asked.limit > 200) fail("bad_input", "At most 200 rows at once.");
      return filter.answer(rowsOf(asked.project, asked.run), asked);
    },
    transcript_facets: ({ project, run }) => filter.facets(rowsOf(project, run)),
    transcript_outline: ({ project, run }) =>
      projectOf(world, project)
        .sessions.filter((session) => session.run === run)
        .map(({ id, role, feature, number, rows, started_at_ms, ended_at_ms, outcome }) => ({
          session: id,
          role,
          feature,
          number,
          rows,
          started_at_ms,
          ended_at_ms,
          outcome,
        })),
    transcript_window: ({ project, session: id, from, limit }) => {
      if (limit > 1000) fail("bad_input", "At most 1,000 rows at once.");
      const session = sessionOf(project, id);
      const count = Math.max(0, Math.min(limit, session.rows - from));
      return Array.from({ length: count }, (_, at) => rowOf(session, from + at));
    },
    transcript_search: ({ project, query, session: id, run, limit }) => {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const [first] = words;
      if (first === undefined) return [];
      const sessions = projectOf(world, project).sessions.filter(
        (one) => (!id || one.id === id) && (typeof run !== "number" || one.run === run),
      );
      const hits: TranscriptHitView[] = [];
      const most = limit ?? 100;
      for (const session of sessions) {
        // A real host has an index; here a stretch of each session stands for the whole.
        for (let ordinal = 0; ordinal < Math.min(session.rows, 5000) && hits.length < most; ordinal += 1) {
          const text = wordsOf(rowOf(session, ordinal));
          const lower = text.toLowerCase();
          const at = lower.indexOf(first);
          if (words.every((word) => lower.includes(word)))
            hits.push({
              session: session.id,
              run: session.run,
              ordinal,
              excerpt: text.slice(Math.max(0, at - 40), at + 80),
            });
        }
      }
      return hits;
    },
  };
}
