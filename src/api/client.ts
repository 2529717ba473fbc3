import type { Procedures } from "./bindings.ts";
import type { Transport } from "./transport.ts";

export type ProcedureName = keyof Procedures;

/** What a procedure takes; `null` when it takes nothing. */
export type Input<Name extends ProcedureName> = Procedures[Name]["input"] extends void
  ? null
  : Procedures[Name]["input"];
/** What a procedure gives; `null` when it gives nothing. */
export type Output<Name extends ProcedureName> = Procedures[Name]["output"] extends void
  ? null
  : Procedures[Name]["output"];

type Call<Name extends ProcedureName> = (
  ...input: Input<Name> extends null ? [] : [input: Input<Name>]
) => Promise<Output<Name>>;

/** Every procedure of the host as a method. */
export type Client = { readonly [Name in ProcedureName]: Call<Name> };

/** A client over `transport`. The transport decides whether a procedure exists. */
export function createClient(transport: Transport): Client {
  const methods = new Map<string, (input?: unknown) => Promise<unknown>>();
  return new Proxy({} as Client, {
    get(_target, name) {
      // A promise would ask for `then`; a client is none.
      if (typeof name !== "string" || name === "then") return undefined;
      let method = methods.get(name);
      if (!method) {
        method = (input) => transport.call(name, input ?? null);
        methods.set(name, method);
      }
      return method;
    },
  });
}

/** One procedure of `client` as a function of its input, whether it takes one or not. */
export function callOf<Name extends ProcedureName>(
  client: Client,
  name: Name,
): (input: Input<Name>) => Promise<Output<Name>> {
  return client[name] as unknown as (input: Input<Name>) => Promise<Output<Name>>;
}
