import type { ReactNode } from "react";
import { Button } from "@/ui/Button.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { text } from "./messages.ts";
import { type Step, type Wizard, order } from "./wizard.ts";

/** A last look: what will be made, and what happens then. */
export function SummaryStep({ wizard, onChange }: { wizard: Wizard; onChange: (step: Step) => void }) {
  const wish = order(wizard);
  const { progress } = wizard;
  if (!wish) return null;
  const isTalk = wizard.source === "talk";
  const spec =
    wish.specText !== null
      ? text.wizard.summaryChars([...wish.specText].length)
      : isTalk
        ? text.wizard.summaryTalk
        : text.wizard.summaryNoSpec;
  const withoutText = isTalk ? text.wizard.whatNextTalk : text.wizard.whatNextLater;
  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-5">
      {progress.is === "failed" && (
        <div role="alert" className="rounded-lg bg-danger-soft p-4 text-danger">
          <p className="font-medium">{text.wizard.failed}</p>
          <p>{progress.reason}</p>
          <p className="mt-1 text-muted">{text.wizard.failedNext}</p>
        </div>
      )}
      <Panel isFlush>
        <dl className="divide-y divide-line">
          <Row label={text.wizard.summaryName} step="place" onChange={onChange}>
            {wish.name}
          </Row>
          <Row label={text.wizard.summaryFolder} step="place" onChange={onChange}>
            <span className="font-mono text-xs break-all">{wish.path}</span>
          </Row>
          <Row label={text.wizard.summaryTemplate} step="place" onChange={onChange}>
            {text.wizard.templates[wish.template][0]}
          </Row>
          <Row label={text.wizard.summarySpec} step="spec" onChange={onChange}>
            {spec}
          </Row>
        </dl>
      </Panel>
      <section>
        <h3 className="mb-2 font-semibold">{text.wizard.whatNext}</h3>
        <ol className="flex list-decimal flex-col gap-1.5 pl-5 text-muted marker:text-faint">
          {(wish.specText === null ? withoutText : text.wizard.whatNextText).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
      </section>
    </div>
  );
}

type RowProps = { label: string; step: Step; onChange: (step: Step) => void; children: ReactNode };

function Row({ label, step, onChange, children }: RowProps) {
  return (
    <div className="flex items-center gap-4 px-4 py-2">
      <dt className="w-32 shrink-0 text-faint">{label}</dt>
      <dd className="flex min-w-0 flex-1 items-center justify-between gap-3">
        <span className="min-w-0">{children}</span>
        <Button size="sm" variant="ghost" aria-label={text.wizard.changeLabel(label)} onClick={() => onChange(step)}>
          {text.wizard.change}
        </Button>
      </dd>
    </div>
  );
}
