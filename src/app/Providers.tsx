import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Envelope } from "@/api/bindings.ts";
import { createClient } from "@/api/client.ts";
import { type Api, ApiContext, type EventListener } from "@/api/context.tsx";
import { type Door, whoOf } from "@/api/door.ts";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { Refetcher, ownRefetching } from "@/api/refetch.ts";
import type { Connection, Transport } from "@/api/transport.ts";
import { type Host, HostContext } from "@/host/host.ts";
import { toast } from "@/ui/toast.ts";
import { TooltipProvider } from "@/ui/Tooltip.tsx";

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: { failureTitle?: string | null; procedure?: string };
  }
}

/** The store of what the host said. A failed mutation is told in a toast, in the words its caller gave. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { refetchOnWindowFocus: false, refetchOnReconnect: false, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
    mutationCache: new MutationCache({
      onError: (thrown, _input, _context, mutation) => {
        const title = mutation.meta?.failureTitle;
        if (!title) return;
        const failure = toFailure(thrown);
        toast({ tone: "danger", title, description: reasonOf(failure) });
      },
    }),
  });
}

function createListeners() {
  const all = new Set<EventListener>();
  return {
    listen: (listener: EventListener) => {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
    tell: (envelope: Envelope) => {
      for (const listener of all) listener(envelope);
    },
  };
}

/** What the host told one person is forgotten before another one sees anything. */
function forgetForOthers(door: Door, queries: QueryClient): () => void {
  let last: string | null = null;
  return door.watch(() => {
    const { auth, expired } = door.view();
    const who = whoOf(auth) ?? (expired === null ? null : last);
    if (who !== last) queries.clear();
    last = who;
  });
}

type Props = {
  transport: Transport;
  host: Host;
  /** Over a network, who is let in; inside the desktop application there is no door. */
  door?: Door | null;
  queries: QueryClient;
  children: ReactNode;
};

const nobody = () => () => undefined;

/** Joins the interface to its host: calls, events and what the machine can do. */
export function Providers({ transport, host, door = null, queries, children }: Props) {
  const auth = useSyncExternalStore(door?.watch ?? nobody, () => door?.view().auth ?? null);
  const role = door ? (auth?.user?.role ?? "viewer") : "desktop";
  const [connection, setConnection] = useState<Connection>("connecting");
  const own = useMemo(() => ownRefetching(transport, queries), [transport, queries]);
  const client = useMemo(() => createClient(own), [own]);
  const [listeners] = useState(createListeners);

  useEffect(() => {
    const refetcher = new Refetcher(queries, client);
    const leave = own.subscribe({
      connection: setConnection,
      frame: (frame) => {
        refetcher.frame(frame);
        if (frame.frame === "event") listeners.tell(frame.envelope);
      },
    });
    return () => {
      leave();
      refetcher.stop();
    };
  }, [own, queries, client, listeners]);

  useEffect(() => (door ? forgetForOthers(door, queries) : undefined), [door, queries]);

  const api = useMemo<Api>(
    () => ({ client, connection, listen: listeners.listen, role, door }),
    [client, connection, listeners, role, door],
  );

  return (
    <QueryClientProvider client={queries}>
      <HostContext value={host}>
        <ApiContext value={api}>
          <TooltipProvider>{children}</TooltipProvider>
        </ApiContext>
      </HostContext>
    </QueryClientProvider>
  );
}
