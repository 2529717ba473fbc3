import { Channel, invoke } from "@tauri-apps/api/core";
import type { Frame } from "./bindings.ts";
import { toFailure } from "./failure.ts";
import { retryDelay } from "./retry.ts";
import { type Listener, type Position, type Transport, advance } from "./transport.ts";

/** The host inside the same desktop application. */
export function tauriTransport(): Transport {
  return {
    async call(procedure, input) {
      try {
        return await invoke("call", { procedure, input });
      } catch (thrown) {
        throw toFailure(thrown);
      }
    },
    subscribe: (listener) => join(listener),
  };
}

function join(listener: Listener): () => void {
  let position: Position | null = null;
  let hasLeft = false;
  let subscription: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const leave = (id: number) => void invoke("unsubscribe", { subscription: id }).catch(() => undefined);

  const connect = async (attempt: number) => {
    listener.connection("connecting");
    const channel = new Channel<Frame[]>();
    // The handler stands before the host is asked, so no frame can come too early.
    channel.onmessage = (frames) => {
      for (const frame of frames) {
        if (hasLeft) return;
        position = advance(position, frame);
        listener.frame(frame);
      }
    };
    try {
      const id = await invoke<number>("subscribe", {
        channel,
        after: position?.after ?? null,
        epoch: position?.epoch ?? null,
      });
      if (hasLeft) return leave(id);
      subscription = id;
      listener.connection("live");
    } catch {
      if (hasLeft) return;
      listener.connection("lost");
      timer = setTimeout(() => void connect(attempt + 1), retryDelay(attempt));
    }
  };
  void connect(0);

  return () => {
    hasLeft = true;
    clearTimeout(timer);
    if (subscription !== null) leave(subscription);
  };
}
