import { BadgeCheck, CirclePlay, Flag, Pin, Undo2 } from "lucide-react";
import type { ComponentType } from "react";
import type { CheckpointCard, CheckpointKind } from "@/api/bindings.ts";
import { cx } from "@/ui/cx.ts";
import { moment } from "@/ui/format.ts";
import { LongList } from "@/ui/long-list/LongList.tsx";
import { checkpointText as text } from "./messages.ts";

type Props = { checkpoints: readonly CheckpointCard[]; chosen: number; onChoose: (checkpoint: number) => void };

type Icon = ComponentType<{ className?: string; "aria-hidden"?: boolean }>;

const ICONS: Readonly<Record<CheckpointKind, { icon: Icon; colour: string }>> = {
  manual: { icon: Flag, colour: "text-accent" },
  before_session: { icon: CirclePlay, colour: "text-muted" },
  after_pass: { icon: BadgeCheck, colour: "text-success" },
  before_restore: { icon: Undo2, colour: "text-warning" },
};

/** The checkpoints as a line through time, newest first. */
export function CheckpointTimeline({ checkpoints, chosen, onChoose }: Props) {
  return (
    <nav aria-label={text.timeline} className="flex min-h-0 flex-1 flex-col">
      <LongList
        label={text.timeline}
        className="[&_[data-row]]:px-2 [&_[data-row='0']]:pt-2"
        count={checkpoints.length}
        estimate={60}
        keyOf={(at) => checkpoints[at]?.id ?? at}
        reveal={checkpoints.findIndex((one) => one.id === chosen)}
        render={(at) => {
          const one = checkpoints[at];
          if (!one) return null;
          const { icon: Icon, colour } = ICONS[one.kind];
          const isChosen = one.id === chosen;
          return (
            <button
              type="button"
              aria-current={isChosen ? "true" : undefined}
              className={cx(
                "relative flex w-full gap-3 rounded-md px-2.5 py-2 text-left hover:bg-hover",
                isChosen && "bg-hover",
              )}
              onClick={() => onChoose(one.id)}
            >
              {at < checkpoints.length - 1 && (
                <span aria-hidden className="absolute top-7 bottom-[-0.25rem] left-[1.1rem] w-px bg-line-strong" />
              )}
              <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", colour)} />
              <span className="min-w-0 flex-1">
                <span className="flex items-center gap-2">
                  <span className="truncate font-medium">{one.name}</span>
                  {one.is_pinned && (
                    <>
                      <Pin aria-hidden className="size-3.5 shrink-0 text-accent" />
                      <span className="sr-only">{text.pinned}</span>
                    </>
                  )}
                </span>
                <span className="flex justify-between gap-2 text-xs text-muted tabular">
                  <span className="truncate">
                    {text.kinds[one.kind]}
                    {one.feature !== null && ` · #${one.feature}`} · {moment(one.created_at_ms)}
                  </span>
                  <span className="shrink-0">
                    {one.cards_done}/{one.cards_total}
                    <span className="sr-only"> {text.progress(one.cards_done, one.cards_total)}</span>
                  </span>
                </span>
              </span>
            </button>
          );
        }}
      />
    </nav>
  );
}
