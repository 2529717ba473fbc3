import { useEffect, useRef } from "react";
import { create } from "zustand";

export type ActionGroup = "Anywhere" | "Go to" | "Board" | "Run" | "Transcript" | "Review";

type ActionFacts = { title: string; group: ActionGroup; keys: string | null };

/**
 * Everything that has a key or stands in the command palette. Keys are `mod` (Ctrl, or Cmd on a Mac), `shift`, `alt` and a
 * key, joined with `+`. No combination that a browser uses is among them.
 */
export const ACTIONS = {
  "app.palette": { title: "Open the command palette", group: "Anywhere", keys: "mod+k" },
  "app.shortcuts": { title: "Show all shortcuts", group: "Anywhere", keys: "?" },
  "app.settings": { title: "Settings", group: "Anywhere", keys: "," },
  "app.attention": { title: "Go to what needs you", group: "Anywhere", keys: "a" },
  "app.sidebar": { title: "Show or hide the sidebar", group: "Anywhere", keys: "[" },
  "app.theme": { title: "Switch between light and dark", group: "Anywhere", keys: null },
  "go.projects": { title: "All projects", group: "Go to", keys: "0" },
  "go.board": { title: "Board", group: "Go to", keys: "b" },
  "go.graph": { title: "Dependency graph", group: "Go to", keys: "g" },
  "go.run": { title: "Run", group: "Go to", keys: "r" },
  "go.transcript": { title: "Transcript (logs)", group: "Go to", keys: "d" },
  "go.review": { title: "Changes", group: "Go to", keys: "v" },
  "go.checkpoints": { title: "Checkpoints", group: "Go to", keys: "6" },
  "go.specs": { title: "Specifications", group: "Go to", keys: "7" },
  "go.health": { title: "Project health", group: "Go to", keys: "8" },
  "go.new": { title: "New project", group: "Go to", keys: null },
  "board.add": { title: "Add a feature or report a bug", group: "Board", keys: "n" },
  "board.search": { title: "Filter the cards", group: "Board", keys: "/" },
  "board.select": { title: "Select the card", group: "Board", keys: "x" },
  "board.select_all": { title: "Select all cards in view", group: "Board", keys: "shift+x" },
  "board.move": { title: "Move to…", group: "Board", keys: "m" },
  "board.pin": { title: "Pin or unpin", group: "Board", keys: "p" },
  "board.edit": { title: "Edit the card", group: "Board", keys: "e" },
  "board.delete": { title: "Delete", group: "Board", keys: "delete" },
  "board.undo": { title: "Bring back what was deleted last", group: "Board", keys: "mod+z" },
  "run.start": { title: "Start or pause the run", group: "Run", keys: "s" },
  "run.stop": { title: "Stop the run", group: "Run", keys: "shift+s" },
  "transcript.search": { title: "Search the transcript", group: "Transcript", keys: "/" },
  "transcript.follow": { title: "Follow the newest entry", group: "Transcript", keys: "f" },
  "transcript.first": { title: "Go to the first entry", group: "Transcript", keys: "home" },
  "transcript.latest": { title: "Go to the newest entry and follow", group: "Transcript", keys: "end" },
  "transcript.next": { title: "Next entry, or next hit of a search", group: "Transcript", keys: "j" },
  "transcript.previous": { title: "Previous entry, or previous hit", group: "Transcript", keys: "k" },
  "review.next_file": { title: "Next file", group: "Review", keys: "j" },
  "review.previous_file": { title: "Previous file", group: "Review", keys: "k" },
  "review.next_change": { title: "Next change in the file", group: "Review", keys: "n" },
  "review.previous_change": { title: "Previous change in the file", group: "Review", keys: "shift+n" },
  "review.viewed": { title: "Mark the file as viewed", group: "Review", keys: "x" },
  "review.layout": { title: "Unified or split diff", group: "Review", keys: "u" },
  "review.comment": { title: "Comment on the line", group: "Review", keys: "c" },
} as const satisfies Record<string, ActionFacts>;

export type ActionId = keyof typeof ACTIONS;

export const ACTION_IDS = Object.keys(ACTIONS) as ActionId[];

type Registered = { run: () => void };

type ActionState = {
  /** What can be done now. The last one registered under an id wins. */
  live: ReadonlyMap<ActionId, readonly Registered[]>;
  /** Keys that a person chose instead; an empty text means none. */
  chosen: Readonly<Record<string, string>>;
};

export const useActions = create<ActionState>(() => ({ live: new Map(), chosen: {} }));

/** The keys of an action as they are now; none when it has none. */
export function keysOf(action: ActionId, chosen: Readonly<Record<string, string>>): string | null {
  const keys = chosen[action];
  if (keys !== undefined) return keys === "" ? null : keys;
  return ACTIONS[action].keys;
}

export function useKeysOf(action: ActionId): string | undefined {
  return useActions((state) => keysOf(action, state.chosen)) ?? undefined;
}

/** Lets `action` be done by its keys and from the palette, while the component is shown and `isPossible`. */
export function useAction(action: ActionId, run: () => void, isPossible = true): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!isPossible) return;
    const registered: Registered = { run: () => latest.current() };
    change(action, (all) => [...all, registered]);
    return () => change(action, (all) => all.filter((one) => one !== registered));
  }, [action, isPossible]);
}

function change(action: ActionId, edit: (all: readonly Registered[]) => readonly Registered[]): void {
  useActions.setState(({ live }) => ({ live: new Map(live).set(action, edit(live.get(action) ?? [])) }));
}

/** Does it, if it can be done now. */
export function perform(action: ActionId): boolean {
  const registered = useActions.getState().live.get(action)?.at(-1);
  registered?.run();
  return registered !== undefined;
}

export function isLive(live: ActionState["live"], action: ActionId): boolean {
  return (live.get(action)?.length ?? 0) > 0;
}
