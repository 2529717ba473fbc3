import { useState } from "react";
import { useApiQuery, useEvents } from "@/api/context.tsx";
import { toolName } from "@/ui/format.ts";
import { text } from "./messages.ts";

/** What the agent of a session does right now, in one line. */
export function LiveLine({ project, session }: { project: number; session: string }) {
  const known = useApiQuery(
    "run_status",
    { project },
    { select: ({ session: live }) => (live?.id === session ? live : null) },
  );
  const [heard, setHeard] = useState<string | null>(null);
  useEvents((envelope) => {
    if (envelope.event === "tool_used" && envelope.session === session)
      setHeard(`${toolName(envelope.tool)} ${envelope.subject}`);
    if (envelope.event === "agent_said" && envelope.session === session) setHeard(envelope.text);
  });
  const tool = known.data?.last_tool;
  const line = heard ?? (tool ? `${toolName(tool.tool)} ${tool.subject}` : known.data?.last_text) ?? text.atWork;
  return (
    <p className="mt-1.5 flex h-8.5 items-center gap-2 rounded-md bg-hover px-2 text-xs text-muted">
      <span aria-hidden className="size-1.5 shrink-0 animate-breathe rounded-full bg-success" />
      <span className="truncate font-mono text-2xs">{line}</span>
    </p>
  );
}
