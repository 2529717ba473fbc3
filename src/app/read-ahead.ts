import type { QueryClient } from "@tanstack/react-query";
import { createClient } from "@/api/client.ts";
import { query } from "@/api/queries.ts";
import type { Transport } from "@/api/transport.ts";

/** So long the first drawing waits for the cards, in milliseconds: to draw twice takes longer. */
const PATIENCE_MS = 100;

/**
 * Asks for what the board at `path` shows before anything is drawn: its cards take the longest. Ends once all is here or
 * the first drawing should wait no longer; at once for any other path. The event stream must be joined already.
 */
export async function readAhead(transport: Transport, queries: QueryClient, path: string): Promise<void> {
  const project = Number(/^\/p\/(\d+)\/board$/.exec(path)?.[1]);
  if (!Number.isSafeInteger(project)) return;
  const client = createClient(transport);
  const enough = new Promise<void>((end) => setTimeout(end, PATIENCE_MS));
  // What surrounds the board is drawn with it: answers that came later would have all of it drawn again.
  const shown = Promise.all([
    queries.prefetchQuery(query(client, "app_settings_read", null)),
    queries.prefetchQuery(query(client, "project_list", null)),
    queries.prefetchQuery(query(client, "feature_list", { project })),
  ]);
  await Promise.race([shown, enough]);
}
