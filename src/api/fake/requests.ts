import type { RequestView } from "../bindings.ts";
import { liveRun } from "./run.ts";
import type { FakeProject, World } from "./world.ts";

/** How long the agent waits for an answer, in milliseconds. */
const PATIENCE_MS = 300_000;

/** Lets the agent ask for a person's word on a command, or ask a question about a card. */
export function openRequest(world: World, project: FakeProject, kind: "approval" | "question"): RequestView {
  const run = liveRun(project);
  const session = project.sessions.at(-1);
  const waiting = [...project.cards.values()].find((card) => card.status === "needs_input");
  const feature = kind === "question" ? (waiting?.id ?? null) : (session?.feature ?? null);
  const id = project.requests.length + 1;
  const subject =
    kind === "approval" ? "git push origin main" : "Should archived entries count towards the monthly total?";
  const deadline_ms = kind === "approval" ? world.now() + PATIENCE_MS : null;
  const view: RequestView = {
    request: {
      id,
      kind,
      state: "pending",
      run: run?.id ?? null,
      session: session?.id ?? "",
      feature,
      call:
        kind === "approval"
          ? {
              tool: "Bash",
              subject,
              input_json: JSON.stringify({ command: subject }),
              cwd: project.path,
              rule: "git.publish",
              reason: "What leaves the machine is left to a person.",
            }
          : null,
      fields_json: kind === "question" ? "{}" : null,
      asked_at_ms: world.now(),
      deadline_ms,
      word: null,
      answer_json: null,
      answered_by: null,
      answered_at_ms: null,
      used_at_ms: null,
    },
    subject,
    feature_name: feature === null ? null : (project.cards.get(feature)?.name ?? null),
    parts:
      kind === "question"
        ? [
            {
              id: "archived",
              label: subject,
              options: [
                { label: "Yes", description: "The total says what was earned." },
                { label: "No", description: "The total says what is open." },
              ],
              may_differ: true,
              is_many: false,
              is_optional: false,
              is_boolean: false,
            },
          ]
        : [],
    always_entry: kind === "approval" ? "git push origin main" : null,
    always_problem: null,
  };
  project.requests = [...project.requests, view];
  const card = feature === null ? undefined : project.cards.get(feature);
  if (card) project.cards.set(card.id, { ...card, open_request: id });
  const { session: asker } = view.request;
  const reason = view.request.call?.reason ?? "The agent asks.";
  world.emit(project.id, {
    event: "request_opened",
    request: id,
    kind,
    feature,
    session: asker,
    tool: view.request.call?.tool ?? null,
    subject,
    reason,
    deadline_ms,
  });
  return view;
}
