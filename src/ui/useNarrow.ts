import { useSyncExternalStore } from "react";

/** Below this a screen holds one thing beside another no more: a phone, or a small window. The same as `max-md:`. */
const NARROW = "(max-width: 767.98px)";

function watch(onChange: () => void): () => void {
  const query = window.matchMedia(NARROW);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

/** Whether the screen is as narrow as a phone's. */
export function useNarrow(): boolean {
  return useSyncExternalStore(watch, () => window.matchMedia(NARROW).matches);
}
