import { type QueryClient, type UseQueryOptions } from "@tanstack/react-query";
import { type Event, type Frame, type Topic, procedures, touches } from "./bindings.ts";
import { type Client, type Input, type Output, type ProcedureName, callOf } from "./client.ts";
import { type Failure, mayRetry } from "./failure.ts";

/** Procedures that only read. */
export type QueryName = {
  [Name in ProcedureName]: (typeof procedures)[Name]["kind"] extends "query" ? Name : never;
}[ProcedureName];

export type QueryKey<Name extends ProcedureName = ProcedureName> = readonly [Name, Input<Name>];

/** The query of one procedure. Its topics, and so its refetching, follow from the procedure. */
export function query<Name extends QueryName>(client: Client, name: Name, input: Input<Name>) {
  const call = callOf(client, name);
  return {
    queryKey: [name, input] as QueryKey<Name>,
    queryFn: () => call(input),
    // Events say when an answer is out of date; time does not.
    staleTime: Infinity,
    retry: (count: number, failure: Failure) => count < 3 && mayRetry(failure),
  };
}

export type QueryOf<Name extends QueryName, Selected = Output<Name>> = UseQueryOptions<
  Output<Name>,
  Failure,
  Selected,
  QueryKey<Name>
>;

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

/** How long events gather before queries are read again, in milliseconds. */
const COALESCE_MS = 50;

/** Turns events into refetches: at most one for each query in 50 ms, however many events there are. */
export class Refetcher {
  readonly #queries: QueryClient;
  readonly #touched = new Map<number, Set<Topic>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  frame(frame: Frame): void {
    if (frame.frame === "event") this.touch(frame.envelope.project, topicsOf(frame.envelope));
    // Events were missed, so nothing on the screen can be trusted any more.
    if (frame.frame === "resync") void this.#queries.invalidateQueries();
  }

  touch(project: number, topics: readonly Topic[]): void {
    if (topics.length === 0) return;
    const touched = this.#touched.get(project) ?? new Set<Topic>();
    for (const topic of topics) touched.add(topic);
    this.#touched.set(project, touched);
    this.#timer ??= setTimeout(() => this.#flush(), COALESCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#touched.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const touched = [...this.#touched];
    this.#touched.clear();
    void this.#queries.invalidateQueries({
      predicate: ({ queryKey: [name, input] }) =>
        typeof name === "string" && touched.some(([project, topics]) => isTouched(name, input, project, topics)),
    });
  }
}

/** The topics of an event; none for an event that this version does not know. */
export function topicsOf(event: Event): readonly Topic[] {
  return Object.hasOwn(touches, event.event) ? touches[event.event] : [];
}
