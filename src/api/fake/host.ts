import type { Event, Frame } from "../bindings.ts";
import { Failure, toFailure, unreached } from "../failure.ts";
import type { Listener, Transport } from "../transport.ts";
import { accountsHandlers } from "./accounts.ts";
import { boardHandlers } from "./board.ts";
import { generalHandlers } from "./general.ts";
import { interviewHandlers } from "./interview.ts";
import { reviewHandlers } from "./review.ts";
import { openRequest } from "./requests.ts";
import { addLongRun, runHandlers, startRun, tick } from "./run.ts";
import { specHandlers } from "./specs.ts";
import { transcriptHandlers } from "./transcript.ts";
import {
  DEFAULT_SETTINGS,
  type FakeProject,
  HEALTHY_SETUP,
  type Handlers,
  type ProjectPlan,
  START_MS,
  type World,
  envelopeOf,
  makeProject,
} from "./world.ts";

export type FakePlan = {
  projects?: ProjectPlan[];
  /** How long every answer takes, in milliseconds. */
  latency_ms?: number;
  /** The clock; it stands still when absent, so that a picture can be had again. */
  now?: () => number;
};

/** A host that exists only in memory, for tests and the gallery. It answers every procedure as the real one would. */
export class FakeHost implements Transport {
  readonly world: World;
  /** Every call that was made, oldest first. */
  readonly calls: { procedure: string; input: unknown }[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #failures = new Map<string, Failure>();
  readonly #latency_ms: number;
  readonly #handlers: Handlers;
  #seq = 0;
  #isCut = false;

  constructor({ projects = [{ name: "ledger", cards: 60 }], latency_ms = 0, now = () => START_MS }: FakePlan = {}) {
    this.#latency_ms = latency_ms;
    this.world = {
      now,
      projects: new Map(projects.map((plan, at) => [at + 1, makeProject(at + 1, plan)])),
      settings: DEFAULT_SETTINGS,
      setup: HEALTHY_SETUP,
      emit: (project, event) => this.emit(project, event),
    };
    this.#handlers = {
      ...generalHandlers(this.world),
      ...accountsHandlers(this.world),
      ...boardHandlers(this.world),
      ...runHandlers(this.world),
      ...transcriptHandlers(this.world),
      ...reviewHandlers(this.world),
      ...specHandlers(this.world),
      ...interviewHandlers(this.world),
    };
  }

  /** The project that came `number`-th in the plan, from 1. */
  project(number = 1): FakeProject {
    const project = this.world.projects.get(number);
    if (!project) throw new Error(`The fake host has no project ${number}`);
    return project;
  }

  async call(procedure: string, input: unknown): Promise<unknown> {
    this.calls.push({ procedure, input });
    // Always later, as over a wire; a test that forgot to wait finds out.
    await (this.#latency_ms > 0 ? new Promise((resolve) => setTimeout(resolve, this.#latency_ms)) : Promise.resolve());
    if (this.#isCut) throw unreached("The host does not answer.");
    const failure = this.#failures.get(procedure);
    if (failure) throw failure;
    const handler = this.#handlers[procedure as keyof Handlers] as ((input: unknown) => unknown) | undefined;
    if (!handler)
      throw new Failure({
        code: "not_found",
        message: `The fake host has no ${procedure}.`,
        hint: null,
        incident: null,
      });
    try {
      return await handler(input);
    } catch (thrown) {
      throw toFailure(thrown);
    }
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener.connection(this.#isCut ? "lost" : "live");
    listener.frame({ frame: "hello", epoch: "fake", seq: this.#seq });
    return () => this.#listeners.delete(listener);
  }

  emit(project: number, event: Event): void {
    this.#seq += 1;
    const frame: Frame = { frame: "event", envelope: envelopeOf(this.#seq, "fake", this.world.now(), project, event) };
    if (!this.#isCut) for (const listener of this.#listeners) listener.frame(frame);
  }

  /** Lets calls of `procedure` fail until `null` is given. */
  failWith(procedure: keyof Handlers, failure: Failure | null): void {
    if (failure) this.#failures.set(procedure, failure);
    else this.#failures.delete(procedure);
  }

  /** Replaces how `procedure` is answered. */
  answer<Name extends keyof Handlers>(procedure: Name, handler: Handlers[Name]): void {
    this.#handlers[procedure] = handler;
  }

  /** Cuts the connection, or joins it again: what happened meanwhile is not told, only that something did. */
  cut(isCut: boolean): void {
    this.#isCut = isCut;
    for (const listener of this.#listeners) {
      listener.connection(isCut ? "lost" : "live");
      if (!isCut) listener.frame({ frame: "resync", seq: this.#seq });
    }
  }

  /** Starts a run in the `number`-th project. */
  start(number = 1): void {
    startRun(this.world, this.project(number), { mode: "auto", is_quick: false, rehearsal: null });
  }

  /** Lets the agent of the `number`-th project ask for a person's word. */
  ask(kind: "approval" | "question", number = 1): void {
    openRequest(this.world, this.project(number), kind);
  }

  /** Adds an ended run with a session of `rows` rows to the `number`-th project, and returns the session's id. */
  addLongRun(rows: number, number = 1): string {
    return addLongRun(this.world, this.project(number), rows).id;
  }

  /** Lets every live run go on by one turn. */
  tick(): void {
    for (const project of this.world.projects.values()) tick(this.world, project);
  }
}
