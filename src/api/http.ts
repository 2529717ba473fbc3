import { type Frame, type ProcedureFacts, procedures } from "./bindings.ts";
import { Failure, toFailure } from "./failure.ts";
import { retryDelay } from "./retry.ts";
import { type Listener, type Position, type Transport, advance } from "./transport.ts";

/** The host as a server on the network. The browser's cookie says who asks. */
export function httpTransport(origin: string = window.location.origin): Transport {
  return {
    async call(procedure, input) {
      const request = requestOf(procedure, input);
      let response: Response;
      try {
        response = await fetch(origin + request.path, request.init);
      } catch (thrown) {
        throw toFailure(thrown, "unavailable");
      }
      const body: unknown = await response.json().catch(() => null);
      if (response.ok) return body;
      if (body === null) {
        const message = `The host answered with status ${response.status}.`;
        throw new Failure({
          code: response.status >= 500 ? "unavailable" : "internal",
          message,
          hint: null,
          incident: null,
        });
      }
      throw toFailure(body);
    },
    subscribe: (listener) => join(origin.replace(/^http/, "ws"), listener),
  };
}

/** The request that a procedure is over HTTP: fields named in the path go there, the rest into the query or the body. */
export function requestOf(procedure: string, input: unknown): { path: string; init: RequestInit } {
  if (!Object.hasOwn(procedures, procedure)) {
    throw new Failure({
      code: "not_found",
      message: `There is no procedure ${procedure}.`,
      hint: null,
      incident: null,
    });
  }
  const facts: ProcedureFacts = procedures[procedure as keyof typeof procedures];
  const rest = new Map(Object.entries(input ?? {}));
  let path = facts.path.replaceAll(/\{(\w+)\}/g, (_whole, field: string) => {
    const value: unknown = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  const init: RequestInit = {
    method: facts.method,
    credentials: "same-origin",
    headers: { accept: "application/json" },
  };
  if (facts.method === "GET" || facts.method === "DELETE") {
    const query = new URLSearchParams();
    for (const [field, value] of rest) if (value !== null && value !== undefined) query.set(field, String(value));
    if (query.size > 0) path += `?${query}`;
  } else {
    init.headers = { accept: "application/json", "content-type": "application/json" };
    init.body = JSON.stringify(Object.fromEntries(rest));
  }
  return { path, init };
}

function join(origin: string, listener: Listener): () => void {
  let position: Position | null = null;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasLeft = false;

  const connect = (attempt: number) => {
    let reached = false;
    listener.connection("connecting");
    const query = position ? `?after=${position.after}&epoch=${encodeURIComponent(position.epoch)}` : "";
    socket = new WebSocket(`${origin}/api/events${query}`);
    socket.addEventListener("open", () => {
      reached = true;
      listener.connection("live");
    });
    socket.addEventListener("message", (message: MessageEvent<string>) => {
      if (hasLeft) return;
      const frame = JSON.parse(message.data) as Frame;
      position = advance(position, frame);
      listener.frame(frame);
    });
    socket.addEventListener("close", () => {
      if (hasLeft) return;
      listener.connection("lost");
      timer = setTimeout(() => connect(reached ? 0 : attempt + 1), retryDelay(reached ? 0 : attempt));
    });
  };
  connect(0);

  return () => {
    hasLeft = true;
    clearTimeout(timer);
    socket?.close();
  };
}
