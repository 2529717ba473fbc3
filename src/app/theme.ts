import { useSyncExternalStore } from "react";
import type { Theme } from "@/api/bindings.ts";

const PREFERS_DARK = "(prefers-color-scheme: dark)";
const PREFERS_CONTRAST = "(prefers-contrast: more)";

/** The theme to draw: what was chosen, or what the system asks for. */
function resolveTheme(theme: Theme, system: { isDark: boolean; isContrast: boolean }): Exclude<Theme, "system"> {
  if (theme !== "system") return theme;
  if (system.isContrast) return "high_contrast";
  return system.isDark ? "dark" : "light";
}

function watch(onChange: () => void): () => void {
  const queries = [window.matchMedia(PREFERS_DARK), window.matchMedia(PREFERS_CONTRAST)];
  for (const query of queries) query.addEventListener("change", onChange);
  return () => {
    for (const query of queries) query.removeEventListener("change", onChange);
  };
}

const isDark = () => window.matchMedia(PREFERS_DARK).matches;
const isContrast = () => window.matchMedia(PREFERS_CONTRAST).matches;

/** What the system asks for now: the look of the first picture, before the settings are there. */
export function systemTheme(): Exclude<Theme, "system"> {
  return resolveTheme("system", { isDark: isDark(), isContrast: isContrast() });
}

export function useResolvedTheme(theme: Theme): Exclude<Theme, "system"> {
  const system = { isDark: useSyncExternalStore(watch, isDark), isContrast: useSyncExternalStore(watch, isContrast) };
  return resolveTheme(theme, system);
}
