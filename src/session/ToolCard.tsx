import { Bot, ChevronRight, FilePen, FileText, Globe, ListChecks, Search, SquareTerminal, Wrench } from "lucide-react";
import type { ComponentType, ReactNode } from "react";
import { cx } from "@/ui/cx.ts";
import { InlineDiff } from "@/ui/diff/InlineDiff.tsx";
import { toolName } from "@/ui/format.ts";
import { editOf, type FileEdit, isSubAgent, subjectOf, type ToolCall, type ToolResult } from "./entry.ts";
import { useKeptOpen } from "./kept-open.ts";
import { transcriptText as text } from "./messages.ts";
import { Output } from "./Output.tsx";

type Props = {
  id: string;
  call: ToolCall;
  result: ToolResult | undefined;
  /** Whether its steps are shown, when it is a sub-agent's call; none when it is not. */
  steps: { isOpen: boolean; toggle: () => void } | null;
};

const ICONS: Readonly<Record<string, ComponentType<{ className?: string; "aria-hidden"?: boolean }>>> = {
  Bash: SquareTerminal,
  Read: FileText,
  Edit: FilePen,
  MultiEdit: FilePen,
  Write: FilePen,
  NotebookEdit: FilePen,
  Grep: Search,
  Glob: Search,
  WebFetch: Globe,
  WebSearch: Globe,
  Task: Bot,
  Agent: Bot,
  TodoWrite: ListChecks,
};

/** Tools whose output is what a person wants to see. */
const SHOWN_AT_ONCE: ReadonlySet<string> = new Set(["Bash"]);

/** One call of a tool with what it was given and what came of it. */
export function ToolCard({ id, call, result, steps }: Props) {
  const edit = editOf(call);
  const [isOpen, setOpen] = useKeptOpen(
    id,
    edit !== null || SHOWN_AT_ONCE.has(call.name) || (result?.is_error ?? false),
  );
  const Icon = ICONS[call.name] ?? Wrench;
  const isFailed = result?.is_error ?? false;
  const subject = edit?.path ?? subjectOf(call);
  return (
    <div className={cx("overflow-hidden rounded-md border bg-panel", isFailed ? "border-danger" : "border-line")}>
      <div className="flex items-center gap-2 pr-3">
        <button
          type="button"
          aria-expanded={isOpen}
          className="flex min-w-0 flex-1 items-center gap-2 py-1.5 pl-2 text-left hover:bg-hover"
          onClick={() => setOpen(!isOpen)}
        >
          <ChevronRight aria-hidden className={cx("size-3.5 shrink-0 text-faint", isOpen && "rotate-90")} />
          <Icon aria-hidden className="size-4 shrink-0 text-muted" />
          <span className="shrink-0 font-medium">{toolName(call.name)}</span>
          <code className="min-w-0 truncate font-mono text-xs text-muted">{subject}</code>
        </button>
        {steps && (
          <button
            type="button"
            className="shrink-0 text-xs text-accent hover:underline"
            aria-expanded={steps.isOpen}
            onClick={steps.toggle}
          >
            {steps.isOpen ? text.foldAgain : text.unfold}
          </button>
        )}
        <State result={result} />
      </div>
      {isOpen && (
        <div className="border-t border-line">
          {edit ? <Edit edit={edit} /> : <Input id={`${id}/input`} call={call} />}
          {result && (!edit || isFailed) && (
            <Section title={isFailed ? text.failedOutput : text.output}>
              <Output id={`${id}/output`} text={result.text} isError={isFailed} />
              {result.is_cut && <p className="px-3 pb-1.5 text-xs text-muted">{text.cut}</p>}
            </Section>
          )}
        </div>
      )}
    </div>
  );
}

function State({ result }: { result: ToolResult | undefined }) {
  if (!result) {
    return (
      <span className="flex shrink-0 items-center gap-1.5 text-xs text-muted">
        <span aria-hidden className="size-1.5 animate-breathe rounded-full bg-accent" />
        {text.running}
      </span>
    );
  }
  if (result.is_error) return <span className="shrink-0 text-xs font-medium text-danger">{text.failedOutput}</span>;
  return null;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="border-t border-line first:border-t-0">
      <p className="px-3 pt-1.5 text-2xs font-medium tracking-wide text-muted uppercase">{title}</p>
      {children}
    </div>
  );
}

function Edit({ edit }: { edit: FileEdit }) {
  return edit.replacements.map(({ before, after }, at) => (
    // oxlint-disable-next-line react/no-array-index-key -- the parts of a call never change
    <div key={at} className={cx(at > 0 && "border-t border-line")}>
      <InlineDiff path={edit.path} before={before} after={after} />
    </div>
  ));
}

/** What a call was given: a command as one would type it, anything else as JSON. */
function Input({ id, call }: { id: string; call: ToolCall }) {
  const { input } = call;
  const command = typeof input === "object" && input !== null && "command" in input ? input.command : null;
  if (call.name === "Bash" && typeof command === "string") {
    // A short command stands in the title already.
    return command === subjectOf(call) ? null : (
      <Section title={text.input}>
        <Output id={id} text={command} few={20} />
      </Section>
    );
  }
  const prompt =
    isSubAgent(call.name) && typeof input === "object" && input !== null && "prompt" in input ? input.prompt : null;
  return (
    <Section title={text.input}>
      <Output id={id} text={typeof prompt === "string" ? prompt : JSON.stringify(input, null, 2)} />
    </Section>
  );
}
