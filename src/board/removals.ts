import { createStore, useStore } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

/** One deletion, as far as it is needed to be undone and recognised. */
export type Removal = {
  /** What the host calls it. */
  removal: number;
  /** How many cards went. */
  count: number;
  /** The first of them, as it is shown. */
  first: string;
};

/** Deletions that are remembered for each project. */
const MOST = 10;

const NONE: readonly Removal[] = [];

type State = { removals: Readonly<Record<number, readonly Removal[]>> };

/** What was deleted in this window and not brought back, newest first. A reload keeps it; closing the window ends it. */
const removals = createStore<State>()(
  persist<State>(() => ({ removals: {} }), {
    name: "removals",
    storage: createJSONStorage(() => window.sessionStorage),
  }),
);

function change(project: number, edit: (all: readonly Removal[]) => readonly Removal[]): void {
  removals.setState(({ removals: all }) => ({ removals: { ...all, [project]: edit(all[project] ?? NONE) } }));
}

export function rememberRemoval(project: number, taken: Removal): void {
  change(project, (all) => [taken, ...all.filter(({ removal }) => removal !== taken.removal)].slice(0, MOST));
}

export function forgetRemoval(project: number, { removal }: Removal): void {
  change(project, (all) => all.filter((one) => one.removal !== removal));
}

export function lastRemoval(project: number): Removal | undefined {
  return removals.getState().removals[project]?.[0];
}

export function useRemovals(project: number): readonly Removal[] {
  return useStore(removals, ({ removals: all }) => all[project] ?? NONE);
}
