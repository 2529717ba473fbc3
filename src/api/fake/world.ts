import type {
  AppSettings,
  CheckpointCard,
  Envelope,
  Event,
  FeatureCard,
  ImageView,
  InterviewView,
  ProjectSettings,
  RequestView,
  Run,
  RunMove,
  Session,
  SetupStatus,
  SpecView,
} from "../bindings.ts";
import type { Input, Output, ProcedureName } from "../client.ts";
import { Failure } from "../failure.ts";
import { makeCards, makeSteps } from "./cards.ts";
import { makeCheckpoints } from "./checkpoints.ts";
import { makeSpecs } from "./spec-texts.ts";

/** The moment at which every made-up world begins. */
export const START_MS = Date.UTC(2026, 2, 14, 9, 0, 0);

export type FakeSession = Session & { number: number; rows: number; model: string | null };

export type FakeProject = {
  id: number;
  name: string;
  path: string;
  problem: string | null;
  is_rehearsal: boolean;
  has_spec: boolean;
  opened_at_ms: number;
  cards: Map<number, FeatureCard>;
  steps: (id: number) => string[];
  /** Texts that were changed, by card. */
  descriptions: Map<number, string>;
  removals: Map<number, FeatureCard[]>;
  runs: Run[];
  moves: Map<number, RunMove[]>;
  sessions: FakeSession[];
  last_text: string | null;
  last_tool: { tool: string; subject: string; at_ms: number } | null;
  requests: RequestView[];
  checkpoints: CheckpointCard[];
  specs: SpecView[];
  interview: InterviewView | null;
  images: { feature: number; view: ImageView }[];
  settings: ProjectSettings;
  prompts: Map<string, string>;
  policy: { effect: "allow" | "ask" | "deny"; entry: string }[];
  estimate_ms: number | null;
};

/** Everything a host would know, in memory. */
export type World = {
  now: () => number;
  projects: Map<number, FakeProject>;
  settings: AppSettings;
  setup: SetupStatus;
  emit: (project: number, event: Event) => void;
};

export type Handlers = { [Name in ProcedureName]: (input: Input<Name>) => Output<Name> | Promise<Output<Name>> };

export function fail(code: Failure["code"], message: string, hint: string | null = null): never {
  throw new Failure({ code, message, hint, incident: code === "internal" ? "fake-0001" : null });
}

/** Gives numbers that were never given before, as a database does: what is gone shares its number with nothing new. */
export function numbering(): () => number {
  let last = 0;
  return () => (last += 1);
}

export function projectOf(world: World, id: number): FakeProject {
  return world.projects.get(id) ?? fail("not_found", `There is no project ${id}.`);
}

export type ProjectPlan = { name: string; cards: number; seed?: number; isRehearsal?: boolean; problem?: string };

export function makeProject(
  id: number,
  { name, cards, seed = id, isRehearsal = false, problem }: ProjectPlan,
): FakeProject {
  return {
    id,
    name,
    path: `/projects/${name}`,
    problem: problem ?? null,
    is_rehearsal: isRehearsal,
    has_spec: cards > 0,
    opened_at_ms: START_MS - id * 3_600_000,
    cards: new Map(makeCards(cards, seed, START_MS).map((card) => [card.id, card])),
    steps: (feature) => makeSteps(feature, seed),
    descriptions: new Map(),
    removals: new Map(),
    runs: [],
    moves: new Map(),
    sessions: [],
    last_text: null,
    last_tool: null,
    requests: [],
    checkpoints: cards > 0 ? makeCheckpoints(START_MS) : [],
    specs: cards > 0 ? makeSpecs(START_MS) : [],
    interview: null,
    images: [],
    settings: {},
    prompts: new Map(),
    policy: [],
    estimate_ms: cards * 90_000,
  };
}

export const DEFAULT_SETTINGS: AppSettings = {
  keep_awake: true,
  notify: { finished: true, needs_you: true, limit: true, blocked: true },
  close_to_tray: true,
  is_sound_on: false,
  is_confetti_on: false,
  default_model: null,
  default_budget_usd: 20,
  editor_command: null,
  theme: "system",
  shortcuts: {},
};

export const HEALTHY_SETUP: SetupStatus = {
  version: "0.1.0",
  data_dir: "/data/auto-agent-harness",
  claude: {
    is_found: true,
    path: "/usr/lib/auto-agent-harness/claude",
    version: "2.1.197",
    login: "subscription",
    account: "mira@example.org",
    problem: null,
    fix: null,
  },
  git: { is_found: true, path: "/usr/bin/git", fix: null },
  sandbox: { level: "full", kind: "bubblewrap", missing: [], fix: null },
  keychain: { is_available: true, has_key: false, payer: "auto", problem: null },
  checks: [
    { id: "claude", title: "Claude CLI", state: "ok", detail: "2.1.197, signed in as mira@example.org", fix: null },
    { id: "git", title: "Git", state: "ok", detail: "/usr/bin/git", fix: null },
    { id: "sandbox", title: "Sandbox", state: "ok", detail: "Files, processes and network are walled in", fix: null },
    { id: "disk", title: "Disk space", state: "ok", detail: "182 GiB free", fix: null },
  ],
};

/** Numbers events as a host would. */
export function envelopeOf(seq: number, epoch: string, at_ms: number, project: number, event: Event): Envelope {
  return { seq, epoch, at_ms, project, ...event };
}
