import type { SpecCheck, SpecView } from "../bindings.ts";

/** What the real check asks for; the first five count ten points each. */
const WANTED = ["project_name", "overview", "technology_stack", "feature_count", "core_features"];
/** What helps, each with its points. */
const POINTS = { database_schema: 7, api_endpoints_summary: 7, implementation_steps: 8, success_criteria: 8 };
const HELPFUL = Object.keys(POINTS);

/** What stands in a tag or under a heading of that name; comments are no content. */
function partOf(text: string, tag: string): string | undefined {
  const tagged = new RegExp(`<${tag}>([^]*?)</${tag}>`, "i").exec(text)?.[1];
  const title = tag.replaceAll("_", "[ _]");
  return (tagged ?? new RegExp(`^#+ ${title}\\s*$([^#]*)`, "im").exec(text)?.[1])?.trim() || undefined;
}

export function checkSpec(text: string): SpecCheck {
  const written = text.replace(/<!--[^]*?-->/g, "");
  const name = partOf(written, "project_name") ?? /^# (.+)$/m.exec(written)?.[1];
  const has = (tag: string) => (tag === "project_name" ? name : partOf(written, tag)) !== undefined;
  const sections = [...WANTED, ...HELPFUL].filter(has);
  const wanted = WANTED.filter(has).length;
  const isShort = written.trim().length < 500;
  return {
    score:
      wanted * 10 +
      (sections.length > 0 ? 10 : 0) +
      Object.entries(POINTS).reduce((sum, [tag, points]) => sum + (has(tag) ? points : 0), 0) +
      (wanted === WANTED.length && !isShort ? 10 : 0),
    missing: [...WANTED, ...HELPFUL].filter((tag) => !has(tag)),
    warnings: [
      ...WANTED.filter((tag) => !has(tag)).map((tag) => `<${tag}> is missing`),
      ...(isShort
        ? [`it has only ${written.trim().length} characters; the more it says, the less has to be guessed`]
        : []),
    ],
    problem: /[\p{L}\p{N}]/u.test(written.replace(/<[^>]*>/g, ""))
      ? null
      : "the specification is empty; describe in it what is to be built",
    project_name: name ?? null,
    feature_count: Number(partOf(written, "feature_count")) || null,
    sections,
  };
}

const MAIN = `# Ledger

## Overview
A small shop keeps its invoices, customers and payments in one place.

## Technology stack
TypeScript, SQLite

## Success criteria
The owner, and a book-keeper who may read everything.

## Core features
- Show invoices by customer
- Store due dates and remind of them
- Export a month as CSV

## Database schema
Invoices belong to a customer; payments belong to an invoice.
`;

const BACKEND = `# Ledger, the server

## Overview
One process, SQLite, JSON over HTTP.

## Core features
- Search in pages of fifty
- Validate amounts
`;

export function viewOf(name: string, text: string, at_ms: number): SpecView {
  const file = name === "main" ? "prompts/app_spec.txt" : `prompts/app_spec_${name}.txt`;
  return {
    name,
    file,
    text,
    revision: text,
    chars: text.length,
    check: checkSpec(text),
    updated_at_ms: at_ms,
    features: name === "main" ? 40 : 20,
  };
}

export function makeSpecs(now_ms: number): SpecView[] {
  return [viewOf("main", MAIN, now_ms - 90_000_000), viewOf("backend", BACKEND, now_ms - 80_000_000)];
}
