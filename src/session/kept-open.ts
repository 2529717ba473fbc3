import { useState } from "react";

/** What a person opened or closed, so that it is still so when its row comes into sight again. */
const kept = new Map<string, boolean>();
const MOST = 2000;

export function useKeptOpen(key: string, initial: boolean): [boolean, (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(() => kept.get(key) ?? initial);
  const keep = (to: boolean) => {
    kept.set(key, to);
    if (kept.size > MOST) kept.delete([...kept.keys()][0] ?? "");
    setOpen(to);
  };
  return [isOpen, keep];
}
