import type { TranscriptBody, TranscriptEntry } from "@/api/bindings.ts";

export type Entry = TranscriptEntry;
export type Block = TranscriptBody;
export type ToolCall = Extract<Block, { type: "tool_call" }>;
export type ToolResult = Extract<Block, { type: "tool_result" }>;
/** The other half of a call or an answer. */
export type Partner = ToolCall | ToolResult | undefined;

/** Sorts of rows that a person can ask for. */
export const GROUPS = ["words", "thinking", "tools", "edits", "trouble", "host"] as const;
export type Group = (typeof GROUPS)[number];

export const GROUP_NAMES: Readonly<Record<Group, string>> = {
  words: "Words",
  thinking: "Thinking",
  tools: "Tools",
  edits: "Edits",
  trouble: "Trouble",
  host: "Host",
};

const EDIT_TOOLS: ReadonlySet<string> = new Set(["Edit", "MultiEdit", "Write", "NotebookEdit"]);

/** One replacement within a file. A whole new file takes the place of nothing. */
export type Replacement = { before: string; after: string };
export type FileEdit = { path: string; replacements: Replacement[] };

/** Which sort a block is of. A call that changes a file is an edit, a result that failed is trouble. */
export function groupOf(block: Block): Group {
  switch (block.type) {
    case "text":
      return "words";
    case "thinking":
      return "thinking";
    case "tool_call":
      return EDIT_TOOLS.has(block.name) ? "edits" : "tools";
    case "tool_result":
      return block.is_error ? "trouble" : "tools";
    case "retry":
    case "refused":
    case "loop":
      return "trouble";
    case "result":
      return block.is_error ? "trouble" : "host";
    default:
      return "host";
  }
}

/** What a call changes in a file, as far as its input says; nothing for calls that change none. */
export function editOf(call: Pick<ToolCall, "name" | "input">): FileEdit | null {
  if (!EDIT_TOOLS.has(call.name) || !isRecord(call.input)) return null;
  const { input } = call;
  const path = text(input["file_path"]) ?? text(input["notebook_path"]);
  if (path === null) return null;
  if (call.name === "Write") return { path, replacements: [{ before: "", after: text(input["content"]) ?? "" }] };
  if (call.name === "NotebookEdit") {
    return { path, replacements: [{ before: "", after: text(input["new_source"]) ?? "" }] };
  }
  const edits = call.name === "MultiEdit" && Array.isArray(input["edits"]) ? input["edits"] : [input];
  const replacements = edits.filter(isRecord).map((edit) => ({
    before: text(edit["old_string"]) ?? "",
    after: text(edit["new_string"]) ?? "",
  }));
  return { path, replacements };
}

/** Whether a call changes the file at `path`, which is relative to the project. */
export function changes(block: Block, path: string): boolean {
  const edit = block.type === "tool_call" ? editOf(block) : null;
  return edit !== null && (edit.path === path || edit.path.endsWith(`/${path}`));
}

/** Inputs in which the point of a call stands, best first. */
const SUBJECTS = [
  "command",
  "file_path",
  "notebook_path",
  "pattern",
  "path",
  "url",
  "query",
  "description",
  "name",
  "feature_id",
  "id",
];

/** What a call was used on, in one line. */
export function subjectOf(call: Pick<ToolCall, "input">): string {
  const { input } = call;
  if (!isRecord(input)) return "";
  for (const key of SUBJECTS) {
    const value = input[key];
    if (typeof value === "string" && value !== "") return oneLine(value);
    if (typeof value === "number") return String(value);
  }
  return Object.keys(input).length === 0 ? "" : oneLine(JSON.stringify(input));
}

/** Whether a call starts an agent within the agent. */
export function isSubAgent(name: string): boolean {
  return name === "Task" || name === "Agent";
}

/** A row as plain text, to be copied. */
export function plainText(entry: Entry): string {
  return entry.body.map(blockText).filter(Boolean).join("\n\n");
}

function blockText(block: Block): string {
  switch (block.type) {
    case "tool_call":
      return `${block.name} ${JSON.stringify(block.input, null, 2)}`;
    case "refused":
      return `Refused by ${block.rule}: ${block.tool} ${block.subject}\n${block.reason}`;
    case "retry":
      return `API retry ${block.attempt}: ${block.why}`;
    case "checkpoint":
      return `Checkpoint ${block.checkpoint}: ${block.name}`;
    case "other":
      return JSON.stringify(block.json, null, 2);
    default:
      return block.text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function oneLine(value: string): string {
  const line = value.slice(0, 400).replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
