import { Skeleton } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";
import { COLUMNS } from "./search.ts";

/** The shape of the board, until the cards are here. */
export function BoardSkeleton() {
  return (
    <div role="status" aria-label={text.loading} className="flex min-h-0 flex-1 gap-2 overflow-hidden p-3">
      {COLUMNS.map((column, at) => (
        <div key={column} className="flex min-w-47 flex-1 flex-col gap-2 px-2">
          <Skeleton className="my-2 h-4 w-24" />
          {Array.from({ length: 4 - (at % 3) }, (_, card) => (
            <Skeleton key={card} className="h-24" />
          ))}
        </div>
      ))}
    </div>
  );
}
