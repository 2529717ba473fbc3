import { useState } from "react";
import { type Failure, toFailure } from "@/api/failure.ts";

export type Attempt = {
  isBusy: boolean;
  failure: Failure | null;
  /** Until when no further try counts, in milliseconds since 1970. */
  waitsUntil_ms: number | null;
  /** Begins a try; while one is under way or has to wait, nothing happens. */
  begin: (work: () => Promise<void>) => void;
};

/** Tries something that the host may refuse, or ask to wait for. */
export function useAttempt(): Attempt {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [waitsUntil_ms, setWaits] = useState<number | null>(null);
  const begin = (work: () => Promise<void>) => {
    if (isBusy || (waitsUntil_ms !== null && waitsUntil_ms > Date.now())) return;
    setBusy(true);
    setFailure(null);
    work()
      .catch((thrown: unknown) => {
        const failed = toFailure(thrown);
        setFailure(failed);
        setWaits(failed.wait_ms === null ? null : Date.now() + failed.wait_ms);
      })
      .finally(() => setBusy(false));
  };
  return { isBusy, failure, waitsUntil_ms, begin };
}
