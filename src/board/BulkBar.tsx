import { ArrowDownToLine, Pin, PinOff, RotateCcw, Trash2, Undo2, X } from "lucide-react";
import type { BulkWord } from "@/api/bindings.ts";
import { Button } from "@/ui/Button.tsx";
import { useBoardState, useBoardStore } from "./board-store.ts";
import { text } from "./messages.ts";
import { NOTHING } from "./selection.ts";
import type { BoardActions } from "./useBoardActions.ts";

const WORDS: readonly { word: BulkWord; label: string; icon: typeof Pin }[] = [
  { word: "pin", label: text.bulkPin, icon: Pin },
  { word: "unpin", label: text.bulkUnpin, icon: PinOff },
  { word: "skip", label: text.bulkSkip, icon: ArrowDownToLine },
  { word: "retry", label: text.bulkRetry, icon: RotateCcw },
  { word: "reopen", label: text.bulkReopen, icon: Undo2 },
];

/** What can be done with all selected cards at once. */
export function BulkBar({ actions }: { actions: BoardActions }) {
  const store = useBoardStore();
  const ids = useBoardState(({ selection }) => selection.ids);
  const clear = () => store.setState({ selection: NOTHING });
  if (ids.size === 0) return <div role="status" className="sr-only" />;
  return (
    <div
      role="toolbar"
      aria-label={text.bulkActions}
      className="absolute bottom-5 left-1/2 z-20 flex -translate-x-1/2 animate-enter items-center gap-1 rounded-xl border border-line-strong bg-raised py-1.5 pr-1.5 pl-4 shadow-overlay"
    >
      <span role="status" className="tabular mr-2 font-medium whitespace-nowrap">
        {text.bulkBar(ids.size)}
      </span>
      {WORDS.map(({ word, label, icon: Icon }) => (
        <Button
          key={word}
          variant="ghost"
          size="sm"
          refusal={actions.refusal}
          icon={<Icon aria-hidden className="size-3.5" />}
          onClick={() => actions.bulk([...ids], word)}
        >
          {label}
        </Button>
      ))}
      <Button
        variant="ghost"
        size="sm"
        className="text-danger"
        refusal={actions.refusal}
        icon={<Trash2 aria-hidden className="size-3.5" />}
        onClick={() => {
          actions.remove([...ids]);
          clear();
        }}
      >
        {text.remove}
      </Button>
      <Button
        variant="ghost"
        size="sm"
        aria-label={text.clearSelection}
        icon={<X aria-hidden className="size-3.5" />}
        onClick={clear}
      />
    </div>
  );
}
