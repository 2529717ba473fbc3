import type { Listener, Transport } from "./transport.ts";

/** `transport`, with its event stream joined at once: what is heard before somebody listens waits for them. */
export function joinedEarly(transport: Transport): Transport {
  let first: Listener | null = null;
  let isTaken = false;
  const waiting: ((listener: Listener) => void)[] = [];
  const hear = (tell: (listener: Listener) => void) => {
    if (first) tell(first);
    else waiting.push(tell);
  };
  const leave = transport.subscribe({
    frame: (frame) => hear((listener) => listener.frame(frame)),
    connection: (state) => hear((listener) => listener.connection(state)),
  });
  return {
    call: (procedure, input) => transport.call(procedure, input),
    subscribe: (listener) => {
      if (isTaken) return transport.subscribe(listener);
      isTaken = true;
      first = listener;
      for (const tell of waiting.splice(0)) tell(listener);
      return leave;
    },
  };
}
