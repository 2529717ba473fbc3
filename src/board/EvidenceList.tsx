import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { CheckResult, Evidence } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { duration, moment } from "@/ui/format.ts";
import { Panel } from "@/ui/Panel.tsx";
import { text } from "./messages.ts";

/** What the host itself saw, the newest first. */
export function EvidenceList({ evidence }: { evidence: readonly Evidence[] }) {
  const [isAll, setAll] = useState(false);
  const newest = [...evidence].sort((a, b) => b.at_ms - a.at_ms);
  const shown = isAll ? newest : newest.slice(0, 1);
  const hidden = newest.length - shown.length;
  return (
    <Panel title={text.page.evidence} isFlush>
      {newest.length === 0 && <p className="p-4 text-faint">{text.page.noEvidence}</p>}
      <ul className="divide-y divide-line">
        {shown.map((one) => (
          <li key={one.id} className="p-4">
            <Proof evidence={one} />
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <div className="border-t border-line p-2">
          <Button variant="ghost" size="sm" onClick={() => setAll(true)}>
            {text.page.earlier(hidden)}
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Proof({ evidence }: { evidence: Evidence }) {
  const { is_passing, results, skipped, is_quick, warnings, at_ms, commit } = evidence;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {is_passing ? (
          <CircleCheck aria-hidden className="size-4 text-success" />
        ) : (
          <CircleX aria-hidden className="size-4 text-danger" />
        )}
        <span className="font-medium">{is_passing ? text.page.passed : text.page.failed}</span>
        {is_quick && <Badge tone="warning">{text.page.quick}</Badge>}
        <span className="ml-auto text-xs text-faint">
          {commit && <code className="mr-2 font-mono">{commit.slice(0, 8)}</code>}
          {moment(at_ms)}
        </span>
      </div>
      {warnings.map((warning) => (
        <p key={warning} className="mt-2 flex gap-2 text-warning">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {warning}
        </p>
      ))}
      <ul className="mt-3 flex flex-col gap-1.5">
        {results.map((result) => (
          <li key={`${result.check.kind} ${result.check.command}`}>
            <Result result={result} />
          </li>
        ))}
        {skipped.map((check) => (
          <li key={`${check.kind} ${check.command}`} className="px-2 text-xs text-faint">
            {text.page.skipped(check.command)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Result({ result }: { result: CheckResult }) {
  const { check, exit_code, is_timed_out, duration_ms, tests_run, output_tail } = result;
  // A test command that ran no test proves nothing.
  const isHollow = check.kind === "test" && tests_run === 0;
  const isOk = exit_code === 0 && !is_timed_out && !isHollow;
  return (
    // What failed is what a person came for.
    <details open={!isOk} className="rounded-md border border-line">
      <summary className="flex items-center gap-2 rounded-md px-2 py-1.5 hover:bg-hover">
        {isOk ? (
          <CircleCheck aria-hidden className="size-3.5 text-success" />
        ) : (
          <CircleX aria-hidden className="size-3.5 text-danger" />
        )}
        <code className="min-w-0 flex-1 truncate font-mono text-xs">{check.command}</code>
        <span className="tabular shrink-0 text-xs text-faint">
          {[
            text.page.exit(exit_code, is_timed_out),
            tests_run === null ? null : text.page.tests(tests_run),
            duration(duration_ms),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </summary>
      <pre
        tabIndex={0}
        role="group"
        aria-label={text.page.output}
        className="max-h-72 overflow-auto border-t border-line bg-canvas p-3 font-mono text-xs whitespace-pre-wrap text-muted"
      >
        {output_tail || text.page.noOutput}
      </pre>
    </details>
  );
}
