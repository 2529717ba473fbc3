import type { UseQueryOptions } from "@tanstack/react-query";
import type { procedures } from "./bindings.ts";
import { type Client, type Input, type Output, type ProcedureName, callOf } from "./client.ts";
import { type Failure, mayRetry } from "./failure.ts";

/** Procedures that only read. */
export type QueryName = {
  [Name in ProcedureName]: (typeof procedures)[Name]["kind"] extends "query" ? Name : never;
}[ProcedureName];

export type QueryKey<Name extends ProcedureName = ProcedureName> = readonly [Name, Input<Name>];

/** Queries of the project's files: agents, editors and git change those, and no event says so. */
const OF_FILES: ReadonlySet<QueryName> = new Set<QueryName>(["change_list", "change_diff", "checkpoint_preview"]);

/** The query of one procedure. Its topics, and so its refetching, follow from the procedure. */
export function query<Name extends QueryName>(client: Client, name: Name, input: Input<Name>) {
  const call = callOf(client, name);
  return {
    queryKey: [name, input] as QueryKey<Name>,
    queryFn: () => call(input),
    // Events say when an answer is out of date; time does not.
    staleTime: OF_FILES.has(name) ? 0 : Infinity,
    refetchOnWindowFocus: OF_FILES.has(name),
    retry: (count: number, failure: Failure) => count < 3 && mayRetry(failure),
  };
}

export type QueryOf<Name extends QueryName, Selected = Output<Name>> = UseQueryOptions<
  Output<Name>,
  Failure,
  Selected,
  QueryKey<Name>
>;
