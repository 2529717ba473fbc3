import { messages } from "@/ui/messages.ts";
import { toast } from "@/ui/toast.ts";

const text = messages("pwa", {
  ready: "A new version is there",
  readyHint: "What runs on the host goes on. Save what you are writing first.",
  reload: "Reload",
});

/** How long the offer of a new version stays, in milliseconds. */
const OFFER_MS = 60_000;

/**
 * Keeps the interface at hand in the browser. Browsers allow it over TLS and on the machine itself only; elsewhere everything
 * but the start without the host works as well.
 */
export async function keepShell(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    const registration = await serviceWorker.register("/sw.js", { updateViaCache: "none" });
    const offer = (worker: ServiceWorker | null) => {
      // The first one replaces nothing.
      if (!worker || !serviceWorker.controller) return;
      toast({
        title: text.ready,
        description: text.readyHint,
        lasts_ms: OFFER_MS,
        action: {
          label: text.reload,
          run: () => {
            serviceWorker.addEventListener("controllerchange", () => window.location.reload(), { once: true });
            // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origin
            worker.postMessage("take-over");
          },
        },
      });
    };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed") offer(worker);
      });
    });
  } catch {
    // A certificate that the browser does not trust, or storage that is full: the interface works without.
  }
}
