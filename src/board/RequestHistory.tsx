import type { Request } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { moment } from "@/ui/format.ts";
import { Panel } from "@/ui/Panel.tsx";
import { text } from "./messages.ts";

/** What agents asked about a card, and what people said. */
export function RequestHistory({ requests }: { requests: readonly Request[] }) {
  if (requests.length === 0) return null;
  return (
    <Panel title={text.page.requests} isFlush>
      <ul className="divide-y divide-line">
        {requests.map((request) => (
          <li key={request.id} className="flex flex-col gap-1 px-4 py-2.5">
            <div className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate font-medium">{request.call?.tool ?? text.page.question}</span>
              <Badge tone={request.state === "pending" ? "warning" : "neutral"}>{stateOf(request)}</Badge>
              <span className="text-xs text-faint">{moment(request.asked_at_ms)}</span>
            </div>
            {request.call && (
              <code className="font-mono text-xs break-all whitespace-pre-wrap text-muted">
                {visible(request.call.subject)}
              </code>
            )}
            {request.word?.remark && <p className="text-muted">{text.page.remark(request.word.remark)}</p>}
            {request.answer_json && <p className="break-words text-muted">{answerOf(request.answer_json)}</p>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function stateOf({ state, word }: Request): string {
  if (word) return word.decision === "approved" ? text.page.approved : text.page.denied;
  return text.page.requestStates[state];
}

/** Signs that turn the direction of a text or cannot be seen: an agent could hide with them what it asked for. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function visible(subject: string): string {
  return subject.replaceAll(UNSEEN, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The answers in words, however they are kept. */
export function answerOf(json: string): string {
  try {
    const answer: unknown = JSON.parse(json);
    const parts = Array.isArray(answer)
      ? answer
      : typeof answer === "object" && answer !== null
        ? Object.values(answer)
        : [answer];
    return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" · ");
  } catch {
    return json;
  }
}
