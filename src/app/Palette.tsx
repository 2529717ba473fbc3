import { useNavigate, useParams } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Folder, SquareKanban, Zap } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { useApiQuery } from "@/api/context.tsx";
import { isLive, keysOf, perform, useAction, useActions } from "@/ui/actions.ts";
import { OVERLAY } from "@/ui/Dialog.tsx";
import { Kbd } from "@/ui/Kbd.tsx";
import { text } from "./messages.ts";
import { type PaletteEntry, paletteEntries } from "./palette-entries.ts";

const ICONS = { action: Zap, project: Folder, card: SquareKanban } as const;

/** Everything that can be done or gone to, a few letters away. */
export function Palette() {
  const [isOpen, setOpen] = useState(false);
  useAction("app.palette", () => setOpen((open) => !open));
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className={OVERLAY} />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[min(36rem,calc(100vw-3rem))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-overlay"
        >
          <Dialog.Title className="sr-only">{text.palette}</Dialog.Title>
          <Entries onDone={() => setOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Entries({ onDone }: { onDone: () => void }) {
  const [typed, setTyped] = useState("");
  const { live, chosen } = useActions();
  const navigate = useNavigate();
  const { project } = useParams({ strict: false });
  const projects = useApiQuery("project_list", null);
  const cards = useApiQuery("feature_list", { project: project ?? 0 }, { isEnabled: project !== undefined });
  const entries = paletteEntries(typed, {
    live: (id) => isLive(live, id),
    projects: projects.data ?? [],
    cards: cards.data ?? [],
  });

  const follow = (entry: PaletteEntry) => {
    onDone();
    if (entry.kind === "project") void navigate({ to: "/p/$project/board", params: { project: entry.id } });
    else if (entry.kind === "card" && project !== undefined) {
      void navigate({ to: "/p/$project/feature/$feature", params: { project, feature: entry.id } });
      // The dialog gives the focus back first, so that the action finds the page as it was.
    } else if (entry.kind === "action") setTimeout(() => perform(entry.id));
  };

  return (
    <Command label={text.palette} shouldFilter={false} loop>
      <Command.Input
        value={typed}
        onValueChange={setTyped}
        placeholder={text.palettePlaceholder}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-80 overflow-y-auto p-1.5" label={text.palette}>
        <Command.Empty className="px-3 py-6 text-center text-muted">{text.paletteEmpty}</Command.Empty>
        {entries.map((entry) => {
          const Icon = ICONS[entry.kind];
          const keys = entry.kind === "action" ? keysOf(entry.id, chosen) : null;
          return (
            <Command.Item
              key={`${entry.kind}-${entry.id}`}
              value={`${entry.kind}-${entry.id}`}
              onSelect={() => follow(entry)}
              className="flex h-9 items-center gap-3 rounded-md px-3 data-[selected=true]:bg-hover"
            >
              <Icon aria-hidden className="size-4 shrink-0 text-faint" />
              {entry.kind === "card" && <span className="tabular text-faint">#{entry.id}</span>}
              <span className="flex-1 truncate">{entry.title}</span>
              {keys && <Kbd keys={keys} />}
            </Command.Item>
          );
        })}
      </Command.List>
      <p className="border-t border-line px-4 py-2 text-xs text-faint">{text.paletteHint}</p>
    </Command>
  );
}
