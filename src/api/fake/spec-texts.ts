import type { SpecCheck, SpecView } from "../bindings.ts";

const SECTIONS = ["overview", "users", "features", "data", "look", "quality"];

export function checkSpec(text: string): SpecCheck {
  const sections = SECTIONS.filter((section) => new RegExp(`<${section}>|^#+ .*${section}`, "im").test(text));
  const missing = SECTIONS.filter((section) => !sections.includes(section)).map(
    (section) => `It says nothing about ${section}.`,
  );
  const count = text.match(/^- /gm)?.length ?? 0;
  return {
    score: Math.round((100 * sections.length) / SECTIONS.length),
    missing,
    warnings: count === 0 ? ["It lists no features."] : [],
    problem: text.trim() === "" ? "It is empty." : null,
    project_name: /^# (.+)$/m.exec(text)?.[1] ?? null,
    feature_count: count,
    sections,
  };
}

const MAIN = `# Ledger

## Overview
A small shop keeps its invoices, customers and payments in one place.

## Users
The owner, and a book-keeper who may read everything.

## Features
- Show invoices by customer
- Store due dates and remind of them
- Export a month as CSV

## Data
Invoices belong to a customer; payments belong to an invoice.
`;

const BACKEND = `# Ledger, the server

## Overview
One process, SQLite, JSON over HTTP.

## Features
- Search in pages of fifty
- Validate amounts
`;

export function viewOf(name: string, text: string, at_ms: number): SpecView {
  const file = name === "main" ? "app_spec.txt" : `specs/${name}.md`;
  return {
    name,
    file,
    text,
    chars: text.length,
    check: checkSpec(text),
    updated_at_ms: at_ms,
    features: name === "main" ? 40 : 20,
  };
}

export function makeSpecs(now_ms: number): SpecView[] {
  return [viewOf("main", MAIN, now_ms - 90_000_000), viewOf("backend", BACKEND, now_ms - 80_000_000)];
}
