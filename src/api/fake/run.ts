import type { LiveSession, Run, RunBrief, RunStatus, Session, State } from "../bindings.ts";
import { PROGRESS_OF, block } from "./cards.ts";
import { queueOf } from "./board.ts";
import { type FakeProject, type FakeSession, type Handlers, type World, fail, projectOf } from "./world.ts";

type RunName = Extract<keyof Handlers, `run_${string}` | `request_${string}`>;

const NO_USAGE = { input_tokens: 0, output_tokens: 0, cache_write_tokens: 0, cache_read_tokens: 0 };

const THOUGHTS = [
  "The list cuts its last entry: the page size is applied before the filter. I will move the filter first.",
  "Tests pass for the empty list. Next is the case with exactly fifty entries.",
  "The route exists already, so I only need the view and its test.",
];
const TOOLS = [
  { tool: "Edit", subject: "src/invoices/list.ts" },
  { tool: "Bash", subject: "npm test -- invoices" },
  { tool: "Read", subject: "src/invoices/list.test.ts" },
  { tool: "Grep", subject: "pageSize" },
];

export function liveRun(project: FakeProject): Run | null {
  const last = project.runs.at(-1);
  return last && last.ended_at_ms === null ? last : null;
}

function wordsOf(project: FakeProject, run: Run | null): { words: string; next: string } {
  const last = project.runs.at(-1);
  if (!run) {
    if (!last) return { words: "Nothing has run yet.", next: "Start a run to let the agent work on the first card." };
    return last.end?.code === "paused"
      ? { words: "Paused by a person.", next: "Start it again to go on with the next card." }
      : { words: "The last run has ended.", next: "Start another run to go on." };
  }
  if (run.paused_until_ms !== null)
    return {
      words: "Waiting for the quota of the subscription.",
      next: "It goes on by itself when the quota is back.",
    };
  if (run.state === "waiting_approval")
    return { words: "Waiting for your word.", next: "It goes on as soon as you answer." };
  const card = project.cards.get(project.sessions.at(-1)?.feature ?? -1);
  const next = queueOf(project).find((one) => one.progress === "pending" && one.blocked_by.length === 0);
  return {
    words: card ? `Working on #${card.id} ${card.name}.` : "Choosing the next card.",
    next: next ? `Then #${next.id} ${next.name}.` : "Then it is done.",
  };
}

export function runBrief(project: FakeProject): RunBrief | null {
  const run = liveRun(project);
  if (!run) return null;
  const { id, mode, state, rehearsal, started_at_ms, cost_usd } = run;
  return {
    run: id,
    mode,
    state,
    words: wordsOf(project, run).words,
    is_here: true,
    is_rehearsal: rehearsal !== null,
    started_at_ms,
    cost_usd,
  };
}

function liveSession(project: FakeProject): LiveSession | null {
  const session = project.sessions.at(-1);
  if (!session || session.ended_at_ms !== null) return null;
  const { id, role, number, feature, model, started_at_ms, turns, cost_usd, usage, rows } = session;
  return {
    id,
    role,
    number,
    feature,
    model,
    started_at_ms,
    turns,
    cost_usd,
    usage,
    context_tokens: Math.min(190_000, 21_000 + turns * 2_300),
    context_window: 200_000,
    last_text: project.last_text,
    last_tool: project.last_tool,
    rows,
  };
}

export function statusOf(project: FakeProject): RunStatus {
  const run = liveRun(project);
  return {
    run: project.runs.at(-1) ?? null,
    is_running: run !== null,
    can_start: run === null && project.problem === null,
    can_pause: run !== null,
    can_stop: run !== null,
    ...wordsOf(project, run),
    until_ms: run?.paused_until_ms ?? null,
    session: run ? liveSession(project) : null,
    elsewhere: null,
    estimate_ms: run ? project.estimate_ms : null,
    cost_usd: project.runs.reduce((sum, one) => sum + one.cost_usd, 0),
  };
}

function sessionId(project: number, number: number): string {
  return `5b1c7f0e-${String(project).padStart(4, "0")}-4000-8000-${String(number).padStart(12, "0")}`;
}

function strip({ number: _number, rows: _rows, model: _model, ...session }: FakeSession): Session {
  return session;
}

export function runHandlers(world: World): Pick<Handlers, RunName> {
  const end = (id: number, code: "paused" | "stopped") => {
    const project = projectOf(world, id);
    const run = liveRun(project) ?? fail("not_possible_now", "Nothing is running.");
    endRun(world, project, run, code);
    return statusOf(project);
  };
  return {
    run_start: ({ project: id, mode, is_quick, rehearsal }) => {
      const project = projectOf(world, id);
      if (liveRun(project))
        fail("not_possible_now", "A run is active already.", "Stop it first, or wait until it ends.");
      if (project.problem) fail("not_possible_now", project.problem);
      const run = startRun(world, project, {
        mode: mode ?? "auto",
        is_quick: is_quick ?? false,
        rehearsal: rehearsal ?? null,
      });
      return { run: run.id };
    },
    run_pause: ({ project }) => end(project, "paused"),
    run_stop: ({ project }) => end(project, "stopped"),
    run_status: ({ project }) => statusOf(projectOf(world, project)),
    run_list: ({ project, limit }) =>
      projectOf(world, project)
        .runs.toReversed()
        .slice(0, limit ?? 100),
    run_get: ({ project: id, run: number }) => {
      const project = projectOf(world, id);
      const run = project.runs.find((one) => one.id === number) ?? fail("not_found", `There is no run ${number}.`);
      const sessions = project.sessions.filter((session) => session.run === number).map(strip);
      return { run, sessions, transitions: project.moves.get(number) ?? [] };
    },
    request_list: ({ project, is_open }) => {
      const { requests } = projectOf(world, project);
      return is_open
        ? requests.filter(({ request }) => request.state === "pending" || request.state === "expired")
        : requests;
    },
    request_decide: ({ project: id, request, decision, scope, remark }) =>
      settle(world, id, request, { word: { decision, scope, remark: remark ?? null } }),
    request_answer: ({ project: id, request, answers }) =>
      settle(world, id, request, { answer_json: JSON.stringify(answers) }),
  };
}

function settle(
  world: World,
  id: number,
  number: number,
  answer: Partial<{
    word: { decision: "approved" | "denied"; scope: "once" | "run" | "always"; remark: string | null };
    answer_json: string;
  }>,
) {
  const project = projectOf(world, id);
  const view =
    project.requests.find(({ request }) => request.id === number) ??
    fail("not_found", `There is no request ${number}.`);
  if (view.request.state === "answered") fail("conflict", "It has been answered already.");
  const request = {
    ...view.request,
    ...answer,
    state: "answered" as const,
    answered_by: "person",
    answered_at_ms: world.now(),
  };
  project.requests = project.requests.map((one) => (one === view ? { ...view, request } : one));
  const card = request.feature === null ? undefined : project.cards.get(request.feature);
  if (card)
    project.cards.set(card.id, {
      ...card,
      open_request: null,
      ...(card.status === "needs_input" ? { status: "pending", progress: "pending", note: null } : {}),
    });
  const run = liveRun(project);
  if (run) moveTo(world, project, run, "coding");
  world.emit(id, {
    event: "request_settled",
    request: number,
    kind: request.kind,
    feature: request.feature,
    state: "answered",
    word: request.word,
  });
  return request;
}

function replaceRun(project: FakeProject, run: Run, change: Partial<Run>): Run {
  const changed = { ...run, ...change };
  project.runs = project.runs.map((one) => (one.id === run.id ? changed : one));
  return changed;
}

function moveTo(world: World, project: FakeProject, run: Run, to: State): void {
  const from = run.state;
  if (from === to) return;
  replaceRun(project, run, { state: to });
  const moves = project.moves.get(run.id) ?? [];
  project.moves.set(run.id, [...moves, { from, to, feature: null, reason: "", at_ms: world.now() }]);
  world.emit(project.id, { event: "run_state_changed", run: run.id, from, to, feature: null });
}

export function startRun(
  world: World,
  project: FakeProject,
  { mode, is_quick, rehearsal }: Pick<Run, "mode" | "is_quick" | "rehearsal">,
): Run {
  const run: Run = {
    id: project.runs.length + 1,
    mode,
    is_quick,
    rehearsal,
    state: "coding",
    paused_until_ms: null,
    end: null,
    sessions: 0,
    cost_usd: 0,
    sandbox: "full",
    started_at_ms: world.now(),
    ended_at_ms: null,
  };
  project.runs = [...project.runs, run];
  project.moves.set(run.id, [
    { from: "idle", to: "coding", feature: null, reason: "a person started it", at_ms: world.now() },
  ]);
  world.emit(project.id, { event: "run_started", run: run.id, mode, is_quick, rehearsal, sandbox: "full" });
  startSession(world, project, run);
  return run;
}

function startSession(world: World, project: FakeProject, run: Run): void {
  const card =
    queueOf(project).find((one) => one.status === "in_progress") ??
    queueOf(project).find((one) => one.progress === "pending" && one.blocked_by.length === 0 && one.kind !== "bug");
  if (!card) return endRun(world, project, run, "all_passing");
  const number = project.sessions.length + 1;
  const session: FakeSession = {
    id: sessionId(project.id, number),
    run: run.id,
    role: "coding",
    feature: card.id,
    process: null,
    outcome: null,
    turns: 0,
    cost_usd: 0,
    usage: NO_USAGE,
    started_at_ms: world.now(),
    ended_at_ms: null,
    number,
    rows: 0,
    model: "sonnet",
  };
  project.sessions = [...project.sessions, session];
  replaceRun(project, run, { sessions: run.sessions + 1 });
  project.cards.set(card.id, { ...card, status: "in_progress", progress: "in_progress", session: session.id });
  world.emit(project.id, {
    event: "session_started",
    run: run.id,
    session: session.id,
    role: "coding",
    number,
    model: "sonnet",
  });
  world.emit(project.id, {
    event: "feature_changed",
    feature: card.id,
    name: card.name,
    kind: card.kind,
    status: "in_progress",
    reason: `claimed by session ${number}`,
  });
}

function endRun(world: World, project: FakeProject, run: Run, code: "paused" | "stopped" | "all_passing"): void {
  const session = project.sessions.at(-1);
  if (session && session.ended_at_ms === null) endSession(world, project, session, false);
  replaceRun(project, run, {
    end: { code },
    ended_at_ms: world.now(),
    state: code === "all_passing" ? "completed" : "idle",
  });
  world.emit(project.id, { event: "run_ended", run: run.id, end: { code } });
}

function endSession(world: World, project: FakeProject, session: FakeSession, isPassing: boolean): void {
  const ended = {
    ...session,
    ended_at_ms: world.now(),
    outcome: { code: isPassing ? ("completed" as const) : ("stopped" as const) },
  };
  project.sessions = project.sessions.map((one) => (one.id === session.id ? ended : one));
  const card = project.cards.get(session.feature ?? -1);
  if (card) {
    const status = isPassing ? "passing" : "pending";
    const cost_usd = card.cost_usd + session.cost_usd;
    const evidence = isPassing ? { is_passing: true, warnings: 0, at_ms: world.now() } : card.evidence;
    project.cards.set(card.id, {
      ...card,
      status,
      progress: PROGRESS_OF[status],
      session: null,
      evidence,
      cost_usd,
      updated_at_ms: world.now(),
    });
    block(project.cards.values());
    world.emit(project.id, {
      event: "feature_changed",
      feature: card.id,
      name: card.name,
      kind: card.kind,
      status,
      reason: isPassing ? "every check succeeded" : "the session ended",
    });
  }
  const { feature, turns, cost_usd } = session;
  world.emit(project.id, {
    event: "session_ended",
    session: session.id,
    outcome: ended.outcome,
    feature,
    turns,
    cost_usd,
  });
}

/** Turns a session takes before its card passes. */
const TURNS = 14;

/** One turn of the agent in a project whose run is live: a thought, a tool, and now and then a card that passes. */
export function tick(world: World, project: FakeProject): void {
  const run = liveRun(project);
  if (!run || run.paused_until_ms !== null || run.state === "waiting_approval") return;
  const session = project.sessions.at(-1);
  if (!session || session.ended_at_ms !== null) return startSession(world, project, run);
  const turns = session.turns + 1;
  const usage = {
    ...session.usage,
    input_tokens: session.usage.input_tokens + 900,
    output_tokens: session.usage.output_tokens + 420,
    cache_read_tokens: session.usage.cache_read_tokens + 21_000,
  };
  const now = { ...session, turns, usage, cost_usd: session.cost_usd + 0.031, rows: session.rows + 3 };
  project.sessions = project.sessions.map((one) => (one.id === session.id ? now : one));
  replaceRun(project, run, { cost_usd: run.cost_usd + 0.031 });
  const tool = TOOLS[turns % TOOLS.length];
  if (turns % 3 === 1) {
    project.last_text = THOUGHTS[Math.floor(turns / 3) % THOUGHTS.length] ?? null;
    if (project.last_text)
      world.emit(project.id, { event: "agent_said", session: session.id, text: project.last_text });
  }
  if (tool) {
    project.last_tool = { ...tool, at_ms: world.now() };
    world.emit(project.id, { event: "tool_used", session: session.id, ...tool });
  }
  world.emit(project.id, { event: "transcript_grew", session: session.id, rows: now.rows });
  world.emit(project.id, {
    event: "session_progressed",
    session: session.id,
    turns,
    usage,
    context_tokens: 21_000 + turns * 2_300,
    model: session.model,
  });
  if (turns >= TURNS) {
    endSession(world, project, now, true);
    const { done, total } = [...project.cards.values()].reduce(
      (sum, card) => ({ done: sum.done + (card.progress === "passing" ? 1 : 0), total: sum.total + 1 }),
      { done: 0, total: 0 },
    );
    world.emit(project.id, { event: "progress_changed", passing: done, total });
  }
}

/** A run that ended long ago, with one session of `rows` rows: for what must stay quick with a million of them. */
export function addLongRun(world: World, project: FakeProject, rows: number): FakeSession {
  const run: Run = {
    id: project.runs.length + 1,
    mode: "auto",
    is_quick: false,
    rehearsal: null,
    state: "completed",
    paused_until_ms: null,
    end: { code: "finished" },
    sessions: 1,
    cost_usd: 12.4,
    sandbox: "full",
    started_at_ms: world.now() - 40_000_000,
    ended_at_ms: world.now() - 3_600_000,
  };
  const session: FakeSession = {
    id: sessionId(project.id, project.sessions.length + 1),
    run: run.id,
    role: "coding",
    feature: 1,
    process: null,
    outcome: { code: "completed" },
    turns: Math.ceil(rows / 4),
    cost_usd: run.cost_usd,
    usage: { input_tokens: 410_000, output_tokens: 92_000, cache_write_tokens: 310_000, cache_read_tokens: 8_400_000 },
    started_at_ms: run.started_at_ms,
    ended_at_ms: run.ended_at_ms,
    number: 1,
    rows,
    model: "sonnet",
  };
  project.runs = [...project.runs, run];
  project.moves.set(run.id, [
    { from: "idle", to: "coding", feature: null, reason: "a person started it", at_ms: run.started_at_ms },
  ]);
  project.sessions = [...project.sessions, session];
  return session;
}
