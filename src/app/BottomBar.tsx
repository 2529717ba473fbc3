import { Link, useParams } from "@tanstack/react-router";
import { FolderGit2, Menu, Play, ScrollText, Settings, SquareKanban } from "lucide-react";
import { useApiQuery } from "@/api/context.tsx";
import { text } from "./messages.ts";

const PLACE =
  "relative flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-2xs text-muted [&>svg]:size-5";
const HERE = { className: "text-accent font-medium", "aria-current": "page" } as const;

/** On a narrow screen, the places a thumb goes to most; the menu has the others. */
export function BottomBar({ onMenu }: { onMenu: () => void }) {
  const { project } = useParams({ strict: false });
  return (
    <nav
      aria-label={text.bottomBar}
      className="flex shrink-0 border-t border-line bg-canvas pb-[env(safe-area-inset-bottom)]"
    >
      {project === undefined ? (
        <>
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }} className={PLACE} activeProps={HERE}>
            <FolderGit2 aria-hidden />
            {text.projects}
          </Link>
          <Link to="/settings" className={PLACE} activeProps={HERE}>
            <Settings aria-hidden />
            {text.settings}
          </Link>
        </>
      ) : (
        <>
          <Link to="/p/$project/board" params={{ project }} className={PLACE} activeProps={HERE}>
            <SquareKanban aria-hidden />
            {text.board}
          </Link>
          <Link to="/p/$project/run" params={{ project }} className={PLACE} activeProps={HERE}>
            <Play aria-hidden />
            {text.run}
            <Waiting project={project} />
          </Link>
          <Link to="/p/$project/transcript" params={{ project }} className={PLACE} activeProps={HERE}>
            <ScrollText aria-hidden />
            {text.transcript}
          </Link>
        </>
      )}
      <button type="button" className={PLACE} onClick={onMenu}>
        <Menu aria-hidden />
        {text.menu}
      </button>
    </nav>
  );
}

function Waiting({ project }: { project: number }) {
  const open = useApiQuery("request_list", { project, is_open: true }, { select: (requests) => requests.length });
  if (!open.data) return null;
  return (
    <span
      aria-label={text.needsYou(open.data)}
      role="img"
      className="tabular absolute top-1.5 left-1/2 ml-2 rounded-full bg-warning-soft px-1.5 font-semibold text-warning"
    >
      {open.data}
    </span>
  );
}
