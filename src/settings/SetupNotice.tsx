import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useApiQuery } from "@/api/context.tsx";
import { readiness } from "./checklist.ts";
import { text } from "./messages.ts";

/** Says when this machine lacks something that runs need, with the way to mend it. */
export function SetupNotice() {
  const setup = useApiQuery("setup_status", null);
  const state = setup.data && readiness(setup.data);
  if (!state || state === "ready") return null;
  return (
    <p className="flex items-center gap-2 rounded-md bg-warning-soft px-3 py-2 text-warning">
      <TriangleAlert aria-hidden className="size-4 shrink-0" />
      <span className="flex-1">{state === "not_ready" ? text.notice.notReady : text.notice.rehearsalsOnly}</span>
      <Link to="/setup" className="font-medium underline underline-offset-2">
        {text.notice.toSetup}
      </Link>
    </p>
  );
}
