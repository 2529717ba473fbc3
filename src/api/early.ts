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

/** `transport`, with these calls made at once: whoever makes one of them first gets the answer that is on its way. */
export function askedEarly(transport: Transport, calls: readonly (readonly [string, unknown])[]): Transport {
  const keyOf = (procedure: string, input: unknown) => JSON.stringify([procedure, input]);
  const asked = new Map(
    calls.map(([procedure, input]) => [keyOf(procedure, input), transport.call(procedure, input)] as const),
  );
  // Whoever asks hears of a failure; that nobody has asked yet is none.
  for (const answer of asked.values()) answer.catch(() => undefined);
  return {
    call: (procedure, input) => {
      const key = keyOf(procedure, input);
      const answer = asked.get(key);
      asked.delete(key);
      return answer ?? transport.call(procedure, input);
    },
    subscribe: (listener) => transport.subscribe(listener),
  };
}
