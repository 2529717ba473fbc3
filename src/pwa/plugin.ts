import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { manifest } from "./manifest.ts";

const read = (relative: string) => readFileSync(fileURLToPath(new URL(relative, import.meta.url)));

const HEAD: readonly [string, Record<string, string>][] = [
  ["link", { rel: "icon", type: "image/png", href: "/icons/web-192.png" }],
  ["link", { rel: "apple-touch-icon", href: "/icons/web-apple-180.png" }],
  ["link", { rel: "manifest", href: "/manifest.webmanifest" }],
  ["meta", { name: "theme-color", media: "(prefers-color-scheme: light)", content: "#f7f7f8" }],
  ["meta", { name: "theme-color", media: "(prefers-color-scheme: dark)", content: "#0d0e11" }],
];

/**
 * Makes the built pages installable: adds the manifest, its icons, and a service worker that knows every file of this build.
 * Hand-written since all it needs is a list of files; the usual plugin brings a library into the worker.
 */
export function installable(): Plugin {
  return {
    name: "installable",
    apply: "build",
    // After the page itself is there.
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler: () => HEAD.map(([tag, attrs]) => ({ tag, attrs, injectTo: "head" as const })),
    },
    generateBundle(_options, bundle) {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: "asset", fileName, source });
      for (const { src } of manifest.icons) emit(src.slice(1), read(`../..${src}`));
      emit("icons/web-apple-180.png", read("../../icons/web-apple-180.png"));
      emit("manifest.webmanifest", JSON.stringify(manifest));

      // File names of the build carry a hash of what is in them, so the list changes whenever anything does.
      const built = Object.keys(bundle).filter((file) => !file.endsWith(".map"));
      const files = ["/index.html", ...built.filter((file) => file !== "index.html").map((file) => `/${file}`)].sort();
      const worker = read("./worker.js");
      const page = bundle["index.html"];
      const words = page?.type === "asset" ? page.source : "";
      const version = createHash("sha256")
        .update(files.join("\n"))
        .update(words)
        .update(worker)
        .digest("hex")
        .slice(0, 16);
      const known = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(files)};\n`;
      emit("sw.js", known + worker.toString("utf8"));
    },
  };
}
