import type { LanguageFn } from "highlight.js";

type Load = () => Promise<{ default: LanguageFn }>;

const typescript: Load = () => import("highlight.js/lib/languages/typescript");
const javascript: Load = () => import("highlight.js/lib/languages/javascript");
const xml: Load = () => import("highlight.js/lib/languages/xml");
const css: Load = () => import("highlight.js/lib/languages/css");
const cpp: Load = () => import("highlight.js/lib/languages/cpp");
const ini: Load = () => import("highlight.js/lib/languages/ini");
const bash: Load = () => import("highlight.js/lib/languages/bash");
const yaml: Load = () => import("highlight.js/lib/languages/yaml");

/** Languages by the end of a file's name. Each is fetched when the first file of its kind is shown. */
const LANGUAGES: Readonly<Record<string, Load>> = {
  ts: typescript,
  tsx: typescript,
  mts: typescript,
  cts: typescript,
  js: javascript,
  jsx: javascript,
  mjs: javascript,
  cjs: javascript,
  json: () => import("highlight.js/lib/languages/json"),
  html: xml,
  xml,
  svg: xml,
  vue: xml,
  svelte: xml,
  css,
  scss: () => import("highlight.js/lib/languages/scss"),
  less: () => import("highlight.js/lib/languages/less"),
  rs: () => import("highlight.js/lib/languages/rust"),
  py: () => import("highlight.js/lib/languages/python"),
  go: () => import("highlight.js/lib/languages/go"),
  java: () => import("highlight.js/lib/languages/java"),
  kt: () => import("highlight.js/lib/languages/kotlin"),
  swift: () => import("highlight.js/lib/languages/swift"),
  rb: () => import("highlight.js/lib/languages/ruby"),
  php: () => import("highlight.js/lib/languages/php"),
  cs: () => import("highlight.js/lib/languages/csharp"),
  c: cpp,
  h: cpp,
  cc: cpp,
  cpp,
  hpp: cpp,
  sh: bash,
  bash,
  zsh: bash,
  sql: () => import("highlight.js/lib/languages/sql"),
  yml: yaml,
  yaml,
  toml: ini,
  ini,
  md: () => import("highlight.js/lib/languages/markdown"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
};

/** The language of a file by its name, or of a block by the word it is marked with; none when it is not known. */
export function languageOf(path: string): { name: string; load: Load } | null {
  const name = (path.split("/").pop() ?? "").toLowerCase();
  const ending = name.includes(".") ? (name.split(".").pop() ?? "") : name;
  const load = Object.hasOwn(LANGUAGES, ending) ? LANGUAGES[ending] : undefined;
  return load ? { name: ending, load } : null;
}
