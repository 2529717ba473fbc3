import type { QueryClient, QueryFilters } from "@tanstack/react-query";
import { type Event, type FeatureCard, type Frame, type Topic, procedures, touches } from "./bindings.ts";
import type { Client, ProcedureName } from "./client.ts";
import { mergeCards } from "./queue.ts";
import type { Transport } from "./transport.ts";

/** How long events gather before queries are read again, in milliseconds. */
const COALESCE_MS = 50;

/** With more changed cards than this at once, reading the whole board costs less than reading them. */
const MOST_CARDS = 300;

/** The topics of an event; none for an event that this version does not know. */
function topicsOf(event: Event): readonly Topic[] {
  return Object.hasOwn(touches, event.event) ? touches[event.event] : [];
}

/** The cards an event is about; `null` when it may be about any. */
export function cardsOf(event: Event): readonly number[] | null {
  if ("features" in event) return event.features;
  if ("feature" in event) return event.feature === null ? [] : [event.feature];
  return null;
}

function projectOf(input: unknown): number | null {
  if (typeof input !== "object" || input === null || !("project" in input)) return null;
  return typeof input.project === "number" ? input.project : null;
}

/** Whether what `name` returned for `input` may have changed after something happened to `topics` of `project`. */
export function isTouched(name: string, input: unknown, project: number, topics: ReadonlySet<Topic>): boolean {
  if (!Object.hasOwn(procedures, name)) return false;
  const of = projectOf(input);
  if (of !== null && of !== project) return false;
  const read: readonly Topic[] = procedures[name as ProcedureName].topics;
  return read.some((topic) => topics.has(topic));
}

/** A transport over which what the person does shows also while no event gets through. */
export function ownRefetching(transport: Transport, queries: QueryClient): Transport {
  let isHeard = false;
  return {
    call: async (procedure, input) => {
      const output = await transport.call(procedure, input);
      if (!isHeard) readAfter(queries, procedure);
      return output;
    },
    subscribe: (listener) =>
      transport.subscribe({
        ...listener,
        connection: (state) => {
          isHeard = state === "live";
          listener.connection(state);
        },
      }),
  };
}

/** Reads again what a change may have touched, as its events would. */
function readAfter(queries: QueryClient, procedure: string): void {
  if (!Object.hasOwn(procedures, procedure)) return;
  const { kind, topics } = procedures[procedure as ProcedureName];
  if (kind !== "mutation") return;
  const touched: ReadonlySet<Topic> = new Set(topics);
  void queries.invalidateQueries({
    predicate: ({ queryKey: [name] }) =>
      typeof name === "string" &&
      Object.hasOwn(procedures, name) &&
      procedures[name as ProcedureName].topics.some((topic: Topic) => touched.has(topic)),
  });
}

type Touched = { topics: Set<Topic>; cards: Set<number> | "all" };

/**
 * Turns events into refetches: at most one for each query in 50 ms, however many events there are. Of a board only the
 * cards that events name are read again: a project may have ten thousand.
 */
export class Refetcher {
  readonly #queries: QueryClient;
  readonly #client: Client;
  readonly #touched = new Map<number, Touched>();
  readonly #reading = new Map<number, Promise<void>>();
  /** First answers under way that may be from before an event, by the hash of their query. */
  readonly #outdated = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient, client: Client) {
    this.#queries = queries;
    this.#client = client;
  }

  frame(frame: Frame): void {
    if (frame.frame === "event") this.#touch(frame.envelope.project, frame.envelope);
    // Events were missed, so nothing on the screen can be trusted any more.
    if (frame.frame === "resync") void this.#invalidate({});
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#touched.clear();
  }

  #touch(project: number, event: Event): void {
    const topics = topicsOf(event);
    if (topics.length === 0) return;
    const touched = this.#touched.get(project) ?? { topics: new Set<Topic>(), cards: new Set<number>() };
    this.#touched.set(project, touched);
    for (const topic of topics) touched.topics.add(topic);
    if (topics.includes("Features")) touched.cards = joined(touched.cards, cardsOf(event));
    this.#timer ??= setTimeout(() => this.#flush(), COALESCE_MS);
  }

  #flush(): void {
    this.#timer = undefined;
    const touched = [...this.#touched];
    this.#touched.clear();
    void this.#invalidate({
      predicate: ({ queryKey: [name, input] }) =>
        typeof name === "string" &&
        name !== "feature_list" &&
        touched.some(([project, { topics }]) => isTouched(name, input, project, topics)),
    });
    for (const [project, { topics, cards }] of touched) {
      if (!topics.has("Features")) continue;
      // One after the other: an answer that was late would put an older card over a newer one.
      const before = this.#reading.get(project) ?? Promise.resolve();
      this.#reading.set(
        project,
        before.then(() => this.#readCards(project, cards)),
      );
    }
  }

  /** Reads queries again, those too whose first answer is under way: the library lets it come, and takes it for fresh. */
  #invalidate(filters: QueryFilters): Promise<void> {
    for (const query of this.#queries.getQueryCache().findAll(filters)) {
      const { queryHash, queryKey, promise } = query;
      const isFirst = query.state.data === undefined && query.state.fetchStatus === "fetching";
      if (!isFirst || !promise || this.#outdated.has(queryHash)) continue;
      this.#outdated.add(queryHash);
      const again = () => {
        this.#outdated.delete(queryHash);
        return this.#queries.invalidateQueries({ queryKey, exact: true });
      };
      void promise.then(again, again);
    }
    return this.#queries.invalidateQueries(filters);
  }

  async #readCards(project: number, cards: Set<number> | "all"): Promise<void> {
    const queryKey = ["feature_list", { project }];
    const state = this.#queries.getQueryState<FeatureCard[]>(queryKey);
    if (!state) return;
    // An answer under way may be from before the event, and would overwrite what is read here.
    const isOpen = cards === "all" || !state.data || state.fetchStatus === "fetching";
    const wanted = isOpen ? null : withDependents(state.data ?? [], cards);
    if (!wanted || wanted.size > MOST_CARDS) return this.#invalidate({ queryKey });
    if (wanted.size === 0) return;
    try {
      const fresh = await this.#client.feature_cards({ project, ids: [...wanted] });
      this.#queries.setQueryData<FeatureCard[]>(queryKey, (known) => known && mergeCards(known, wanted, fresh));
    } catch {
      await this.#invalidate({ queryKey });
    }
  }
}

function joined(cards: Set<number> | "all", more: readonly number[] | null): Set<number> | "all" {
  if (cards === "all" || more === null) return "all";
  for (const card of more) cards.add(card);
  return cards;
}

/** The changed cards, and those that wait for them: whether they still wait may have changed too. */
function withDependents(cards: readonly FeatureCard[], changed: ReadonlySet<number>): Set<number> {
  const wanted = new Set(changed);
  if (changed.size === 0) return wanted;
  for (const card of cards) if (card.dependencies.some((id) => changed.has(id))) wanted.add(card.id);
  return wanted;
}
