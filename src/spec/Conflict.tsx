import { useMemo, useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { DiffView } from "@/ui/diff/DiffView.tsx";
import { fromTexts } from "@/ui/diff/hunks.ts";
import { text } from "./messages.ts";

type Props = { mine: string; theirs: string; file: string; onMine: () => void; onTheirs: () => void };

/** Two people wrote the same specification: what differs, and which of the two stays. */
export function Conflict({ mine, theirs, file, onMine, onTheirs }: Props) {
  const [isComparing, setComparing] = useState(false);
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md bg-warning-soft px-3 py-2 text-warning">
      <div className="min-w-60 flex-1">
        <p className="font-medium">{text.conflict.title}</p>
        <p>{text.conflict.text}</p>
      </div>
      <div className="flex gap-2">
        <Button size="sm" onClick={() => setComparing(true)}>
          {text.conflict.compare}
        </Button>
        <Button size="sm" onClick={onTheirs}>
          {text.conflict.theirs}
        </Button>
        <Button size="sm" onClick={onMine}>
          {text.conflict.mine}
        </Button>
      </div>
      <Dialog
        isOpen={isComparing}
        onClose={() => setComparing(false)}
        title={text.conflict.compareTitle}
        description={text.conflict.compareText}
        size="lg"
      >
        {isComparing && <Comparison before={theirs} after={mine} file={file} />}
      </Dialog>
    </div>
  );
}

function Comparison({ before, after, file }: { before: string; after: string; file: string }) {
  const diff = useMemo(() => fromTexts(before, after), [before, after]);
  return (
    <div className="flex h-[50vh] flex-col">
      <DiffView diff={diff} texts={{ before, after }} path={file} layout="unified" label={text.conflict.compareTitle} />
    </div>
  );
}
