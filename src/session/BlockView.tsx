import { Flag, RotateCw, ShieldX, TriangleAlert } from "lucide-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { useHost } from "@/host/host.ts";
import { cx } from "@/ui/cx.ts";
import { compact, dollars, duration } from "@/ui/format.ts";
import { Markdown } from "@/ui/Markdown.tsx";
import { toast } from "@/ui/toast.ts";
import type { Block, Partner } from "./entry.ts";
import { useKeptOpen } from "./kept-open.ts";
import { text as words, transcriptText as text } from "./messages.ts";
import { Output } from "./Output.tsx";
import { ToolCard } from "./ToolCard.tsx";

/** Texts longer than this are shown as they are: laying them out as Markdown would hold up the screen. */
const MARKDOWN_LONGEST = 20_000;

type Props = {
  id: string;
  project: number;
  block: Block;
  /** The answer to a call, or the call of an answer that stands by itself. */
  partner: Partner;
  steps: { isOpen: boolean; toggle: () => void } | null;
};

/** One block of a row, by its sort. */
export function BlockView({ id, project, block, partner, steps }: Props) {
  switch (block.type) {
    case "text":
      return <Said text={block.text} />;
    case "thinking":
      return <Folded id={id} title={text.thinking} text={block.text} isItalic />;
    case "prompt":
      return <Folded id={id} title={text.prompt} text={block.text} />;
    case "tool_call":
      return (
        <ToolCard id={id} call={block} result={partner?.type === "tool_result" ? partner : undefined} steps={steps} />
      );
    case "tool_result":
      if (partner?.type === "tool_call") return <ToolCard id={id} call={partner} result={block} steps={null} />;
      return (
        <div className={cx("rounded-md border bg-panel", block.is_error ? "border-danger" : "border-line")}>
          <Output id={id} text={block.text} isError={block.is_error} />
        </div>
      );
    case "refused":
      return (
        <Notice tone="danger" icon={<ShieldX aria-hidden />} title={text.refused(block.tool)} aside={block.rule}>
          <code className="block font-mono text-xs wrap-anywhere whitespace-pre-wrap">{block.subject}</code>
          <span className="text-muted">{block.reason}</span>
        </Notice>
      );
    case "retry":
      return (
        <p className="flex items-center gap-2 text-warning">
          <RotateCw aria-hidden className="size-3.5 shrink-0" />
          <span>
            {text.retry(block.attempt, block.max_attempts ?? null)}: {block.why}
            {block.wait_ms != null && ` · ${text.retryWait(duration(block.wait_ms))}`}
          </span>
        </p>
      );
    case "loop":
      return (
        <Notice
          tone="warning"
          icon={<TriangleAlert aria-hidden />}
          title={text.loop}
          aside={block.loop_kind.replaceAll("_", " ")}
        >
          {block.text} <span className="text-muted">{block.step === "nudged" ? text.loopNudged : text.loopEnded}</span>
        </Notice>
      );
    case "checkpoint":
      return (
        <p className="flex items-center gap-2 text-xs text-muted">
          <Flag aria-hidden className="size-3.5 shrink-0" />
          <Link
            to="/p/$project/checkpoints"
            params={{ project }}
            search={{ checkpoint: block.checkpoint }}
            className="text-accent hover:underline"
          >
            {text.checkpoint(block.checkpoint)}
          </Link>
          {block.name}
        </p>
      );
    case "result":
      return (
        <Notice
          tone={block.is_error ? "danger" : "neutral"}
          icon={<Flag aria-hidden />}
          title={block.is_error ? text.resultFailed : text.result}
          aside={`${words.turns(block.turns)} · ${dollars(block.cost_usd)} · ${duration(block.duration_ms)} · ${text.tokensOut(compact(block.usage.output_tokens))}`}
        >
          {block.text && <Said text={block.text} />}
        </Notice>
      );
    case "system":
      return <p className="text-xs text-muted">{block.text}</p>;
    case "other":
      return <Folded id={id} title={text.other} text={JSON.stringify(block.json, null, 2)} isPlain />;
  }
}

function Said({ text: said }: { text: string }) {
  const host = useHost();
  if (said.length > MARKDOWN_LONGEST) return <p className="wrap-anywhere whitespace-pre-wrap">{said}</p>;
  const open = (url: string) =>
    void host
      .openLink(url)
      .catch((thrown: unknown) =>
        toast({ title: text.linkFailed, description: reasonOf(toFailure(thrown)), tone: "danger" }),
      );
  return (
    <div className="max-w-[80ch]">
      <Markdown text={said} onLink={open} />
    </div>
  );
}

/** A text that is only looked at now and then: its first line, and the rest on demand. */
function Folded({
  id,
  title,
  text: whole,
  isItalic = false,
  isPlain = false,
}: {
  id: string;
  title: string;
  text: string;
  isItalic?: boolean;
  isPlain?: boolean;
}) {
  const [isOpen, setOpen] = useKeptOpen(id, false);
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        className={cx(
          "flex w-full max-w-[80ch] items-baseline gap-2 text-left text-muted hover:text-text",
          isItalic && "italic",
        )}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="shrink-0 text-2xs font-medium tracking-wide uppercase not-italic">{title}</span>
        {!isOpen && <span className="min-w-0 truncate">{whole.slice(0, 300)}</span>}
      </button>
      {isOpen && (
        <div className={cx("mt-1 max-w-[80ch] border-l-2 border-line-strong pl-3 text-muted", isItalic && "italic")}>
          {isPlain || whole.length > MARKDOWN_LONGEST ? (
            <Output id={`${id}/text`} text={whole} few={40} />
          ) : (
            <Markdown text={whole} />
          )}
        </div>
      )}
    </div>
  );
}

const TONES = {
  danger: "border-danger bg-danger-soft [&>svg]:text-danger",
  warning: "border-warning bg-warning-soft [&>svg]:text-warning",
  neutral: "border-line-strong bg-canvas [&>svg]:text-muted",
} as const;

type NoticeProps = { tone: keyof typeof TONES; icon: ReactNode; title: string; aside: string; children: ReactNode };

function Notice({ tone, icon, title, aside, children }: NoticeProps) {
  return (
    <div
      className={cx(
        "flex gap-2 rounded-md border px-3 py-2 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0",
        TONES[tone],
      )}
    >
      {icon}
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium">{title}</span>
          <code className="font-mono text-xs text-muted">{aside}</code>
        </p>
        <div className="mt-0.5">{children}</div>
      </div>
    </div>
  );
}
