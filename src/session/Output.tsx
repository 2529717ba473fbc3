import { transcriptText as text } from "./messages.ts";
import { useKeptOpen } from "./kept-open.ts";

/** Lines that are shown before a person asks for more, and characters that are shown at all. */
const FEW = 10;
const LONGEST = 200_000;
/** Sequences by which a program colours a terminal; here they would only be noise. */
// oxlint-disable-next-line eslint/no-control-regex -- these are control characters
const COLOURS = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

type Props = { id: string; text: string; isError?: boolean; few?: number };

/** What a program wrote: its first lines, and all of it on demand. */
export function Output({ id, text: whole, isError = false, few = FEW }: Props) {
  const [isOpen, setOpen] = useKeptOpen(id, false);
  const clean = whole.slice(0, LONGEST).replace(COLOURS, "").trimEnd();
  if (clean === "") return <p className="px-3 py-1.5 text-xs text-muted">{text.noOutput}</p>;
  const lines = clean.split("\n");
  const isLong = lines.length > few + 2;
  const shown = isLong && !isOpen ? lines.slice(0, few).join("\n") : clean;
  return (
    <>
      <pre
        className={`px-3 py-1.5 font-mono text-xs wrap-anywhere whitespace-pre-wrap ${isError ? "text-danger" : "text-text"}`}
      >
        {shown}
      </pre>
      {isLong && (
        <button
          type="button"
          className="px-3 pb-1.5 text-xs text-accent hover:underline"
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? text.showLess : text.showAll(lines.length - few)}
        </button>
      )}
      {whole.length > LONGEST && <p className="px-3 pb-1.5 text-xs text-muted">{text.cut}</p>}
    </>
  );
}
