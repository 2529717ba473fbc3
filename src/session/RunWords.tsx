import type { RunStatus } from "@/api/bindings.ts";
import { clock } from "@/ui/format.ts";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./messages.ts";
import { StateDot } from "./StateDot.tsx";
import { type Asked, wordsOf } from "./useRun.ts";
import { countdown } from "./words.ts";

type Props = { status: RunStatus; asked: Asked };

/** What the run is doing and what happens next, in sentences. A screen reader hears each change. */
export function RunWords({ status, asked }: Props) {
  return (
    <div className="flex min-w-0 flex-1 items-baseline gap-2 max-md:basis-full">
      <span className="self-center">
        <StateDot status={status} />
      </span>
      <p className="min-w-0 max-md:line-clamp-2 md:truncate">
        <span role="status" className="font-medium">
          {wordsOf(status, asked)}
        </span>{" "}
        {status.until_ms !== null && asked === null && <Until at_ms={status.until_ms} />}
        {status.next && asked === null && <span className="text-muted">{status.next}</span>}
      </p>
    </div>
  );
}

/** Until when it waits, and how long that still is. Not spoken: it changes every second. */
function Until({ at_ms }: { at_ms: number }) {
  const now = useNow(1000);
  return (
    <span aria-live="off" className="mr-1 text-warning tabular">
      {text.until(clock(at_ms), countdown(at_ms - now))}
    </span>
  );
}
