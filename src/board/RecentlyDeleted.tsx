import { ArchiveRestore } from "lucide-react";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import { Button } from "@/ui/Button.tsx";
import { Menu } from "@/ui/Menu.tsx";
import { text } from "./messages.ts";
import { useRemovals } from "./removals.ts";
import type { BoardActions } from "./useBoardActions.ts";

/** The way back to what was deleted, once the offer in the corner is gone. Nothing when nothing was deleted. */
export function RecentlyDeleted({ project, actions }: { project: number; actions: BoardActions }) {
  const removals = useRemovals(project);
  const keys = useKeysOf("board.undo");
  const canUndo = removals.length > 0 && actions.refusal === null;
  useAction("board.undo", () => actions.bringBack(), canUndo);
  if (!canUndo) return null;
  return (
    <Menu
      label={text.deleted}
      actions={removals.map((taken, at) => ({
        id: String(taken.removal),
        label: taken.count > 1 ? text.bringBackMany(taken.count, taken.first) : text.bringBack(taken.first),
        shortcut: at === 0 ? keys : undefined,
        onSelect: () => actions.bringBack(taken),
      }))}
    >
      <Button variant="ghost" aria-label={text.deleted} icon={<ArchiveRestore aria-hidden className="size-4" />}>
        <span className="max-lg:hidden">{text.deleted}</span>
      </Button>
    </Menu>
  );
}
