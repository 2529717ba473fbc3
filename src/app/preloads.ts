import type { Plugin } from "vite";

/** The application itself, which the first script loads, and the font of nearly all text. */
const NEEDED_AT_ONCE = { script: "/src/app/start.tsx", font: /inter-latin-wght-normal-[^/]*\.woff2$/ };

/** Names in the built page what is needed at once, so that the browser need not read scripts and styles to find it. */
export function preloads(): Plugin {
  return {
    name: "preloads",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const files = Object.values(bundle);
        const isApp = (module: string) => module.replaceAll("\\", "/").endsWith(NEEDED_AT_ONCE.script);
        const script = files.find((file) => file.type === "chunk" && file.moduleIds.some(isApp));
        const font = files.find(({ fileName }) => NEEDED_AT_ONCE.font.test(fileName));
        if (script?.type !== "chunk" || !font) throw new Error("What the page needs at once is not in the build");
        const loaded = [script.fileName, ...script.imports].filter((file) => !html.includes(file));
        const scripts = loaded.map((file) => ({ rel: "modulepreload", href: `/${file}` }));
        const all = [...scripts, { rel: "preload", as: "font", type: "font/woff2", href: `/${font.fileName}` }];
        return all.map((attrs) => ({ tag: "link", attrs: { ...attrs, crossorigin: true }, injectTo: "head" as const }));
      },
    },
  };
}
