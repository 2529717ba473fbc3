import type { QueryClient } from "@tanstack/react-query";
import { createClient, type Input } from "@/api/client.ts";
import { query, type QueryName } from "@/api/queries.ts";
import type { Transport } from "@/api/transport.ts";

/** So long the first drawing waits for the cards, in milliseconds: to draw twice takes longer. */
const PATIENCE_MS = 100;

type Call = { [Name in QueryName]: readonly [Name, Input<Name>] }[QueryName];

/**
 * What the page at `path` shows first, as calls of the host: the board's cards, which take the longest, and what surrounds
 * the board, since answers that came later would have all of it drawn again. None for any other page.
 */
export function shownFirst(path: string): Call[] {
  const project = Number(/^\/p\/(\d+)\/board$/.exec(path)?.[1]);
  if (!Number.isSafeInteger(project)) return [];
  return [
    ["feature_list", { project }],
    ["app_settings_read", null],
    ["project_list", null],
    ["project_get", { project }],
    ["run_status", { project }],
    ["request_list", { project, is_open: true }],
  ];
}

/**
 * Reads what the page at `path` shows first before anything is drawn. Ends once all is here or the first drawing should
 * wait no longer; at once where nothing is to be read. The event stream must be joined already.
 */
export async function readAhead(transport: Transport, queries: QueryClient, path: string): Promise<void> {
  const calls = shownFirst(path);
  if (calls.length === 0) return;
  const client = createClient(transport);
  const enough = new Promise<void>((end) => setTimeout(end, PATIENCE_MS));
  const shown = Promise.all(
    calls.map(([name, input]) => queries.prefetchQuery(query(client, name, input as Input<typeof name>))),
  );
  await Promise.race([shown, enough]);
}
