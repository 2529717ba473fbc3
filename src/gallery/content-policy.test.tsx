import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { screen } from "@testing-library/react";
import { renderApp } from "./render.tsx";

/** What a policy says of style sheets, one source after the other. */
function stylesIn(policy: string): string[] {
  return policy
    .split(";")
    .map((part) => part.trim().split(/\s+/))
    .filter(([name]) => name === "style-src")
    .flatMap(([, ...sources]) => sources)
    .sort();
}

/** The server's policy, as it stands in its source: the lines of one Rust string, joined. */
function policyOfServer(): string {
  const source = readFileSync("src-tauri/crates/server/src/guard.rs", "utf8");
  const [, said = ""] = /const CONTENT_POLICY: &str = "([^"]*)"/.exec(source) ?? [];
  return said.replaceAll(/\\\n\s*/g, "");
}

function stylesOfWindow(): string[] {
  const { app } = JSON.parse(readFileSync("src-tauri/tauri.conf.json", "utf8")) as {
    app: { security: { csp: Record<string, string> } };
  };
  return stylesIn(`style-src ${app.security.csp["style-src"] ?? ""}`);
}

describe("the content policy", () => {
  test("lets the window and the browser take the same style sheets, and none that anybody could write", () => {
    expect(stylesOfWindow(), "one interface, one policy").toEqual(stylesIn(policyOfServer()));
    expect(stylesOfWindow()).not.toContain("'unsafe-inline'");
  });

  test("names every style sheet that a library adds to a page", async () => {
    // As in a real window, which has no scroll bar of its own: its width is in the style sheet.
    vi.spyOn(document.documentElement, "clientWidth", "get").mockReturnValue(window.innerWidth);
    const added = new Set<string>();
    const watch = new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (!(node instanceof Element)) continue;
        for (const one of [node, ...node.querySelectorAll("style")]) {
          if (one instanceof HTMLStyleElement) added.add(one.textContent ?? "");
        }
      }
    });
    watch.observe(document, { subtree: true, childList: true });
    const { user } = renderApp("/p/1/board?add=feature");
    await screen.findByRole("dialog");
    await user.click(screen.getByRole("combobox", { name: "Layer" }));
    await screen.findByRole("listbox");
    watch.disconnect();
    const hashes = [...added].map((style) => `'sha256-${createHash("sha256").update(style).digest("base64")}'`);
    expect(hashes.length, "a dialog and a list of choices each add one").toBe(2);
    expect(stylesOfWindow()).toEqual(["'self'", ...hashes].sort());
  });
});
