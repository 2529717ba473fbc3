import type { CardEdit, StatusChange } from "@/api/bindings.ts";
import { moment } from "@/ui/format.ts";
import { Panel } from "@/ui/Panel.tsx";
import { text } from "./messages.ts";

type Line = { key: string; at_ms: number; what: string; who: string; why: string };

function actorOf(actor: string): string {
  return text.page.actors[actor] ?? text.page.agent;
}

/** What happened to a card, changes of its status and its texts in one list, the newest first. */
export function linesOf(changes: readonly StatusChange[], edits: readonly CardEdit[]): Line[] {
  const lines = [
    ...changes.map(({ from, to, actor, reason, at_ms }, at) => ({
      key: `status-${at}`,
      at_ms,
      what: from === null ? text.page.created : text.page.became(text.statuses[to]),
      who: actorOf(actor),
      why: reason,
    })),
    ...edits.map(({ what, actor, reason, at_ms }, at) => ({
      key: `edit-${at}`,
      at_ms,
      what,
      who: actorOf(actor),
      why: reason,
    })),
  ];
  return lines.sort((a, b) => b.at_ms - a.at_ms || b.key.localeCompare(a.key, "en", { numeric: true }));
}

export function History({ changes, edits }: { changes: readonly StatusChange[]; edits: readonly CardEdit[] }) {
  return (
    <Panel title={text.page.history} isFlush>
      <ol className="divide-y divide-line">
        {linesOf(changes, edits).map(({ key, at_ms, what, who, why }) => (
          <li key={key} className="flex gap-4 px-4 py-2.5">
            <div className="min-w-0 flex-1">
              <p>
                {what} <span className="text-faint">· {who}</span>
              </p>
              {why && <p className="break-words text-muted">{why}</p>}
            </div>
            <time dateTime={new Date(at_ms).toISOString()} className="shrink-0 text-xs text-faint">
              {moment(at_ms)}
            </time>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
