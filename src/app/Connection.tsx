import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useApi } from "@/api/context.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";

/** How long a break may last before it is worth a word, in milliseconds. */
const PATIENCE_MS = 1500;

/** Says when the host cannot be heard, and when it can be heard again. */
export function ConnectionBanner() {
  const { connection } = useApi();
  const [isLong, setLong] = useState(false);
  const isLive = connection === "live";

  useEffect(() => {
    if (isLive) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLive]);

  useEffect(() => {
    if (!isLive || !isLong) return;
    toast({ tone: "success", title: text.reconnected });
    const timer = setTimeout(() => setLong(false));
    return () => clearTimeout(timer);
  }, [isLive, isLong]);

  return (
    <div role="status" aria-live="polite">
      {isLong && !isLive && (
        <p className="flex items-center gap-2 border-b border-line bg-warning-soft px-4 py-1.5 text-warning">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          {text.reconnecting}
        </p>
      )}
    </div>
  );
}
