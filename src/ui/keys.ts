/** The part of a keyboard event that decides. */
type Stroke = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & {
  getModifierState?: (key: string) => boolean;
};

/** What was pressed, written as in the list of actions: `mod+k`, `shift+x`, `?`. None for a lone modifier. */
export function strokeOf(event: Stroke): string | null {
  if (["Control", "Meta", "Alt", "Shift", "Dead", "Unidentified"].includes(event.key)) return null;
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const parts: string[] = [];
  // AltGr comes as Ctrl with Alt on some systems, and is how `[` is typed on many keyboards.
  const isPlain = event.getModifierState?.("AltGraph") ?? false;
  if (!isPlain && (event.ctrlKey || event.metaKey)) parts.push("mod");
  if (!isPlain && event.altKey) parts.push("alt");
  // A sign such as `?` already says that Shift was held.
  if (event.shiftKey && (key.length > 1 || key !== event.key || key.toUpperCase() !== key)) parts.push("shift");
  return [...parts, key].join("+");
}

/** Keys that move the focus or press what has it, and those of browsers. */
const RESERVED_KEYS = ["f1", "f3", "f5", "f6", "f7", "f11", "f12", "tab", "shift+tab", "escape", "enter", "space"];

/** Combinations that belong to browsers and systems. Nothing may be bound to them. */
const RESERVED: ReadonlySet<string> = new Set([
  ..."acdfhjlnoprstuvwxy0123456789+-=".split("").map((key) => `mod+${key}`),
  ..."bcdijknoprtvw".split("").map((key) => `mod+shift+${key}`),
  ...["arrowleft", "arrowright", "arrowup", "arrowdown", "home", "f4", "tab", "d"].map((key) => `alt+${key}`),
  ...RESERVED_KEYS,
  "mod+tab",
  "mod+f4",
]);

/** Whether `keys` would take a combination away from the browser, the system, or moving the focus. */
export function isReserved(keys: string): boolean {
  return RESERVED.has(keys);
}

/** Whether a text that is being written needs the combination for itself: undoing there is not undoing elsewhere. */
export function isOfTexts(keys: string): boolean {
  return keys === "mod+z";
}

/**
 * Whether what is typed goes into a text, so that single keys are letters and not commands. A list to choose from, too,
 * goes to the entry that begins with the letter.
 */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return target.matches(
    "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [role=combobox]",
  );
}
