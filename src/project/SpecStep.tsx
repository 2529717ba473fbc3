import { FileText } from "lucide-react";
import { type Dispatch, useId, useRef, useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Choices } from "@/ui/Choices.tsx";
import { text } from "./messages.ts";
import type { SpecFieldType } from "./NewProjectPage.tsx";
import { type Event, SOURCES, type Verdict, type Wizard, problems } from "./wizard.ts";

type Props = {
  wizard: Wizard;
  dispatch: Dispatch<Event>;
  SpecField: SpecFieldType;
  onVerdict: (verdict: Verdict) => void;
};

/** The largest file that is read, in bytes; the host reads no larger specification. */
const LARGEST = 8 * 1024 * 1024;

/** What is to be built: written, pasted, from a file, or later. Going from one to another loses nothing. */
export function SpecStep({ wizard, dispatch, SpecField, onVerdict }: Props) {
  const { source, texts, file } = wizard;
  const [problem] = problems(wizard, "spec");
  const words =
    problem?.field === "spec"
      ? problem.why === "refused"
        ? problem.message
        : text.wizard.specProblem[problem.why]
      : null;
  return (
    <div className="mx-auto flex min-h-0 w-full max-w-6xl flex-1 flex-col gap-4">
      <Choices
        label={text.wizard.source}
        value={source}
        columns={5}
        options={SOURCES.map((value) => ({
          value,
          label: text.wizard.sources[value][0],
          hint: text.wizard.sources[value][1],
        }))}
        onChange={(chosen) => dispatch({ type: "sourced", source: chosen })}
      />
      {wizard.isTried && words && problem?.why !== "refused" && (
        <p role="alert" className="text-danger">
          {words}
        </p>
      )}
      {(source === "write" || source === "paste") && (
        <SpecField
          key={source}
          label={text.wizard.specLabel}
          value={texts[source]}
          onChange={(value) => dispatch({ type: "wrote", in: source, text: value })}
          onVerdict={onVerdict}
        />
      )}
      {source === "file" && <FileChoice file={file} onChoose={(chosen) => dispatch({ type: "chose", file: chosen })} />}
      {source === "file" && file && (
        <SpecField
          key={file.name}
          label={text.wizard.specLabel}
          value={file.text}
          onChange={(value) => dispatch({ type: "chose", file: { ...file, text: value } })}
          onVerdict={onVerdict}
        />
      )}
      {source === "talk" && <p className="max-w-2xl text-muted">{text.wizard.talkText}</p>}
      {source === "later" && <p className="max-w-2xl text-muted">{text.wizard.laterText}</p>}
    </div>
  );
}

function FileChoice({
  file,
  onChoose,
}: {
  file: Wizard["file"];
  onChoose: (file: NonNullable<Wizard["file"]>) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const id = useId();
  const read = async (chosen: File) => {
    if (chosen.size > LARGEST) return setFailed(text.wizard.fileTooLarge);
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await chosen.arrayBuffer());
    } catch {
      return setFailed(text.wizard.fileFailed);
    }
    try {
      // Bytes that are no UTF-8 are refused here: replaced by signs, they would go into the project as damage.
      const words = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      setFailed(null);
      onChoose({ name: chosen.name, text: words });
    } catch {
      setFailed(text.wizard.fileNotText);
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <input
        ref={input}
        id={id}
        type="file"
        accept=".txt,.md,.markdown,.xml,text/*"
        aria-label={text.wizard.file}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen) void read(chosen);
          // The same file may be chosen again after it was changed.
          event.target.value = "";
        }}
      />
      <Button icon={<FileText aria-hidden className="size-4" />} onClick={() => input.current?.click()}>
        {file ? text.wizard.fileOther : text.wizard.file}
      </Button>
      {file && <span className="text-muted">{text.wizard.fileChosen(file.name, [...file.text].length)}</span>}
      {failed && (
        <span role="alert" className="text-danger">
          {failed}
        </span>
      )}
    </div>
  );
}
