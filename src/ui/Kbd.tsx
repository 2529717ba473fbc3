/** Keys as they are printed on the keyboard, such as `mod+k`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex items-center gap-0.5">
      {keyLabels(keys).map((label) => (
        <kbd
          key={label}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-line bg-canvas px-1 font-sans text-2xs text-muted"
        >
          {label}
        </kbd>
      ))}
    </span>
  );
}

const IS_MAC = typeof navigator !== "undefined" && navigator.platform.startsWith("Mac");

const LABELS: Readonly<Record<string, string>> = {
  mod: IS_MAC ? "⌘" : "Ctrl",
  shift: IS_MAC ? "⇧" : "Shift",
  alt: IS_MAC ? "⌥" : "Alt",
  enter: "Enter",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  backspace: "⌫",
  delete: "Del",
  space: "Space",
};

export function keyLabels(keys: string): string[] {
  return keys.split("+").map((key) => LABELS[key] ?? key.toUpperCase());
}
