import { useMutationState, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RunStatus } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useEvents } from "@/api/context.tsx";
import { text } from "./messages.ts";

/** What a person has just asked for and the host has not confirmed yet. */
export type Asked = "start" | "pause" | "stop" | null;

const ORDERS = ["start", "pause", "stop"] as const;

/** Where the run stands, with what a person has just asked for: every place that shows it shows the same. */
export function useRun(project: number): {
  status: RunStatus | undefined;
  asked: Asked;
  query: ReturnType<typeof useStatus>;
} {
  const query = useStatus(project);
  const pending = useMutationState({
    filters: { mutationKey: ["run", project], status: "pending" },
    select: (mutation) => mutation.options.mutationKey?.[2],
  });
  const asked = ORDERS.find((order) => order === pending.at(-1)) ?? null;
  return { status: query.data, asked, query };
}

function useStatus(project: number) {
  return useApiQuery("run_status", { project });
}

/** Orders to a run. Each takes effect on the screen at once, and says in words when the host refuses. */
export function useRunOrders(project: number) {
  const queries = useQueryClient();
  const take = (status: RunStatus) => queries.setQueryData(["run_status", { project }], status);
  const pause = useApiMutation("run_pause", {
    mutationKey: ["run", project, "pause"],
    failureTitle: text.pauseFailed,
    onSuccess: take,
  });
  const stop = useApiMutation("run_stop", {
    mutationKey: ["run", project, "stop"],
    failureTitle: text.stopFailed,
    onSuccess: take,
  });
  const start = useApiMutation("run_start", { mutationKey: ["run", project, "start"], failureTitle: null });
  return { pause: () => pause.mutate({ project }), stop: () => stop.mutate({ project }), start };
}

/** What the run is doing, in words: what was just asked for comes first. */
export function wordsOf(status: RunStatus, asked: Asked): string {
  if (asked === "start") return text.starting;
  if (asked === "pause") return text.pausing;
  if (asked === "stop") return text.stopping;
  return status.words;
}

export type Live = { text: string | null; tool: { tool: string; subject: string } | null };

const SILENT: Live = { text: null, tool: null };

/** The newest thought and tool of the live session, as they come: far more often than the status is read. */
export function useLive(project: number, status: RunStatus | undefined): Live {
  const session = status?.session ?? null;
  const [heard, setHeard] = useState<Live & { session: string | null }>({ ...SILENT, session: null });
  useEvents((envelope) => {
    if (envelope.project !== project) return;
    if (envelope.event === "agent_said") {
      const { session: from, text: said } = envelope;
      setHeard((before) => ({ ...(before.session === from ? before : SILENT), session: from, text: said }));
    } else if (envelope.event === "tool_used") {
      const { session: from, tool, subject } = envelope;
      setHeard((before) => ({
        ...(before.session === from ? before : SILENT),
        session: from,
        tool: { tool, subject },
      }));
    }
  });
  if (!session) return SILENT;
  const fresh = heard.session === session.id ? heard : SILENT;
  return { text: fresh.text ?? session.last_text, tool: fresh.tool ?? session.last_tool };
}
