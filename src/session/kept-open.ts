import { useState } from "react";
import { createStore } from "zustand";

/** What a person opened or closed, so that it is still so when its row comes into sight again. */
const kept = createStore<{ open: ReadonlyMap<string, boolean> }>(() => ({ open: new Map() }));
const MOST = 2000;

export function useKeptOpen(key: string, initial: boolean): [boolean, (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(() => kept.getState().open.get(key) ?? initial);
  const keep = (to: boolean) => {
    kept.setState(({ open }) => ({ open: new Map([...open, [key, to] as const].slice(-MOST)) }));
    setOpen(to);
  };
  return [isOpen, keep];
}
