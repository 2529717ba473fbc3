import { useSyncExternalStore } from "react";

const REDUCED = "(prefers-reduced-motion: reduce)";

function watch(onChange: () => void): () => void {
  const query = window.matchMedia(REDUCED);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

/** Whether the system asks for as little motion as possible. */
export function useReducedMotion(): boolean {
  return useSyncExternalStore(watch, () => window.matchMedia(REDUCED).matches);
}
