import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** The least contrast at which everybody can read small text. */
const LEAST = 4.5;

type Colours = Readonly<Record<string, string>>;

/** The custom properties of each theme of a style sheet. */
function themes(path: string): Map<string, Colours> {
  const found = new Map<string, Colours>();
  const css = readFileSync(path, "utf8");
  for (const [, theme = "", body = ""] of css.matchAll(/\[data-theme="(\w+)"\] \{([^}]*)\}/g)) {
    const colours = Object.fromEntries(
      [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
    );
    found.set(theme, { ...found.get(theme), ...colours });
  }
  return found;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const tokens = themes("src/ui/tokens.css");
const code = themes("src/ui/code/code.css");

describe.each([...tokens.keys()])("code in the theme %s", (theme) => {
  const all: Colours = { ...tokens.get(theme), ...code.get(theme) };
  const texts = Object.keys(all).filter((name) => name === "text" || name.startsWith("code-"));
  const grounds = ["canvas", "panel", "added", "removed", "mark-added", "mark-removed"];

  test("every colour can be read on every ground it stands on", () => {
    expect(texts.length, "all colours are looked at").toBe(8);
    for (const ground of grounds) {
      for (const name of texts) {
        const ratio = contrast(all[name] ?? "#000000", all[ground] ?? "#000000");
        expect(ratio, `--${name} on --${ground}`).toBeGreaterThanOrEqual(LEAST);
      }
    }
  });
});
