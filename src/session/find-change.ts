import { changes, type Entry } from "./entry.ts";
import type { Spot } from "./outline.ts";

type Hit = { session: string; ordinal: number };
type Fetch = (session: string, from: number, limit: number) => Promise<readonly Entry[]>;

/** Hits that are looked at before giving up: a path that is spoken of more often was hardly ever changed. */
const MOST_HITS = 60;

/** The newest call that changed the file, among rows that a search for its path found, newest first. */
export async function findChange(path: string, hits: readonly Hit[], fetch: Fetch): Promise<Spot | null> {
  for (const { session, ordinal } of hits.slice(0, MOST_HITS)) {
    const [row] = await fetch(session, ordinal, 1);
    if (row?.body.some((block) => changes(block, path))) return { session, ordinal };
  }
  return null;
}

/** What to search for to find a path: its last two names, which are words enough and stand in absolute paths too. */
export function wordsOfPath(path: string): string {
  return path
    .split("/")
    .slice(-2)
    .join(" ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
