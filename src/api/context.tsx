import {
  type UseMutationOptions,
  type UseMutationResult,
  keepPreviousData,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { createContext, useContext, useEffect, useRef } from "react";
import { type CallerRole, type Envelope, procedures } from "./bindings.ts";
import { type Client, type Input, type Output, type ProcedureName, callOf } from "./client.ts";
import { type Door, isEnough } from "./door.ts";
import type { Failure } from "./failure.ts";
import { type QueryKey, type QueryName, type QueryOf, query } from "./queries.ts";
import type { Connection } from "./transport.ts";

export type EventListener = (envelope: Envelope) => void;

/** What every component needs of the host. */
export type Api = {
  client: Client;
  connection: Connection;
  /** Hears every event as it comes. Returns how to stop. */
  listen: (listener: EventListener) => () => void;
  /** What the person may do. */
  role: CallerRole;
  /** The door between the person and the host; none inside the desktop application. */
  door: Door | null;
};

export const ApiContext = createContext<Api | null>(null);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi is used outside ApiContext");
  return api;
}

export function useClient(): Client {
  return useApi().client;
}

const NEEDED: Readonly<Record<CallerRole, string>> = {
  viewer: "Sign in first.",
  operator: "Viewers look on: this needs an operator.",
  admin: "Only an admin may do this.",
  desktop: "Only at the machine that the application runs on, in its desktop window.",
};

/** Why the person may not call `name`; `null` when they may. */
export function useRefusal(name: ProcedureName): string | null {
  const { role } = useApi();
  const needed = procedures[name].role;
  return isEnough(role, needed) ? null : NEEDED[needed];
}

type Chosen<Name extends QueryName, Selected> = {
  select?: (output: Output<Name>) => Selected;
  isEnabled?: boolean;
  /** Keeps showing the answer to the previous input until the new one is here. */
  keepsPrevious?: boolean;
};

/** Reads a procedure and keeps it true: events of its topics read it again. */
export function useApiQuery<Name extends QueryName, Selected = Output<Name>>(
  name: Name,
  input: Input<Name>,
  chosen: Chosen<Name, Selected> = {},
) {
  const client = useClient();
  const { select, isEnabled = true, keepsPrevious = false } = chosen;
  const { queryKey, queryFn, staleTime, refetchOnWindowFocus, retry } = query(client, name, input);
  const options: QueryOf<Name, Selected> = {
    queryKey,
    queryFn,
    staleTime,
    refetchOnWindowFocus,
    retry,
    enabled: isEnabled,
  };
  if (select) options.select = select;
  if (keepsPrevious) options.placeholderData = keepPreviousData as NonNullable<typeof options.placeholderData>;
  return useQuery<Output<Name>, Failure, Selected, QueryKey<Name>>(options);
}

type MutationChoices<Name extends ProcedureName> = Omit<
  UseMutationOptions<Output<Name>, Failure, Input<Name>>,
  "mutationFn" | "meta"
> & {
  /** The sentence shown when it fails, such as "The card was not moved". None when the caller shows the failure itself. */
  failureTitle: string | null;
};

/** Calls a procedure that changes something. A failure is told in a toast under `failureTitle`. */
export function useApiMutation<Name extends ProcedureName>(
  name: Name,
  { failureTitle, ...options }: MutationChoices<Name>,
): UseMutationResult<Output<Name>, Failure, Input<Name>> {
  const client = useClient();
  const call = callOf(client, name);
  return useMutation<Output<Name>, Failure, Input<Name>>({
    ...options,
    mutationFn: (input) => call(input),
    meta: { failureTitle, procedure: name },
  });
}

/** Runs `listener` for every event while the component is shown. */
export function useEvents(listener: EventListener): void {
  const { listen } = useApi();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => listen((envelope) => latest.current(envelope)), [listen]);
}
