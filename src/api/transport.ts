import type { Frame } from "./bindings.ts";

/** Where the event stream was left, to go on from there. */
export type Position = { epoch: string; after: number };

export type Connection = "connecting" | "live" | "lost";

export type Listener = {
  frame: (frame: Frame) => void;
  connection: (state: Connection) => void;
};

/** The way to the host. A failed call rejects with a `Failure`. */
export type Transport = {
  call: (procedure: string, input: unknown) => Promise<unknown>;
  /** Joins the event stream and keeps joining when it breaks. Returns how to leave; leaving before joining works too. */
  subscribe: (listener: Listener) => () => void;
};

/** Where the stream stands after `frame`. */
export function advance(position: Position | null, frame: Frame): Position | null {
  if (frame.frame === "hello") return { epoch: frame.epoch, after: frame.seq };
  if (frame.frame === "resync") return position && { epoch: position.epoch, after: frame.seq };
  return { epoch: frame.envelope.epoch, after: frame.envelope.seq };
}
